//! Digests of artifacts: `algorithm:hex`.
//!
//! Deliberately absent: `sha1` and `blake3`, which the contract allows as
//! well; they are refused by name.

use std::fmt;
use std::io;
use std::str::FromStr;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A digest algorithm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256, the default.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A digest with its algorithm. It prints as `algorithm:hex`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    algorithm: Algorithm,
    hex: String,
}

/// Why a text is no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// There is no colon, or the part after it is not lower-case hexadecimal
    /// of the algorithm's length.
    #[error("invalid digest '{0}'")]
    Malformed(String),
    /// The algorithm is unknown here.
    #[error("digest algorithm '{0}' is not supported (sha256, sha384, sha512 are)")]
    UnsupportedAlgorithm(String),
}

/// Computes a digest while bytes go by.
#[derive(Debug, Clone)]
pub struct Hasher(State);

#[derive(Debug, Clone)]
enum State {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Algorithm {
    /// The name before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Digits of a digest: two for each byte.
    fn hex_length(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }
}

impl FromStr for Algorithm {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        [Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.name() == text)
            .ok_or_else(|| DigestError::UnsupportedAlgorithm(text.to_owned()))
    }
}

impl Digest {
    /// The digest of all of `bytes`.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest of everything that `reader` yields.
    ///
    /// # Errors
    /// Whatever the reader meets.
    pub fn of_reader(algorithm: Algorithm, mut reader: impl io::Read) -> io::Result<Self> {
        let mut hasher = Hasher::new(algorithm);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                read => hasher.update(&buffer[..read]),
            }
        }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The part after the colon.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let malformed = || DigestError::Malformed(text.to_owned());
        let (name, hex) = text.split_once(':').ok_or_else(malformed)?;
        let algorithm = Algorithm::from_str(name)?;
        let is_digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() != algorithm.hex_length() || !hex.bytes().all(is_digit) {
            return Err(malformed());
        }
        Ok(Self {
            algorithm,
            hex: hex.to_owned(),
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex)
    }
}

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Sha384 => State::Sha384(Sha384::new()),
            Algorithm::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hasher) => hasher.update(bytes),
            State::Sha384(hasher) => hasher.update(bytes),
            State::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all that was taken in.
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha256(hasher) => from_bytes(Algorithm::Sha256, &hasher.finalize()),
            State::Sha384(hasher) => from_bytes(Algorithm::Sha384, &hasher.finalize()),
            State::Sha512(hasher) => from_bytes(Algorithm::Sha512, &hasher.finalize()),
        }
    }
}

fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        hex.push(DIGITS[usize::from(byte >> 4)].into());
        hex.push(DIGITS[usize::from(byte & 15)].into());
    }
    Digest { algorithm, hex }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first 16 digits of the digest of `abc`, from FIPS 180-4.
    fn check(algorithm: Algorithm, prefix: &str) {
        let digest = Digest::of(algorithm, b"abc");
        assert!(digest.hex().starts_with(prefix), "{digest}");
        assert_eq!(digest.to_string().parse(), Ok(digest.clone()));
        assert_eq!(
            Digest::of_reader(algorithm, &b"abc"[..]).expect("memory can be read"),
            digest
        );
    }

    #[test]
    fn digests_print_and_parse() {
        check(Algorithm::Sha256, "ba7816bf8f01cfea");
        check(Algorithm::Sha384, "cb00753f45a35e8b");
        check(Algorithm::Sha512, "ddaf35a193617aba");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "sha256", "sha256:", "sha256:ab", "sha256:../../etc"] {
            assert_eq!(
                text.parse::<Digest>(),
                Err(DigestError::Malformed(text.to_owned()))
            );
        }
        let upper = format!("sha256:{}", "A".repeat(64));
        assert_eq!(upper.parse::<Digest>(), Err(DigestError::Malformed(upper)));
        assert_eq!(
            "blake3:00".parse::<Digest>(),
            Err(DigestError::UnsupportedAlgorithm("blake3".to_owned()))
        );
    }
}
