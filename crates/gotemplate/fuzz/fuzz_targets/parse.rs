//! Parses any text as a template.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_gotemplate::{TemplateSet, functions};

fuzz_target!(|text: &str| {
    let mut set = TemplateSet::new(functions::helm());
    let _ = set.parse("any", text);
});
