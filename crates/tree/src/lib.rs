//! A file tree as a value: paths, modes, digests, bodies.
