//! Everything that a developer does with this repository: cargo xtask <command>.
