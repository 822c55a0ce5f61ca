//! How the outside is reached: HTTP client with TLS, limits and redirects
//! under control, credentials.
//!
//! Two kinds of peers are told apart. An *upstream* (a Git server, a chart
//! repository) is named in a spec by somebody who may write it; redirects
//! are followed a bounded number of times, and credentials stay with the
//! first origin. An *artifact server* is named in a status, which may point
//! anywhere: link-local addresses and redirects to other hosts are refused.
//!
//! Deliberately absent: proxies other than those of the environment, and
//! cloud identities.

pub mod client;
pub mod credentials;
pub mod failure;
pub mod link_local;
pub mod tls;

pub use client::{Client, Destination};
pub use credentials::Credentials;
pub use reqwest::Response;
pub use tls::Tls;
