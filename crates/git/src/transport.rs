//! HTTP under the Git protocol: our client in the place of the library's, so
//! that credentials, redirects, limits and errors are ours.

mod exchange;

use std::any::Any;
use std::io::{self, BufReader};
use std::sync::Arc;

use gix_error::ErrorExt;
use gix_transport::client::blocking_io::http::{GetResponse, Http, PostBodyDataKind, PostResponse};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rheostat_upstream::Client;
use url::{Origin, Url};

use exchange::{Body, Exchange, Headers, PostBody, Request};
pub(crate) use exchange::{Bounds, Slot};

/// Why the server gave no answer that Git could be read from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// 401: credentials are missing or wrong.
    #[error("authentication required: {detail}")]
    Unauthorized {
        /// What the server says.
        detail: String,
    },
    /// 403: the credentials are known and do not suffice.
    #[error("authorization failed: {detail}")]
    Forbidden {
        /// What the server says.
        detail: String,
    },
    /// 404: there is no such repository, or it is hidden.
    #[error("repository not found: {detail}")]
    NotFound {
        /// What the server says.
        detail: String,
    },
    /// Another status.
    #[error("unexpected client error: unexpected requesting \"{url}\" status code: {status}")]
    Status {
        /// What was requested.
        url: String,
        /// The number.
        status: u16,
    },
    /// No answer, or none that ended.
    #[error("{method} \"{url}\": {cause}")]
    Request {
        /// How it was requested.
        method: String,
        /// What was requested.
        url: String,
        /// What went wrong.
        cause: String,
    },
    /// The time was up.
    #[error("{method} \"{url}\": context deadline exceeded")]
    Deadline {
        /// How it was requested.
        method: String,
        /// What was requested.
        url: String,
    },
    /// The answers are too large.
    #[error("the server sends more than the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Nobody waits for the answer any more.
    #[error("cancelled")]
    Cancelled,
}

/// The client half of a conversation over HTTP.
pub(crate) struct Connection {
    client: Client,
    authorization: Option<HeaderValue>,
    /// Credentials stay with it.
    origin: Origin,
    /// Where the server redirected to.
    redirected: Option<String>,
    bounds: Arc<Bounds>,
    failure: Slot,
}

impl Connection {
    pub(crate) fn new(
        client: Client,
        url: &Url,
        authorization: Option<HeaderValue>,
        bounds: Arc<Bounds>,
    ) -> Self {
        Self {
            client,
            authorization,
            origin: url.origin(),
            redirected: None,
            bounds,
            failure: Slot::default(),
        }
    }

    /// Where the error is left that the library wraps beyond recognition.
    pub(crate) fn failure(&self) -> Slot {
        Arc::clone(&self.failure)
    }

    fn exchange(
        &self,
        method: Method,
        url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix_error::Result<Exchange> {
        let url = Url::parse(url).map_err(|error| io::Error::other(error).raise())?;
        let mut headers = parse_headers(headers);
        if url.origin() == self.origin
            && let Some(authorization) = &self.authorization
        {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let request = Request {
            client: self.client.clone(),
            method,
            url,
            headers,
        };
        let (bounds, failure) = (Arc::clone(&self.bounds), Arc::clone(&self.failure));
        Ok(Exchange::new(request, bounds, failure))
    }
}

impl Http for Connection {
    type Headers = Headers;
    type ResponseBody = BufReader<Body>;
    type PostBody = PostBody;

    fn get(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix_error::Result<GetResponse<Headers, Self::ResponseBody>> {
        let mut exchange = self.exchange(Method::GET, url, headers)?;
        let answered_by = exchange.send().map_err(ErrorExt::raise)?;
        // The rest of the conversation takes place where the redirect leads.
        let tail = url.strip_prefix(base_url).unwrap_or_default();
        if answered_by.as_str() != url
            && let Some(base) = answered_by.as_str().strip_suffix(tail)
        {
            self.redirected = Some(base.to_owned());
        }
        let exchange = exchange.shared();
        Ok(GetResponse {
            headers: Headers::new(Arc::clone(&exchange)),
            body: BufReader::new(Body::new(exchange)),
        })
    }

    fn post(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _body: PostBodyDataKind,
    ) -> gix_error::Result<PostResponse<Headers, Self::ResponseBody, PostBody>> {
        let exchange = self.exchange(Method::POST, url, headers)?.shared();
        Ok(PostResponse {
            post_body: PostBody::new(Arc::clone(&exchange)),
            headers: Headers::new(Arc::clone(&exchange)),
            body: BufReader::new(Body::new(exchange)),
        })
    }

    fn configure(&mut self, _config: &dyn Any) -> gix_error::Result {
        Ok(())
    }

    fn redirected_base_url(&self) -> Option<String> {
        self.redirected.clone()
    }
}

/// The library hands headers over as lines.
fn parse_headers(lines: impl IntoIterator<Item = impl AsRef<str>>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some((name, value)) = line.as_ref().split_once(':') else {
            continue;
        };
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.trim().as_bytes()),
            HeaderValue::from_str(value.trim()),
        ) {
            headers.insert(name, value);
        }
    }
    headers
}
