//! Writes other than server-side apply, and lists: what tools that compute on the client's side need.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::access::{AccessError, Cluster, absent_is_none, body, query, request};
use crate::metadata::ObjectHead;
use crate::resource::{Resource, Target};

/// How an object is written.
#[derive(Clone, Copy, Debug)]
pub struct WriteRequest<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Whether unknown and duplicate fields are refused, whatever the server's default is.
    pub is_strict: bool,
}

/// How the server understands a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// Lists are replaced, null removes: for every kind.
    Merge,
    /// Lists are merged by their keys: for the kinds of Kubernetes itself.
    Strategic,
}

/// What becomes of the objects that a deleted object owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Propagation {
    /// They are deleted afterwards.
    #[default]
    Background,
    /// They are deleted before.
    Foreground,
    /// They stay.
    Orphan,
}

impl Propagation {
    /// Kubernetes' word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

/// Asks the server to answer with the metadata of a list's items alone.
const METADATA_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// A list of which only the items are read.
#[derive(Deserialize)]
struct List<T> {
    /// Null in an empty list of metadata.
    items: Option<Vec<T>>,
}

impl Cluster {
    /// Creates an object; the answer is the object as it then is.
    ///
    /// # Errors
    /// When there is one already, and when the server refuses or cannot be reached.
    pub async fn create(
        &self,
        target: &Target,
        object: &Value,
        how: WriteRequest<'_>,
    ) -> Result<Value, AccessError> {
        let path = target.collection_path();
        self.send(write_request(Method::POST, &path, object, how)?)
            .await
    }

    /// Puts an object in the place of the one that is there; the answer is the object as it then is.
    ///
    /// # Errors
    /// When there is none, and when the server refuses or cannot be reached.
    pub async fn replace(
        &self,
        target: &Target,
        object: &Value,
        how: WriteRequest<'_>,
    ) -> Result<Value, AccessError> {
        self.send(write_request(Method::PUT, &target.path(), object, how)?)
            .await
    }

    /// Patches an object; the answer is the object as it then is.
    ///
    /// # Errors
    /// When there is none, and when the server refuses or cannot be reached.
    pub async fn patch(
        &self,
        target: &Target,
        kind: PatchKind,
        patch: &Value,
        how: WriteRequest<'_>,
    ) -> Result<Value, AccessError> {
        let mut request = write_request(Method::PATCH, &target.path(), patch, how)?;
        let content_type = match kind {
            PatchKind::Merge => "application/merge-patch+json",
            PatchKind::Strategic => "application/strategic-merge-patch+json",
        };
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.send(request).await
    }

    /// Reads the objects of a kind, in one namespace or in all, that match a label selector; an empty one matches all.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &str,
    ) -> Result<Vec<Value>, AccessError> {
        self.list_as(resource, namespace, (selector, None)).await
    }

    /// As [`list`](Self::list), with an answer of metadata alone.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn list_metadata(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &str,
    ) -> Result<Vec<ObjectHead>, AccessError> {
        self.list_as(resource, namespace, (selector, Some(METADATA_LIST)))
            .await
    }

    async fn list_as<T: DeserializeOwned>(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        (selector, accept): (&str, Option<&str>),
    ) -> Result<Vec<T>, AccessError> {
        let collection = resource.collection(namespace);
        let path = format!("{collection}?labelSelector={}", query(selector));
        let request = request(Method::GET, &path, accept, Vec::new())?;
        let list: List<T> = self.send(request).await?;
        Ok(list.items.unwrap_or_default())
    }

    /// Deletes an object, whichever incarnation is there. Absent is no error: the answer tells whether there was something to
    /// delete.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn delete_with(
        &self,
        target: &Target,
        propagation: Propagation,
    ) -> Result<bool, AccessError> {
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation.name(),
        });
        let request = request(Method::DELETE, &target.path(), None, body(&options)?)?;
        let answer: Option<Value> = absent_is_none(self.send(request).await)?;
        Ok(answer.is_some())
    }
}

fn write_request(
    method: Method,
    path: &str,
    object: &Value,
    how: WriteRequest<'_>,
) -> Result<Request<Vec<u8>>, AccessError> {
    let validation = if how.is_strict {
        "&fieldValidation=Strict"
    } else {
        ""
    };
    let path = format!("{path}?fieldManager={}{validation}", query(how.manager));
    request(method, &path, None, body(object)?)
}
