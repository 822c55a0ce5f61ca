//! Matches the version in the second line of any text with the constraint in the first.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_gocompat::semver::{Constraint, Version};

fuzz_target!(|text: &str| {
    let Some((constraint, version)) = text.split_once('\n') else {
        return;
    };
    if let (Ok(constraint), Ok(version)) = (Constraint::parse(constraint), Version::parse(version))
    {
        let _ = constraint.matches(&version);
    }
});
