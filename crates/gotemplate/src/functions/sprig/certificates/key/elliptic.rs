//! Keys on elliptic curves.

use ed25519_dalek::Signer as _;
use p256::{ecdsa::Signature, elliptic_curve::sec1::ToSec1Point as _};

use super::{
    super::der::{
        BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, Split, element, integer,
        split,
    },
    algorithm,
};
use crate::{function::CallError, runtime::Runtime};

/// Object identifiers, encoded.
pub(super) const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// Bytes of both kinds of private keys.
const KEY_BYTES: usize = 32;

/// An ECDSA key on the curve P-256.
pub(in super::super) struct EcKey(p256::SecretKey);

/// An Ed25519 key.
pub(in super::super) struct EdKey(ed25519_dalek::SigningKey);

impl EcKey {
    pub(super) fn generate(runtime: &mut dyn Runtime) -> Self {
        loop {
            let mut bytes = [0; KEY_BYTES];
            runtime.host().random(&mut bytes);
            // A host without randomness must not keep the loop going.
            bytes[KEY_BYTES - 1] |= 1;
            if let Ok(key) = p256::SecretKey::from_slice(&bytes) {
                return Self(key);
            }
        }
    }

    /// Reads `ECPrivateKey`: a version, the key, and perhaps the curve and the public key.
    pub(super) fn from_sec1(der: &[u8]) -> Result<Self, String> {
        let fields = fields(der).ok_or("x509: failed to parse EC private key")?;
        let curve = fields.iter().find(|field| field.tag == 0xa0);
        let is_other = curve
            .and_then(|curve| split(curve.content))
            .is_some_and(|curve| curve.content != P256);
        if is_other {
            return Err("curves other than P-256 are not supported".to_owned());
        }
        let key = fields
            .get(1)
            .filter(|key| key.tag == OCTET_STRING)
            .ok_or("x509: failed to parse EC private key")?;
        Self::from_bytes(key.content)
    }

    /// Reads a PKCS #8 key; none where it is of another kind.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Result<Self, String>> {
        let fields = fields(der)?;
        let algorithm = fields.get(1)?;
        let identifier = split(algorithm.content)?;
        if identifier.content != EC_PUBLIC_KEY {
            return None;
        }
        if split(identifier.rest).is_some_and(|curve| curve.content != P256) {
            return Some(Err("curves other than P-256 are not supported".to_owned()));
        }
        Some(Self::from_sec1(fields.get(2)?.content))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        p256::SecretKey::from_slice(bytes)
            .map(Self)
            .map_err(|_| "x509: invalid elliptic curve private key value".to_owned())
    }

    fn public_point(&self) -> Vec<u8> {
        self.0.public_key().to_sec1_point(false).as_bytes().to_vec()
    }

    pub(super) fn to_sec1(&self) -> Vec<u8> {
        element(
            SEQUENCE,
            &[
                &element(INTEGER, &[&[1]]),
                &element(OCTET_STRING, &[&self.0.to_bytes()]),
                &element(0xa0, &[&element(OBJECT_IDENTIFIER, &[P256])]),
                &element(0xa1, &[&element(BIT_STRING, &[&[0], &self.public_point()])]),
            ],
        )
    }

    pub(super) fn public_key_info(&self) -> Vec<u8> {
        let algorithm = element(
            SEQUENCE,
            &[
                &element(OBJECT_IDENTIFIER, &[EC_PUBLIC_KEY]),
                &element(OBJECT_IDENTIFIER, &[P256]),
            ],
        );
        let key = element(BIT_STRING, &[&[0], &self.public_point()]);
        element(SEQUENCE, &[&algorithm, &key])
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CallError> {
        let key = p256::ecdsa::SigningKey::from(&self.0);
        let signature: Signature = key
            .try_sign(message)
            .map_err(|error| CallError::new(format!("error creating certificate: {error}")))?;
        let (r, s) = signature.split_bytes();
        Ok(element(SEQUENCE, &[&integer(&r), &integer(&s)]))
    }
}

impl EdKey {
    pub(super) fn generate(runtime: &mut dyn Runtime) -> Self {
        let mut bytes = [0; KEY_BYTES];
        runtime.host().random(&mut bytes);
        Self(ed25519_dalek::SigningKey::from_bytes(&bytes))
    }

    /// Reads a PKCS #8 key; none where it is of another kind.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let fields = fields(der)?;
        let identifier = split(fields.get(1)?.content)?;
        let key = split(fields.get(2)?.content)?;
        let bytes: &[u8; KEY_BYTES] = key.content.try_into().ok()?;
        (identifier.content == ED25519).then(|| Self(ed25519_dalek::SigningKey::from_bytes(bytes)))
    }

    pub(super) fn to_pkcs8(&self) -> Vec<u8> {
        let key = element(OCTET_STRING, &[&self.0.to_bytes()]);
        element(
            SEQUENCE,
            &[
                &element(INTEGER, &[&[0]]),
                &algorithm(ED25519),
                &element(OCTET_STRING, &[&key]),
            ],
        )
    }

    pub(super) fn public_key_info(&self) -> Vec<u8> {
        let key = element(BIT_STRING, &[&[0], self.0.verifying_key().as_bytes()]);
        element(SEQUENCE, &[&algorithm(ED25519), &key])
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

/// The elements of a sequence.
fn fields(der: &[u8]) -> Option<Vec<Split<'_>>> {
    let whole = split(der).filter(|whole| whole.tag == SEQUENCE)?;
    let mut fields = Vec::new();
    let mut rest = whole.content;
    while let Some(field) = split(rest) {
        rest = field.rest;
        fields.push(field);
    }
    Some(fields)
}
