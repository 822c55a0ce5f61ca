//! The host's randomness as key generators take it.

use std::convert::Infallible;

use rsa::rand_core::{TryCryptoRng, TryRng};

use crate::runtime::Runtime;

pub(super) struct HostRandomness<'r>(pub(super) &'r mut dyn Runtime);

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
