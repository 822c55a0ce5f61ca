//! One question to a registry, and its answer: TLS or not, who asks,
//! redirects, and how long an answer may take.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use rheostat_upstream::{Client, Response, failure};
use tokio::sync::Mutex;
use url::Url;

use crate::challenge::{self, Challenge};
use crate::keyring::Login;
use crate::refusal::Refusal;
use crate::token::{self, Tokens};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The registry answers something else than success.
    #[error("{0}")]
    Refused(Refusal),
    /// The registry cannot be reached, or broke off.
    #[error("{method} \"{url}\": {cause}")]
    Transport {
        /// The method of the request.
        method: String,
        /// The address that was asked.
        url: String,
        /// What went wrong.
        cause: String,
    },
    /// The registry does not answer, or not any more.
    #[error("{method} \"{url}\": no answer within {} s", patience.as_secs())]
    Stalled {
        /// The method of the request.
        method: String,
        /// The address that was asked.
        url: String,
        /// How long was waited.
        patience: Duration,
    },
    /// The answer is too large.
    #[error("answer of \"{url}\" is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The address that was asked.
        url: String,
        /// The limit.
        limit: u64,
    },
    /// A redirect leads nowhere, or there are too many.
    #[error("{method} \"{url}\": {problem}")]
    Redirect {
        /// The method of the request.
        method: String,
        /// The address that was asked.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// The registry names a token service that tokens are not asked of.
    #[error("token service '{realm}' is not one that is asked with TLS")]
    Realm {
        /// What the registry names.
        realm: String,
    },
    /// The token service gives none.
    #[error("token service '{realm}' answers without a token")]
    NoToken {
        /// The service.
        realm: String,
    },
    /// The credentials cannot be sent.
    #[error("credentials hold a control character")]
    ControlCharacter,
    /// A list goes on elsewhere, or without end.
    #[error("list of tags: {0}")]
    Tags(String),
}

/// Most redirects of one request: what Go's HTTP client follows.
const MAX_REDIRECTS: usize = 10;
/// Most bytes of a refusal that are read.
const MAX_REFUSAL: u64 = 64 * 1024;

/// The type of a body that is a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A client with its patience.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    /// Follows no redirects of its own.
    pub(crate) client: Client,
    /// How long an answer, and each part of it, may take.
    pub(crate) patience: Duration,
}

/// A request that may be redirected.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: Option<&'static str>,
    /// Stays with the origin of the URL.
    pub(crate) authorization: Option<HeaderValue>,
    /// What a form holds, encoded. A request with a form is not redirected.
    pub(crate) form: Option<String>,
}

/// A conversation with one registry about one repository.
#[derive(Debug)]
pub(crate) struct Exchange {
    channel: Channel,
    registry: String,
    /// Whether the registry may be reached without TLS where it has none.
    may_be_plain: bool,
    login: Login,
    scope: String,
    state: Mutex<State>,
}

/// What was learned of the registry.
#[derive(Debug, Clone, Default)]
struct State {
    scheme: Option<&'static str>,
    authorization: Option<HeaderValue>,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            accept: None,
            authorization: None,
            form: None,
        }
    }
}

impl Channel {
    /// Sends a request and follows redirects. The answer may be any status.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, RequestError> {
        let origin = request.url.origin();
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut builder = self.client.request(request.method.clone(), url.clone());
            if let Some(accept) = request.accept {
                builder = builder.header(ACCEPT, accept);
            }
            if let Some(authorization) = request.authorization.as_ref()
                && url.origin() == origin
            {
                builder = builder.header(AUTHORIZATION, authorization.clone());
            }
            if let Some(form) = &request.form {
                builder = builder.header(CONTENT_TYPE, FORM).body(form.clone());
            }
            let sent = tokio::time::timeout(self.patience, builder.send()).await;
            let response = match sent {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(transport(&request.method, &url, error)),
                Err(_) => return Err(stalled(&request.method, &url, self.patience)),
            };
            if !response.status().is_redirection() || request.form.is_some() {
                return Ok(response);
            }
            let Some(location) = response.headers().get(LOCATION) else {
                return Ok(response);
            };
            url = redirected(&url, location).ok_or_else(|| RequestError::Redirect {
                method: request.method.to_string(),
                url: failure::redacted(&url),
                problem: "redirect to no address of the web".to_owned(),
            })?;
        }
        Err(RequestError::Redirect {
            method: request.method.to_string(),
            url: failure::redacted(&request.url),
            problem: format!("more than {MAX_REDIRECTS} redirects"),
        })
    }

    /// What the registry says when it refuses.
    pub(crate) async fn refused(&self, method: &Method, mut response: Response) -> RequestError {
        let url = failure::redacted(response.url());
        let status = response.status().as_u16();
        // A body that cannot be read says nothing.
        let body = read(&mut response, MAX_REFUSAL, self.patience).await;
        RequestError::Refused(Refusal {
            method: method.to_string(),
            url,
            status,
            body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
        })
    }
}

