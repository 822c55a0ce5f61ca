//! Private keys: RSA, ECDSA on the curve P-256, and Ed25519.

mod elliptic;
mod randomness;
mod rsa_key;

use super::{
    der::{OBJECT_IDENTIFIER, SEQUENCE, element},
    pem,
};
use crate::{function::CallError, runtime::Runtime};
use elliptic::{EcKey, EdKey};
use rsa_key::RsaKey;

/// A private key.
pub(super) enum PrivateKey {
    Rsa(RsaKey),
    Ec(EcKey),
    Ed(EdKey),
}

impl PrivateKey {
    /// Makes an RSA key of so many bits.
    pub(super) fn generate_rsa(runtime: &mut dyn Runtime, bits: usize) -> Result<Self, CallError> {
        RsaKey::generate(runtime, bits).map(Self::Rsa)
    }

    /// Makes an ECDSA key.
    pub(super) fn generate_ec(runtime: &mut dyn Runtime) -> Self {
        Self::Ec(EcKey::generate(runtime))
    }

    /// Makes an Ed25519 key.
    pub(super) fn generate_ed(runtime: &mut dyn Runtime) -> Self {
        Self::Ed(EdKey::generate(runtime))
    }

    /// Reads a key in PKCS #1, SEC 1 or PKCS #8.
    pub(super) fn from_pem(text: &str) -> Result<Self, String> {
        let (label, der) = pem::decode(text).ok_or("no PEM data in input")?;
        match label {
            "PRIVATE KEY" => Self::from_pkcs8(&der)
                .map_err(|problem| format!("decoding PEM as PKCS#8: {problem}")),
            "RSA PRIVATE KEY" => RsaKey::from_pkcs1(&der)
                .map(Self::Rsa)
                .map_err(|problem| format!("parsing RSA private key from PEM: {problem}")),
            "EC PRIVATE KEY" => EcKey::from_sec1(&der)
                .map(Self::Ec)
                .map_err(|problem| format!("parsing EC private key from PEM: {problem}")),
            "DSA PRIVATE KEY" => Err("DSA keys are not supported".to_owned()),
            other => match other.strip_suffix(" PRIVATE KEY") {
                Some(kind) => Err(format!("invalid private key type {kind}")),
                None => Err(format!("no private key data in PEM block of type {other}")),
            },
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, String> {
        if let Some(key) = EdKey::from_pkcs8(der) {
            return Ok(Self::Ed(key));
        }
        if let Some(key) = EcKey::from_pkcs8(der) {
            return Ok(Self::Ec(key?));
        }
        RsaKey::from_pkcs8(der).map(Self::Rsa)
    }

    /// The key as Sprig writes it: PKCS #1, SEC 1 or PKCS #8.
    pub(super) fn to_pem(&self) -> Result<String, CallError> {
        Ok(match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_pkcs1()?),
            Self::Ec(key) => pem::encode("EC PRIVATE KEY", &key.to_sec1()),
            Self::Ed(key) => pem::encode("PRIVATE KEY", &key.to_pkcs8()),
        })
    }

    /// The public half as certificates carry it.
    pub(super) fn public_key_info(&self) -> Result<Vec<u8>, CallError> {
        match self {
            Self::Rsa(key) => key.public_key_info(),
            Self::Ec(key) => Ok(key.public_key_info()),
            Self::Ed(key) => Ok(key.public_key_info()),
        }
    }

    /// What certificates call the signatures of this key, encoded.
    pub(super) fn signature_algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => rsa_key::signature_algorithm(),
            Self::Ec(_) => algorithm(elliptic::ECDSA_WITH_SHA256),
            Self::Ed(_) => algorithm(elliptic::ED25519),
        }
    }

    /// A signature over a message: with SHA-256, but for Ed25519, which needs no digest.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CallError> {
        match self {
            Self::Rsa(key) => key.sign(message),
            Self::Ec(key) => key.sign(message),
            Self::Ed(key) => Ok(key.sign(message)),
        }
    }
}

/// An algorithm without parameters.
fn algorithm(identifier: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[identifier])])
}
