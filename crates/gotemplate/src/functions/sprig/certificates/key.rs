//! RSA keys.

use std::convert::Infallible;

use rsa::{
    pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey},
    pkcs1v15::SigningKey,
    pkcs8::{DecodePrivateKey, EncodePublicKey},
    rand_core::{TryCryptoRng, TryRng},
    sha2::Sha256,
    signature::{SignatureEncoding, Signer},
};

use super::pem;
use crate::{function::CallError, runtime::Runtime};

/// A private key.
pub(super) struct PrivateKey(rsa::PrivateKey);

/// The host's randomness as the key generator takes it.
struct HostRandomness<'r>(&'r mut dyn Runtime);

impl TryRng for HostRandomness<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.host().random(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.host().random(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.0.host().random(buffer);
        Ok(())
    }
}

// The host says what its randomness is good for.
impl TryCryptoRng for HostRandomness<'_> {}

impl PrivateKey {
    /// Makes a key of so many bits.
    pub(super) fn generate(runtime: &mut dyn Runtime, bits: usize) -> Result<Self, CallError> {
        let key = rsa::PrivateKey::new(&mut HostRandomness(runtime), bits);
        key.map(Self)
            .map_err(|error| CallError::new(format!("error generating rsa key: {error}")))
    }

    /// Reads a key in PKCS #1 or PKCS #8.
    pub(super) fn from_pem(text: &str) -> Result<Self, String> {
        let (label, der) = pem::decode(text).ok_or("no PEM data in input")?;
        match label {
            "PRIVATE KEY" => rsa::PrivateKey::from_pkcs8_der(&der)
                .map(Self)
                .map_err(|error| format!("decoding PEM as PKCS#8: {error}")),
            "RSA PRIVATE KEY" => rsa::PrivateKey::from_pkcs1_der(&der)
                .map(Self)
                .map_err(|error| format!("parsing RSA private key from PEM: {error}")),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => {
                Err(format!("{label}: keys that are not RSA are not supported"))
            }
            other => match other.strip_suffix(" PRIVATE KEY") {
                Some(kind) => Err(format!("invalid private key type {kind}")),
                None => Err(format!("no private key data in PEM block of type {other}")),
            },
        }
    }

    /// The key in PKCS #1.
    pub(super) fn to_pem(&self) -> Result<String, CallError> {
        let der = self
            .0
            .to_pkcs1_der()
            .map_err(|error| CallError::new(format!("error pem-encoding key: {error}")))?;
        Ok(pem::encode("RSA PRIVATE KEY", der.as_bytes()))
    }

    /// The public half as certificates carry it.
    pub(super) fn public_key_info(&self) -> Result<Vec<u8>, CallError> {
        let der = self.0.to_public_key().to_public_key_der();
        der.map(|der| der.as_bytes().to_vec())
            .map_err(|error| CallError::new(format!("error creating certificate: {error}")))
    }

    /// A PKCS #1 v1.5 signature over the SHA-256 digest.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CallError> {
        let signature = SigningKey::<Sha256>::new(self.0.clone()).try_sign(message);
        signature
            .map(|signature| signature.to_vec())
            .map_err(|error| CallError::new(format!("error creating certificate: {error}")))
    }
}
