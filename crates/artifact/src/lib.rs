//! The artifact that the controllers meet in.
//!
//! A source controller turns a tree into an archive, keeps it and serves it;
//! the other controllers fetch it by the URL and the digest that they read
//! in a status, check the digest, and unpack it. The first half of this
//! crate is pure; the two halves that do I/O are features.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`digest`] | `algorithm:hex`, streaming and parsing |
//! | [`revision`] | names of what was archived |
//! | [`ignore`] | which paths of a source stay out of its archive |
//! | [`archive`] | tree to bytes, the same bytes for the same tree |
//! | [`extract`] | bytes to tree, within limits |
//! | `client` | verified fetch (feature `client`) |
//! | `storage`, `file_server` | keeping and serving (feature `server`) |

pub mod archive;
#[cfg(feature = "client")]
pub mod client;
pub mod digest;
pub mod extract;
#[cfg(feature = "server")]
pub mod file_server;
pub mod ignore;
pub mod revision;
#[cfg(feature = "server")]
pub mod storage;
