//! RSA keys.

use rsa::{
    pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey},
    pkcs1v15::SigningKey,
    pkcs8::{DecodePrivateKey, EncodePublicKey},
    sha2::Sha256,
    signature::{SignatureEncoding, Signer},
};

use super::{
    super::der::{NULL, OBJECT_IDENTIFIER, SEQUENCE, element},
    randomness::HostRandomness,
};
use crate::{function::CallError, runtime::Runtime};

/// Object identifier, encoded.
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];

pub(in super::super) struct RsaKey(rsa::PrivateKey);

/// What certificates call the signatures, encoded.
pub(super) fn signature_algorithm() -> Vec<u8> {
    element(
        SEQUENCE,
        &[
            &element(OBJECT_IDENTIFIER, &[SHA256_WITH_RSA]),
            &element(NULL, &[]),
        ],
    )
}

fn not_made(error: &dyn ToString) -> CallError {
    CallError::new(format!("error creating certificate: {}", error.to_string()))
}

impl RsaKey {
    pub(super) fn generate(runtime: &mut dyn Runtime, bits: usize) -> Result<Self, CallError> {
        let key = rsa::PrivateKey::new(&mut HostRandomness(runtime), bits);
        key.map(Self)
            .map_err(|error| CallError::new(format!("error generating rsa key: {error}")))
    }

    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, String> {
        let key = rsa::PrivateKey::from_pkcs1_der(der);
        key.map(Self).map_err(|error| error.to_string())
    }

    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, String> {
        let key = rsa::PrivateKey::from_pkcs8_der(der);
        key.map(Self).map_err(|error| error.to_string())
    }

    pub(super) fn to_pkcs1(&self) -> Result<Vec<u8>, CallError> {
        let der = self.0.to_pkcs1_der();
        der.map(|der| der.as_bytes().to_vec())
            .map_err(|error| CallError::new(format!("error pem-encoding key: {error}")))
    }

    pub(super) fn public_key_info(&self) -> Result<Vec<u8>, CallError> {
        let der = self.0.to_public_key().to_public_key_der();
        der.map(|der| der.as_bytes().to_vec())
            .map_err(|error| not_made(&error))
    }

    /// A PKCS #1 v1.5 signature over the SHA-256 digest.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CallError> {
        let signature = SigningKey::<Sha256>::new(self.0.clone()).try_sign(message);
        signature
            .map(|signature| signature.to_vec())
            .map_err(|error| not_made(&error))
    }
}
