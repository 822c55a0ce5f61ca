//! What TLS needs besides the system's certificate authorities, as a Secret
//! holds it.

use std::fmt;

use crate::credentials::SecretData;

/// Whom a client trusts, and how it shows who it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Certificate authorities to trust besides the system's: a PEM bundle.
    pub authorities: Option<Vec<u8>>,
    /// The client's own certificate.
    pub identity: Option<ClientCertificate>,
    /// Whether certificates of servers are taken without a check.
    pub is_unverified: bool,
}

/// A certificate with its key, both PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, and those that vouch for it.
    pub certificate: Vec<u8>,
    /// The private key.
    pub key: Vec<u8>,
}

/// Why a Secret is not one for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// There is a certificate without a key.
    #[error("contains 'tls.crt' but missing 'tls.key'")]
    NoKey,
    /// There is a key without a certificate.
    #[error("contains 'tls.key' but missing 'tls.crt'")]
    NoCertificate,
    /// There is nothing for TLS.
    #[error("must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'")]
    Nothing,
}

impl Tls {
    /// Reads `tls.crt`, `tls.key` and `ca.crt`, or where one is missing the
    /// older `certFile`, `keyFile` and `caFile`.
    ///
    /// # Errors
    /// When there is none of them, or half of a client certificate.
    pub fn from_secret(data: &SecretData) -> Result<Self, TlsError> {
        let get = |key: &str, older: &str| {
            let value = data.get(key).or_else(|| data.get(older));
            value.filter(|value| !value.is_empty()).cloned()
        };
        let authorities = get("ca.crt", "caFile");
        let identity = match (get("tls.crt", "certFile"), get("tls.key", "keyFile")) {
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            (None, None) => None,
            (Some(_), None) => return Err(TlsError::NoKey),
            (None, Some(_)) => return Err(TlsError::NoCertificate),
        };
        if authorities.is_none() && identity.is_none() {
            return Err(TlsError::Nothing);
        }
        Ok(Self {
            authorities,
            identity,
            is_unverified: false,
        })
    }

    /// Certificate and key of the client in one text.
    pub(crate) fn identity_pem(&self) -> Option<Vec<u8>> {
        let identity = self.identity.as_ref()?;
        Some([&*identity.certificate, b"\n", &*identity.key].concat())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("has_authorities", &self.authorities.is_some())
            .field("has_identity", &self.identity.is_some())
            .field("is_unverified", &self.is_unverified)
            .finish()
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(keys: &[&str]) -> Result<Tls, TlsError> {
        let data = keys.iter();
        Tls::from_secret(
            &data
                .map(|key| ((*key).to_owned(), b"pem".to_vec()))
                .collect(),
        )
    }

    #[test]
    fn secrets_hold_authorities_or_an_identity() {
        for (keys, has_authorities, has_identity) in [
            (&["ca.crt"][..], true, false),
            (&["caFile"], true, false),
            (&["tls.crt", "tls.key"], false, true),
            (&["certFile", "keyFile", "ca.crt"], true, true),
        ] {
            let tls = read(keys).expect("a Secret of the table");
            assert_eq!(tls.authorities.is_some(), has_authorities, "{keys:?}");
            assert_eq!(tls.identity_pem().is_some(), has_identity, "{keys:?}");
        }
        assert_eq!(read(&[]), Err(TlsError::Nothing));
        assert_eq!(read(&["username"]), Err(TlsError::Nothing));
        assert_eq!(read(&["tls.crt", "ca.crt"]), Err(TlsError::NoKey));
        assert_eq!(read(&["tls.key"]), Err(TlsError::NoCertificate));
    }
}
