//! The credentials of one control plane, as the programs and the administrator want them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::KeyPair;
use serde_json::json;

use crate::certificate::{Authority, Pair};

/// Names under which a client may reach the API server: the last is the first address of the service network.
const SERVER_NAMES: [&str; 6] = [
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "127.0.0.1",
    "10.0.0.1",
];

/// Files that the programs read, and the administrator's certificate.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) authority: PathBuf,
    pub(super) server_certificate: PathBuf,
    pub(super) server_key: PathBuf,
    pub(super) token_key: PathBuf,
    pub(super) token_public_key: PathBuf,
    authority_pem: String,
    administrator: Pair,
}

impl Credentials {
    /// Makes new keys and writes what the programs need into `folder`.
    pub(super) fn generate(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let write = |name: &str, text: &str| -> Result<PathBuf> {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
            Ok(path)
        };
        let authority = Authority::new()?;
        let server = authority.server(&SERVER_NAMES)?;
        let administrator = authority.client("rheostat:administrator", "system:masters")?;
        let token_key = KeyPair::generate().context("making the key that signs tokens")?;
        Ok(Self {
            authority: write("ca.crt", authority.pem())?,
            server_certificate: write("apiserver.crt", &server.certificate)?,
            server_key: write("apiserver.key", &server.key)?,
            token_key: write("tokens.key", &token_key.serialize_pem())?,
            token_public_key: write("tokens.pub", &token_key.public_key_pem())?,
            authority_pem: authority.pem().to_owned(),
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
