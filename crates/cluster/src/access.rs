//! Requests to the API server, bounded in number and in time.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use kube::Client;
use kube::core::Status;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::impersonate::{AccountError, as_service_account};
use crate::mapper::RestMapper;
use crate::metadata::ObjectHead;
use crate::resource::Target;

/// Asks the server to answer with an object's metadata alone.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// How much may be asked of the server at a time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests in flight, watches apart.
    pub in_flight: usize,
    /// How long one request may take.
    pub request_timeout: Duration,
}

impl Default for Limits {
    /// 64 requests at a time (beyond 16 the server only grows slower, but several clusters of
    /// work share the bound), each bounded by the server's own default of a minute.
    fn default() -> Self {
        Self {
            in_flight: 64,
            request_timeout: Duration::from_mins(1),
        }
    }
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The server refused.
    #[error("{}", .0.message)]
    Refused(Box<Status>),
    /// The server did not answer in time.
    #[error("the API server did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The request did not reach the server, or its answer could not be read.
    #[error("{}", chain(.0))]
    Unreachable(Box<kube::Error>),
    /// The request could not be put together.
    #[error("cannot put the request together: {0}")]
    Request(String),
}

/// How a server-side apply is made.
#[derive(Clone, Copy, Debug)]
pub struct ApplyRequest<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Whether the server only pretends.
    pub dry_run: bool,
    /// Whether fields of other managers are taken from them; without it they are a conflict.
    pub is_forced: bool,
    /// Whether unknown and duplicate fields are refused, whatever the server's default is.
    pub is_strict: bool,
}

impl<'a> ApplyRequest<'a> {
    /// A forced apply in the name of a manager.
    pub fn forced(manager: &'a str) -> Self {
        Self {
            manager,
            dry_run: false,
            is_forced: true,
            is_strict: false,
        }
    }
}

/// Access to one cluster under one identity. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    mapper: Arc<RestMapper>,
    permits: Arc<Semaphore>,
    limits: Limits,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("limits", &self.inner.limits)
            .finish_non_exhaustive()
    }
}

impl AccessError {
    /// The server's status, where it gave one.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Refused(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the server has no such object or kind.
    pub fn is_not_found(&self) -> bool {
        self.has_code(404)
    }

    /// Whether another write came first, or another incarnation is meant.
    pub fn is_conflict(&self) -> bool {
        self.has_code(409)
    }

    /// Whether there is an object of that name already.
    pub fn is_already_exists(&self) -> bool {
        self.status()
            .is_some_and(|status| status.reason == "AlreadyExists")
    }

    fn has_code(&self, code: u16) -> bool {
        self.status().is_some_and(|status| status.code == code)
    }

    fn from_kube(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::Refused(status),
            other => Self::Unreachable(Box::new(other)),
        }
    }
}

impl Cluster {
    /// Access by way of `client`.
    pub fn new(client: Client, limits: Limits) -> Self {
        Self {
            inner: Arc::new(Inner {
                mapper: Arc::new(RestMapper::new(client.clone())),
                permits: Arc::new(Semaphore::new(limits.in_flight)),
                client,
                limits,
            }),
        }
    }

