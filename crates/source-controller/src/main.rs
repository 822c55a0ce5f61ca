//! The `source-controller` program.

fn main() {}
