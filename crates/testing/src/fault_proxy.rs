//! A TCP proxy that fails on request, to be put in front of an API server or of anything else.
//!
//! It does not look into the bytes, so TLS passes through it and certificates for `127.0.0.1` stay valid.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// What happens to connections, those under way included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Bytes pass in both directions.
    Forward,
    /// Each connection waits before its first byte passes.
    Delay(Duration),
    /// Connections are accepted and closed; those under way are cut.
    Refuse,
    /// Connections are accepted and nothing passes any more.
    Hang,
}

/// A running proxy. Dropping it closes its connections.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Listens on a free port of the loopback interface and forwards to `target`.
    ///
    /// # Errors
    /// No port was to be had.
    pub async fn start(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("binding a proxy")?;
        let address = listener.local_addr().context("binding a proxy")?;
        let (mode, modes) = watch::channel(Mode::Forward);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, target, modes.clone()));
            }
        });
        Ok(Self {
            address,
            mode,
            task,
        })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what happens to every connection from now on.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries one connection until it ends, is refused, or the proxy is dropped.
async fn serve(mut client: TcpStream, target: SocketAddr, mut modes: watch::Receiver<Mode>) {
    let mode = modes.borrow_and_update().clone();
    match mode {
        Mode::Refuse => return,
        Mode::Hang => {
            // Held open until the mode changes, then closed: the bytes in between are lost, as on a dead network.
            let _ = modes.changed().await;
            return;
        }
        Mode::Delay(duration) => sleep(duration).await,
        Mode::Forward => {}
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    let mut copy = Box::pin(copy_bidirectional(&mut client, &mut server));
    loop {
        tokio::select! {
            _ = &mut copy => return,
            change = modes.changed() => match change.map(|()| modes.borrow_and_update().clone()) {
                Ok(Mode::Forward | Mode::Delay(_)) => {}
                // Both streams stay open, but nobody copies.
                Ok(Mode::Hang) => { let _ = modes.changed().await; return; }
                Ok(Mode::Refuse) | Err(_) => return,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    /// Sends one byte and tells what comes back within a moment.
    async fn ask(stream: &mut TcpStream) -> &'static str {
        let mut answer = [0; 1];
        if stream.write_all(b"?").await.is_err() {
            return "closed";
        }
        match timeout(Duration::from_millis(200), stream.read(&mut answer)).await {
            Err(_) => "silent",
            Ok(Ok(1)) => "answered",
            Ok(_) => "closed",
        }
    }

    #[tokio::test]
    async fn passes_refuses_and_hangs() {
        let echo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let target = echo.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = echo.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        let proxy = FaultProxy::start(target).await.unwrap();
        let mut held = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(ask(&mut held).await, "answered");
        for (mode, old, new) in [
            (Mode::Hang, "silent", "silent"),
            (Mode::Refuse, "closed", "closed"),
            (Mode::Forward, "closed", "answered"),
            (Mode::Refuse, "closed", "closed"),
        ] {
            proxy.set(mode.clone());
            assert_eq!(
                ask(&mut held).await,
                old,
                "{mode:?}, a connection under way"
            );
            let mut fresh = TcpStream::connect(proxy.address()).await.unwrap();
            assert_eq!(ask(&mut fresh).await, new, "{mode:?}, a new connection");
        }
    }
}
