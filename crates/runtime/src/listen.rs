//! Addresses to listen on, as Go writes them.

use std::{convert::Infallible, fmt, io, str::FromStr};

use tokio::net::TcpListener;

/// `host:port`, or `:port` for all addresses of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress(String);

impl ListenAddress {
    /// True for "0", which turns an endpoint off.
    pub fn is_off(&self) -> bool {
        self.0 == "0"
    }

    /// Opens the address.
    ///
    /// # Errors
    /// If it cannot be read, is taken, or is not one of this machine's.
    pub async fn bind(&self) -> io::Result<TcpListener> {
        let Some(port) = self.0.strip_prefix(':') else {
            return TcpListener::bind(&self.0).await;
        };
        match TcpListener::bind(format!("[::]:{port}")).await {
            // A machine without IPv6 has no such address at all.
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                TcpListener::bind(format!("0.0.0.0:{port}")).await
            }
            bound => bound,
        }
    }
}

impl FromStr for ListenAddress {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opens(text: &str) -> bool {
        let address: ListenAddress = text.parse().unwrap_or_else(|never| match never {});
        address.bind().await.is_ok()
    }

    #[tokio::test]
    async fn addresses_of_go_open() {
        assert!(opens(":0").await);
        assert!(opens("127.0.0.1:0").await);
        assert!(opens("localhost:0").await);
        assert!(!opens("nowhere").await);
    }
}
