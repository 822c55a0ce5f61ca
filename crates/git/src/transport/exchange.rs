//! One request and its answer, as blocking readers and writers.
//!
//! The library writes the body of a request after it was given the readers
//! of the answer, so the request is sent when the answer is first read.

use std::io::{self, BufRead, Cursor, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::{HeaderMap, Method, StatusCode};
use rheostat_upstream::{Client, Response, failure};
use tokio::runtime::Handle;
use url::Url;

use super::TransportError;

/// Where the first failure of a conversation is left.
pub(crate) type Slot = Arc<Mutex<Option<TransportError>>>;

/// What a conversation may take.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// Runs the client.
    pub(crate) runtime: Handle,
    /// The whole conversation ends by then.
    pub(crate) deadline: Instant,
    /// Most bytes of all answers together.
    pub(crate) max_bytes: u64,
    /// Bytes received so far.
    pub(crate) received: AtomicU64,
    /// Set when nobody waits any more.
    pub(crate) is_cancelled: Arc<AtomicBool>,
}

/// What is to be sent, but for the body.
pub(super) struct Request {
    pub(super) client: Client,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
}

/// A request that is being written, then its answer.
pub(super) struct Exchange {
    request: Request,
    body: Vec<u8>,
    response: Option<Response>,
    bounds: Arc<Bounds>,
    failure: Slot,
}

type SharedExchange = Arc<Mutex<Exchange>>;

/// Most of an error's body that is told.
const MAX_DETAIL: usize = 200;

impl Exchange {
    pub(super) fn new(request: Request, bounds: Arc<Bounds>, failure: Slot) -> Self {
        Self {
            request,
            body: Vec::new(),
            response: None,
            bounds,
            failure,
        }
    }

    pub(super) fn shared(self) -> SharedExchange {
        Arc::new(Mutex::new(self))
    }

    /// Sends the request, unless that was done; the URL that answered.
    pub(super) fn send(&mut self) -> io::Result<Url> {
        if let Some(response) = &self.response {
            return Ok(response.url().clone());
        }
        let builder = self
            .request
            .client
            .request(self.request.method.clone(), self.request.url.clone())
            .headers(self.request.headers.clone())
            .body(std::mem::take(&mut self.body));
        let sent = self.wait(builder.send())?;
        let response = match sent {
            Ok(response) if response.status() == StatusCode::OK => response,
            Ok(response) => return Err(self.refused(response)),
            Err(error) => {
                let cause = failure::request(error);
                return Err(self.failed(cause));
            }
        };
        let url = response.url().clone();
        self.response = Some(response);
        Ok(url)
    }

    /// The next bytes of the answer; nothing at its end.
    fn chunk(&mut self) -> io::Result<Vec<u8>> {
        self.send()?;
        let Some(mut response) = self.response.take() else {
            return Ok(Vec::new());
        };
        let received = self.wait(response.chunk());
        self.response = Some(response);
        let chunk = match received? {
            Ok(chunk) => chunk.unwrap_or_default(),
            Err(error) => {
                let cause = failure::request(error);
                return Err(self.failed(cause));
            }
        };
        let length = chunk.len() as u64;
        let before = self.bounds.received.fetch_add(length, Ordering::Relaxed);
        if before + length > self.bounds.max_bytes {
            return Err(self.fail(TransportError::TooLarge {
                limit: self.bounds.max_bytes,
            }));
        }
        Ok(chunk.into())
    }

    /// Runs a step of the client until the deadline.
    fn wait<T>(&self, step: impl Future<Output = T>) -> io::Result<T> {
        if self.bounds.is_cancelled.load(Ordering::Relaxed) {
            return Err(self.fail(TransportError::Cancelled));
        }
        let deadline = tokio::time::Instant::from_std(self.bounds.deadline);
        let bounded = async { tokio::time::timeout_at(deadline, step).await };
        self.bounds.runtime.block_on(bounded).map_err(|_| {
            self.fail(TransportError::Deadline {
                method: self.method(),
                url: self.url(),
            })
        })
    }

    fn refused(&self, mut response: Response) -> io::Error {
        let status = response.status();
        let detail = match self.wait(response.chunk()) {
            Ok(Ok(Some(bytes))) => detail(&bytes),
            _ => String::new(),
        };
        self.fail(match status.as_u16() {
            401 => TransportError::Unauthorized { detail },
            403 => TransportError::Forbidden { detail },
            404 => TransportError::NotFound { detail },
            status => TransportError::Status {
                url: self.url(),
                status,
            },
        })
    }

    fn failed(&self, cause: String) -> io::Error {
        self.fail(TransportError::Request {
            method: self.method(),
            url: self.url(),
            cause,
        })
    }

    /// Leaves a failure where the conversation finds it, unless an earlier
    /// one is there.
    fn fail(&self, error: TransportError) -> io::Error {
        let told = io::Error::other(error.to_string());
        let mut slot = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert(error);
        told
    }

    /// As Go's HTTP client names it in errors.
    fn method(&self) -> String {
        if self.request.method == Method::GET {
            "Get".to_owned()
        } else {
            "Post".to_owned()
        }
    }

    fn url(&self) -> String {
        failure::redacted(&self.request.url)
    }
}

/// The start of an error's body on one line.
fn detail(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_DETAIL)]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn locked(exchange: &SharedExchange) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the library writes the body of a request.
pub(crate) struct PostBody(SharedExchange);

impl PostBody {
    pub(super) fn new(exchange: SharedExchange) -> Self {
        Self(exchange)
    }
}

impl Write for PostBody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        locked(&self.0).body.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The headers of an answer, line by line.
pub(crate) struct Headers {
    exchange: SharedExchange,
    lines: Option<Cursor<Vec<u8>>>,
}

impl Headers {
    pub(super) fn new(exchange: SharedExchange) -> Self {
        Self {
            exchange,
            lines: None,
        }
    }

    fn lines(&mut self) -> io::Result<&mut Cursor<Vec<u8>>> {
        if self.lines.is_none() {
            let mut exchange = locked(&self.exchange);
            exchange.send()?;
            let mut text = Vec::new();
            for (name, value) in exchange.response.iter().flat_map(|r| r.headers().iter()) {
                text.extend_from_slice(name.as_str().as_bytes());
                text.extend_from_slice(b": ");
                text.extend_from_slice(value.as_bytes());
                text.push(b'\n');
            }
            drop(exchange);
            self.lines = Some(Cursor::new(text));
        }
        Ok(self.lines.get_or_insert_default())
    }
}

impl Read for Headers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.lines()?.read(buffer)
    }
}

impl BufRead for Headers {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.lines()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(lines) = &mut self.lines {
            lines.consume(amount);
        }
    }
}

/// The body of an answer.
pub(crate) struct Body {
    exchange: SharedExchange,
    chunk: Cursor<Vec<u8>>,
}

impl Body {
    pub(super) fn new(exchange: SharedExchange) -> Self {
        Self {
            exchange,
            chunk: Cursor::default(),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.fill_buf()?.is_empty() {
            self.chunk = Cursor::new(locked(&self.exchange).chunk()?);
        }
        self.chunk.read(buffer)
    }
}
