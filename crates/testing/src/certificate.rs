//! Certificates for one test: an authority, and what it issues.

use std::fmt;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// A certificate authority that exists only in memory.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its private key, both in PEM.
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// Its key in PKCS #8.
    pub key: String,
}

impl Authority {
    /// Makes an authority with a new key.
    ///
    /// # Errors
    /// The cryptography library failed.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "rheostat-test");
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyCertSign,
        ];
        let key = KeyPair::generate().context("making the key of an authority")?;
        let pem = params
            .self_signed(&key)
            .context("signing an authority")?
            .pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
        })
    }

    /// The authority's own certificate in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for a server that is reached under these host names and addresses.
    ///
    /// # Errors
    /// A name is not a host name.
    pub fn server(&self, names: &[&str]) -> Result<Pair> {
        self.issue(names, &[], ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for a client with this name, as a member of this group.
    ///
    /// # Errors
    /// The cryptography library failed.
    pub fn client(&self, name: &str, group: &str) -> Result<Pair> {
        let subject = [
            (DnType::OrganizationName, group),
            (DnType::CommonName, name),
        ];
        self.issue(&[], &subject, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(
        &self,
        names: &[&str],
        subject: &[(DnType, &str)],
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<Pair> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).context("naming a certificate")?;
        for (kind, value) in subject {
            params.distinguished_name.push(kind.clone(), *value);
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().context("making the key of a certificate")?;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .context("signing a certificate")?;
        Ok(Pair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(redacted)")
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair(redacted)")
    }
}
