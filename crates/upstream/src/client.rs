//! The HTTP client.

use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Identity};

use crate::link_local;
use crate::tls::Tls;

/// A pool of connections; a clone shares them.
pub type Client = reqwest::Client;

/// Whom a client talks to, which decides what it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A server that a spec names.
    Upstream,
    /// A registry that a spec names. Redirects are followed by whoever asks,
    /// who knows which credentials belong where.
    Registry,
    /// A server that a status names.
    ArtifactServer,
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The certificate authorities are not PEM.
    #[error("read certificate authorities")]
    CertificateAuthorities(#[source] reqwest::Error),
    /// They hold no certificate.
    #[error("read certificate authorities: no PEM certificate found")]
    NoCertificate,
    /// The client certificate is not PEM, or its key does not fit.
    #[error("read client certificate")]
    Identity(#[source] reqwest::Error),
    /// The TLS library does not start.
    #[error("set up HTTP client")]
    Build(#[source] reqwest::Error),
}

/// Most redirects of one request: what Go's HTTP client follows.
const MAX_REDIRECTS: usize = 10;
/// Longest wait for a connection: the dial timeout of Go's HTTP client.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Idle connections kept for each host. Sources are fetched minutes apart.
const MAX_IDLE: usize = 2;
/// Longest life of an idle connection, as Go's HTTP client has it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// Makes a client that trusts the system's certificate authorities and those
/// in `authorities`, a PEM bundle. Proxies are those of the environment.
///
/// The crypto provider of the process must have been installed.
///
/// # Errors
/// When the bundle is not PEM, or TLS cannot be set up.
pub fn client(destination: Destination, authorities: Option<&[u8]>) -> Result<Client, ClientError> {
    let tls = Tls {
        authorities: authorities.map(<[u8]>::to_vec),
        ..Tls::default()
    };
    client_with(destination, &tls)
}

/// Makes a client as [`client`] does, with all that TLS may need.
///
/// # Errors
/// When a certificate or key is not PEM, or TLS cannot be set up.
pub fn client_with(destination: Destination, tls: &Tls) -> Result<Client, ClientError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("rheostat/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tls_danger_accept_invalid_certs(tls.is_unverified);
    builder = match destination {
        Destination::Upstream => builder.redirect(Policy::limited(MAX_REDIRECTS)),
        Destination::Registry => builder.redirect(Policy::none()),
        Destination::ArtifactServer => builder
            .redirect(Policy::custom(follow_on_same_origin))
            .dns_resolver(link_local::Resolver),
    };
    if let Some(pem) = &tls.authorities {
        let certificates =
            Certificate::from_pem_bundle(pem).map_err(ClientError::CertificateAuthorities)?;
        if certificates.is_empty() {
            return Err(ClientError::NoCertificate);
        }
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(pem) = tls.identity_pem() {
        builder = builder.identity(Identity::from_pem(&pem).map_err(ClientError::Identity)?);
    }
    builder.build().map_err(ClientError::Build)
}

/// A redirect stays with scheme, host and port of the request.
fn follow_on_same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let Some(first) = attempt.previous().first() else {
        return attempt.stop();
    };
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error(format!("more than {MAX_REDIRECTS} redirects"));
    }
    if first.origin() == attempt.url().origin() {
        return attempt.follow();
    }
    let refused = format!("redirect to another host ({}) is refused", attempt.url());
    attempt.error(refused)
}

#[cfg(test)]
mod tests;
