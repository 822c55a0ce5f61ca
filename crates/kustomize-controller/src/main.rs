//! The `kustomize-controller` program.

fn main() {}