impl Exchange {
    pub(crate) fn new(
        channel: Channel,
        name: &crate::RepositoryName,
        login: Login,
        is_insecure: bool,
    ) -> Self {
        Self {
            channel,
            registry: name.registry().to_owned(),
            may_be_plain: is_insecure || name.is_near(),
            login,
            scope: format!("repository:{}:pull", name.path()),
            state: Mutex::default(),
        }
    }

    /// How long an answer, and each part of it, may take.
    pub(crate) fn patience(&self) -> Duration {
        self.channel.patience
    }

    /// Asks for a path, and answers once when the registry asks who we are.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        accept: Option<&'static str>,
    ) -> Result<Response, RequestError> {
        let mut response = self.attempt(&method, path, accept).await?;
        if response.status() == StatusCode::UNAUTHORIZED && self.answer(&response).await? {
            response = self.attempt(&method, path, accept).await?;
        }
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.channel.refused(&method, response).await)
        }
    }

    /// Asks with TLS, and where that fails and may, without.
    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        accept: Option<&'static str>,
    ) -> Result<Response, RequestError> {
        let State {
            scheme,
            authorization,
        } = self.state.lock().await.clone();
        let send = |scheme: &str| {
            let url = format!("{scheme}://{}{path}", self.registry);
            let url = Url::parse(&url).map_err(|error| RequestError::Transport {
                method: method.to_string(),
                url,
                cause: error.to_string(),
            });
            let authorization = authorization.clone();
            async move {
                let request = Request {
                    accept,
                    authorization,
                    ..Request::new(method.clone(), url?)
                };
                self.channel.send(request).await
            }
        };
        if let Some(scheme) = scheme {
            return send(scheme).await;
        }
        let (scheme, response) = match send("https").await {
            Err(RequestError::Transport { .. } | RequestError::Stalled { .. })
                if self.may_be_plain =>
            {
                ("http", send("http").await?)
            }
            answered => ("https", answered?),
        };
        self.state.lock().await.scheme = Some(scheme);
        Ok(response)
    }

    /// Answers the question who we are. Whether there is a new answer.
    async fn answer(&self, response: &Response) -> Result<bool, RequestError> {
        let values = response.headers().get_all(WWW_AUTHENTICATE);
        let challenge = challenge::parse(values.iter().filter_map(|value| value.to_str().ok()));
        // Where a redirect led, nobody is told.
        let (true, Some(challenge)) = (self.is_registry(response.url()), challenge) else {
            return Ok(false);
        };
        let authorization = match (&challenge, &self.login) {
            (Challenge::Basic, login) => token::basic(login)?,
            (Challenge::Bearer(_), Login::RegistryToken(token)) => Some(token::bearer(token)?),
            (Challenge::Bearer(bearer), login) => {
                let tokens = Tokens {
                    channel: &self.channel,
                    login,
                    is_tls: response.url().scheme() == "https",
                    scope: &self.scope,
                };
                Some(token::bearer(&tokens.fetch(bearer).await?)?)
            }
        };
        let mut state = self.state.lock().await;
        let is_new = authorization.is_some() && authorization != state.authorization;
        state.authorization = authorization;
        Ok(is_new)
    }

    fn is_registry(&self, url: &Url) -> bool {
        let own = Url::parse(&format!("{}://{}/", url.scheme(), self.registry));
        own.is_ok_and(|own| own.origin() == url.origin())
    }
}

/// Reads a body of bounded size.
pub(crate) async fn read(
    response: &mut Response,
    limit: u64,
    patience: Duration,
) -> Result<Vec<u8>, RequestError> {
    let mut body = Vec::new();
    while let Some(part) = next_part(response, patience).await? {
        body.extend_from_slice(&part);
        if body.len() as u64 > limit {
            return Err(RequestError::TooLarge {
                url: failure::redacted(response.url()),
                limit,
            });
        }
    }
    Ok(body)
}

/// The next bytes of a body.
pub(crate) async fn next_part(
    response: &mut Response,
    patience: Duration,
) -> Result<Option<Bytes>, RequestError> {
    let url = response.url().clone();
    match tokio::time::timeout(patience, response.chunk()).await {
        Ok(Ok(part)) => Ok(part),
        Ok(Err(error)) => Err(transport(&Method::GET, &url, error)),
        Err(_) => Err(stalled(&Method::GET, &url, patience)),
    }
}

fn transport(method: &Method, url: &Url, error: reqwest::Error) -> RequestError {
    RequestError::Transport {
        method: method.to_string(),
        url: failure::redacted(url),
        cause: failure::request(error),
    }
}

fn stalled(method: &Method, url: &Url, patience: Duration) -> RequestError {
    RequestError::Stalled {
        method: method.to_string(),
        url: failure::redacted(url),
        patience,
    }
}

fn redirected(from: &Url, location: &HeaderValue) -> Option<Url> {
    let url = from.join(location.to_str().ok()?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}
