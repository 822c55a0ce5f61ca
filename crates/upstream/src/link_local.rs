//! Keeps requests for artifacts away from link-local addresses, behind which
//! clouds serve their credentials.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv6Addr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The address is one that artifacts are not fetched from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("host '{host}' has the link-local address {address}, which is refused")]
pub struct LinkLocal {
    host: String,
    address: IpAddr,
}

/// The metadata service of AWS over IPv6, unique-local though it is.
const AWS_METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Refuses a URL whose host is a link-local address in figures. Names are
/// checked by [`Resolver`] when they are resolved.
///
/// # Errors
/// When the host is such an address.
pub fn check_url(url: &Url) -> Result<(), LinkLocal> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    check(&address.to_string(), address)
}

/// Resolves names as the system does, and fails when one of the addresses is
/// link-local.
#[derive(Debug, Clone, Copy)]
pub struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &addresses {
                check(name.as_str(), address.ip())?;
            }
            if addresses.is_empty() {
                return Err(Box::<dyn Error + Send + Sync>::from(io::Error::new(
                    io::ErrorKind::NotFound,
                    "no address found",
                )));
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

fn check(host: &str, address: IpAddr) -> Result<(), LinkLocal> {
    if is_link_local(address) {
        return Err(LinkLocal {
            host: host.to_owned(),
            address,
        });
    }
    Ok(())
}

fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address == AWS_METADATA,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_host(host: &str, is_refused: bool) {
        let url = Url::parse(&format!("http://{host}/a.tar.gz")).expect("a URL of the table");
        assert_eq!(check_url(&url).is_err(), is_refused, "{host}");
    }

    #[test]
    fn link_local_hosts_are_refused_in_every_spelling() {
        for host in [
            "169.254.169.254",
            "169.254.0.1:8080",
            "0xa9fea9fe",
            "2852039166",
            "[fe80::1]",
            "[::ffff:169.254.169.254]",
            "[fd00:ec2::254]",
        ] {
            check_host(host, true);
        }
        for host in ["127.0.0.1", "10.0.0.1", "example.com", "[fd00::1]", "[::1]"] {
            check_host(host, false);
        }
    }
}
