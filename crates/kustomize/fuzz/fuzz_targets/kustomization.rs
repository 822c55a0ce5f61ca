//! Builds a kustomization, the first part of any text, over the objects in the second; lines of `%%` separate them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_kustomize::build::{Options, Request, Start, build};
use rheostat_tree::{Tree, TreePath};

fuzz_target!(|text: &str| {
    let mut parts = text.split("\n%%\n");
    let names = ["kustomization.yaml", "a.yaml", "b.yaml"];
    let files = names.into_iter().filter_map(|name| {
        let path = TreePath::new(name).ok()?;
        Some((path, parts.next()?.as_bytes()))
    });
    let Ok(files) = Tree::from_files(files) else {
        return;
    };
    let request = Request {
        files: &files,
        start: Start::Directory(&TreePath::root()),
        options: &Options::default(),
    };
    let _ = build(&request).and_then(|built| built.to_yaml());
});