    /// The same cluster as a service account sees it. Bounds are shared, and so is the knowledge of which kinds there are.
    ///
    /// # Errors
    /// When the names cannot be those of an account.
    pub fn as_service_account(&self, namespace: &str, name: &str) -> Result<Self, AccountError> {
        let client = as_service_account(&self.inner.client, namespace, name)?;
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                mapper: Arc::clone(&self.inner.mapper),
                permits: Arc::clone(&self.inner.permits),
                limits: self.inner.limits,
            }),
        })
    }

    /// The kinds that the cluster serves.
    pub fn mapper(&self) -> &RestMapper {
        &self.inner.mapper
    }

    /// The client, for watches.
    pub(crate) fn client(&self) -> Client {
        self.inner.client.clone()
    }

    /// Applies `object`; the answer is the object as it then is.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn apply(
        &self,
        target: &Target,
        object: &Value,
        how: ApplyRequest<'_>,
    ) -> Result<Value, AccessError> {
        self.send(apply_request(target, object, how, None)?).await
    }

    /// As [`apply`](Self::apply), with an answer of metadata alone.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn apply_for_metadata(
        &self,
        target: &Target,
        object: &Value,
        how: ApplyRequest<'_>,
    ) -> Result<ObjectHead, AccessError> {
        let accept = Some(METADATA_ONLY);
        self.send(apply_request(target, object, how, accept)?).await
    }

    /// Reads an object; absent is no error.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn get(&self, target: &Target) -> Result<Option<Value>, AccessError> {
        let request = request(Method::GET, &target.path(), None, Vec::new())?;
        absent_is_none(self.send(request).await)
    }

    /// Reads an object's metadata; absent is no error.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn get_metadata(&self, target: &Target) -> Result<Option<ObjectHead>, AccessError> {
        let request = request(Method::GET, &target.path(), Some(METADATA_ONLY), Vec::new())?;
        absent_is_none(self.send(request).await)
    }

    /// Applies a JSON patch; the answer is the object as it then is.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn json_patch(
        &self,
        target: &Target,
        patch: &Value,
        manager: &str,
    ) -> Result<Value, AccessError> {
        let uri = format!("{}?fieldManager={}", target.path(), query(manager));
        let mut request = request(Method::PATCH, &uri, None, body(patch)?)?;
        request.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json-patch+json"),
        );
        self.send(request).await
    }

    /// Deletes an object in the background, if it is still the incarnation `uid`. Absent is no
    /// error: the answer tells whether there was something to delete.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn delete(&self, target: &Target, uid: Option<&str>) -> Result<bool, AccessError> {
        let mut options = serde_json::json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
        });
        if let Some(uid) = uid {
            options["preconditions"] = serde_json::json!({ "uid": uid });
        }
        let request = request(Method::DELETE, &target.path(), None, body(&options)?)?;
        let answer: Option<Value> = absent_is_none(self.send(request).await)?;
        Ok(answer.is_some())
    }

    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<T, AccessError> {
        let permit = self.inner.permits.acquire().await;
        let timeout = self.inner.limits.request_timeout;
        let answer = tokio::time::timeout(timeout, self.inner.client.request::<T>(request)).await;
        drop(permit);
        match answer {
            Ok(answer) => answer.map_err(AccessError::from_kube),
            Err(_) => Err(AccessError::TimedOut(timeout)),
        }
    }
}

pub(crate) fn absent_is_none<T>(answer: Result<T, AccessError>) -> Result<Option<T>, AccessError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn apply_request(
    target: &Target,
    object: &Value,
    how: ApplyRequest<'_>,
    accept: Option<&str>,
) -> Result<Request<Vec<u8>>, AccessError> {
    let dry_run = if how.dry_run { "&dryRun=All" } else { "" };
    let validation = if how.is_strict {
        "&fieldValidation=Strict"
    } else {
        ""
    };
    let path = format!(
        "{}?fieldManager={}&force={}{dry_run}{validation}",
        target.path(),
        query(how.manager),
        how.is_forced,
    );
    let mut request = request(Method::PATCH, &path, accept, body(object)?)?;
    // JSON is YAML: the server knows applied objects by this type only.
    request.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/apply-patch+yaml"),
    );
    Ok(request)
}

pub(crate) fn request(
    method: Method,
    path: &str,
    accept: Option<&str>,
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, AccessError> {
    let mut builder = Request::builder()
        .method(method)
        .uri(path)
        .header(ACCEPT, accept.unwrap_or("application/json"));
    if !body.is_empty() {
        builder = builder.header(CONTENT_TYPE, "application/json");
    }
    builder
        .body(body)
        .map_err(|error| AccessError::Request(error.to_string()))
}

pub(crate) fn body(value: &Value) -> Result<Vec<u8>, AccessError> {
    serde_json::to_vec(value).map_err(|error| AccessError::Request(error.to_string()))
}

pub(crate) fn query(text: &str) -> percent_encoding::PercentEncode<'_> {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

/// The error with its causes, which the client hides behind a word such as "service error".
fn chain(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
