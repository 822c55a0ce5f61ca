//! The `rheostat` program.

fn main() {}
