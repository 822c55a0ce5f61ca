//! Requests about one object and what it applies.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use kube::Client;
use serde_json::{Value, json};

use super::USER_AGENT;
use crate::bench::workload::{NAMESPACE, Subject, name};

const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json";

/// Sends requests.
pub(super) struct Requests {
    client: Client,
    subject: Subject,
    index: usize,
}

impl Requests {
    pub(super) fn new(client: Client, subject: Subject, index: usize) -> Self {
        Self {
            client,
            subject,
            index,
        }
    }

    pub(super) async fn finalizers(&self, finalizers: &Value) -> Result<()> {
        let change = json!({"metadata": {"finalizers": finalizers}});
        self.send("PATCH", &self.object(), MERGE, &change).await
    }

    pub(super) async fn status(&self, status: Value) -> Result<()> {
        let path = format!("{}/status", self.object());
        self.send("PATCH", &path, MERGE, &json!({"status": status}))
            .await
    }

    pub(super) async fn event(&self, reason: &str, message: &str) -> Result<()> {
        let name = name(self.index);
        let (api_version, kind, _) = self.subject.names();
        let now = now();
        let event = json!({
            "metadata": {"generateName": format!("{name}."), "namespace": NAMESPACE},
            "involvedObject": {
                "apiVersion": api_version, "kind": kind, "namespace": NAMESPACE, "name": name,
            },
            "reason": reason, "message": message, "type": "Normal", "count": 1,
            "firstTimestamp": now, "lastTimestamp": now, "source": {"component": USER_AGENT},
        });
        self.create(&format!("/api/v1/namespaces/{NAMESPACE}/events"), &event)
            .await
    }

    /// Applies an object for real, or asks what that would change.
    pub(super) async fn apply(&self, path: &str, object: &Value, is_question: bool) -> Result<()> {
        let manager = self.subject.applier();
        let question = if is_question { "dryRun=All&" } else { "" };
        let path = format!("{path}?{question}fieldManager={manager}&force=true");
        self.send("PATCH", &path, APPLY, object).await
    }

    pub(super) async fn create(&self, path: &str, object: &Value) -> Result<()> {
        self.send("POST", path, JSON, object).await
    }

    pub(super) async fn replace(&self, path: &str, object: &Value) -> Result<()> {
        self.send("PUT", path, JSON, object).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<()> {
        let options = json!({"propagationPolicy": "Background"});
        self.send("DELETE", path, JSON, &options).await
    }

    /// Reads what may not be there.
    pub(super) async fn read(&self, path: &str) -> Result<()> {
        let request = http::Request::get(path).body(Vec::new());
        let request = request.context("making a request")?;
        match self.client.request_text(request).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
            Err(error) => Err(error).with_context(|| format!("GET {path}")),
        }
    }

    fn object(&self) -> String {
        let (api_version, _, plural) = self.subject.names();
        let name = name(self.index);
        format!("/apis/{api_version}/namespaces/{NAMESPACE}/{plural}/{name}")
    }

    async fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Result<()> {
        let bytes = serde_json::to_vec(body).context("encoding a request")?;
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, content);
        let request = request.body(bytes).context("making a request")?;
        let answer = self.client.request_text(request).await;
        answer.map(drop).with_context(|| format!("{method} {path}"))
    }
}

/// The present time as objects have it.
pub(super) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
