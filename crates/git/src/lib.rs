//! Fetching a Git repository over HTTP: which commit a reference names, and
//! the tree of that commit.
//!
//! One conversation with the server lists references, decides (in a pure
//! function) which commit is meant, asks the caller whether it has that
//! commit already, and only then fetches: the newest state alone where that
//! is enough, the history where the server must prove that a commit belongs
//! to a branch. Packs lie in a folder that the caller names; bodies are read
//! one by one.
//!
//! Deliberately absent: SSH, submodules (an empty folder stands in their
//! place), signatures, smudge filters, links and everything that writes.

mod checkout;
mod conversation;
mod reference;
mod remote;
mod select;
mod transport;

pub use checkout::{Checkout, CheckoutError, Entry, EntryKind, Limits};
pub use reference::{On, Reference, ReferenceError};
pub use remote::{FetchError, Fetched, Remote};
pub use select::{Found, SelectError};
pub use transport::TransportError;
