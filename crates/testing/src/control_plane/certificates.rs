//! The certificates of one control plane: an authority, the API server's, an administrator's, the token signing key.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::json;

/// Names under which a client may reach the API server: the last is the first address of the service network.
const SERVER_NAMES: [&str; 6] = [
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "127.0.0.1",
    "10.0.0.1",
];

/// Files that the programs read, and the administrator's credentials.
#[derive(Debug)]
pub(super) struct Certificates {
    pub(super) authority: PathBuf,
    pub(super) server_certificate: PathBuf,
    pub(super) server_key: PathBuf,
    pub(super) token_key: PathBuf,
    pub(super) token_public_key: PathBuf,
    authority_pem: String,
    administrator: Pair,
}

struct Pair {
    certificate: String,
    key: String,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pair(redacted)")
    }
}

impl Certificates {
    /// Makes new keys and writes what the programs need into `folder`.
    pub(super) fn generate(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let write = |name: &str, text: &str| -> Result<PathBuf> {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
            Ok(path)
        };
        let authority = authority().context("making the certificate authority")?;
        let authority_pem = authority.1;
        let server = issue(
            &authority.0,
            &SERVER_NAMES,
            &[(DnType::CommonName, "kube-apiserver")],
            ExtendedKeyUsagePurpose::ServerAuth,
        )
        .context("making the API server's certificate")?;
        let administrator = issue(
            &authority.0,
            &[],
            &[
                (DnType::OrganizationName, "system:masters"),
                (DnType::CommonName, "rheostat:administrator"),
            ],
            ExtendedKeyUsagePurpose::ClientAuth,
        )
        .context("making the administrator's certificate")?;
        let token_key = KeyPair::generate().context("making the key that signs tokens")?;
        Ok(Self {
            authority: write("ca.crt", &authority_pem)?,
            server_certificate: write("apiserver.crt", &server.certificate)?,
            server_key: write("apiserver.key", &server.key)?,
            token_key: write("tokens.key", &token_key.serialize_pem())?,
            token_public_key: write("tokens.pub", &token_key.public_key_pem())?,
            authority_pem,
            administrator,
        })
    }

    /// A kubeconfig for the administrator with everything inside. It is JSON, which is YAML too.
    pub(super) fn kubeconfig(&self, server: &str) -> String {
        let name = "rheostat-test";
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": {
                "server": server,
                "certificate-authority-data": STANDARD.encode(&self.authority_pem),
            }}],
            "users": [{"name": name, "user": {
                "client-certificate-data": STANDARD.encode(&self.administrator.certificate),
                "client-key-data": STANDARD.encode(&self.administrator.key),
            }}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        })
        .to_string()
    }
}

fn authority() -> Result<(Issuer<'static, KeyPair>, String)> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "rheostat-test");
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
    ];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn issue(
    issuer: &Issuer<'static, KeyPair>,
    names: &[&str],
    subject: &[(DnType, &str)],
    usage: ExtendedKeyUsagePurpose,
) -> Result<Pair> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    for (kind, value) in subject {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate()?;
    Ok(Pair {
        certificate: params.signed_by(&key, issuer)?.pem(),
        key: key.serialize_pem(),
    })
}
