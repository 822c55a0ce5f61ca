//! A file tree as a value: clean relative paths, modes, digests, bodies.
//!
//! Engines never touch a file system. They read through [`Files`], which an
//! in-memory [`Tree`] implements, and which a command line may implement over
//! its disk. A [`Tree`] is immutable in spirit: a clone costs one reference
//! count, and an insertion into a clone copies only the folders on its path,
//! so one unpacked archive can serve many builds that each replace a file.
//!
//! Deliberately absent: links (an archive drops them; who reads a disk
//! resolves them behind [`Files::resolve`]), owners, times, and names that
//! are not UTF-8.

mod digest;
mod files;
mod path;
mod read_set;
mod tree;

pub use digest::Digest;
pub use files::{Files, Kind, ReadError};
pub use path::{PathError, TreePath};
pub use read_set::{ReadSet, Recorder};
pub use tree::{BodyStore, Directory, File, InsertError, Node, Tree};
