//! Builds a kustomization, the first part of any text, over the objects in the second; lines of `%%` separate them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_kustomize_fuzz::build_files;

fuzz_target!(|text: &str| {
    build_files(
        ["kustomization.yaml", "a.yaml", "b.yaml"]
            .into_iter()
            .zip(text.split("\n%%\n")),
    );
});
