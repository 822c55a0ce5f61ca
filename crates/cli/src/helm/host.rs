//! What templates may ask of the machine: the clock and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use rand::Rng as _;
use rheostat_gotemplate::Host;

/// This machine.
#[derive(Debug)]
pub(super) struct Machine;

impl Host for Machine {
    fn now(&mut self) -> i128 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
        })
    }

    fn random(&mut self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}
