//! The artifact that the controllers meet in.
//!
//! A source controller turns a tree into an archive, keeps it and serves it;
//! the other controllers fetch it by the URL and the digest that they read
//! in a status, check the digest, and unpack it.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`digest`] | `algorithm:hex`, streaming and parsing |
//! | [`revision`] | names of what was archived |
//! | [`ignore`] | which paths of a source stay out of its archive |
//! | [`archive`] | tree to bytes, the same bytes for the same tree |
//! | [`extract`] | bytes to tree, within limits |

pub mod archive;
pub mod digest;
pub mod extract;
pub mod ignore;
pub mod revision;
