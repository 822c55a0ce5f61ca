//! Content that has been fetched and is not stored yet.

use std::fmt;
use std::io::Write;

use rheostat_artifact::archive::Written;
use rheostat_artifact::digest::{Algorithm, Digest};

/// Content that has been fetched and is not stored yet.
pub trait Content: Send + 'static {
    /// Writes it as it is stored. It blocks.
    ///
    /// # Errors
    /// What of the content or the output failed, in words.
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String>;
}

/// Content that is stored as it is.
pub struct Verbatim(pub Vec<u8>);

impl Content for Verbatim {
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String> {
        let Self(bytes) = self;
        output.write_all(bytes).map_err(|error| error.to_string())?;
        Ok(Written {
            output: (),
            digest: Digest::of(algorithm, bytes),
            size: bytes.len() as u64,
        })
    }
}

impl fmt::Debug for Verbatim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verbatim({} bytes)", self.0.len())
    }
}
