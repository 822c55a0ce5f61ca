//! Who asked what of the API server, from its audit log.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The programs whose requests count. The library by which Flux's helm-controller applies objects names itself as Go does.
const PROGRAMS: [&str; 5] = [
    "Go-http-client",
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    super::bare::USER_AGENT,
];

/// Requests by kind: `dry-run`, `write`, `status`, `event`, `read`; leases and watches are left out.
pub(super) type Requests = BTreeMap<String, usize>;

/// The audit log, read as it grows.
#[derive(Debug)]
pub(super) struct AuditLog {
    path: PathBuf,
    position: u64,
}

impl AuditLog {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, position: 0 }
    }

    /// The requests since the last call.
    ///
    /// # Errors
    /// The log cannot be read.
    pub(super) fn requests(&mut self) -> Result<Requests> {
        let mut file = File::open(&self.path).context("opening the audit log")?;
        file.seek(SeekFrom::Start(self.position))
            .context("reading the audit log")?;
        let mut text = String::new();
        file.read_to_string(&mut text)
            .context("reading the audit log")?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.position += u64::try_from(whole).context("the audit log is too long")?;
        let mut requests = Requests::new();
        for line in text[..whole].lines() {
            let entry: Value =
                serde_json::from_str(line).context("reading a line of the audit log")?;
            if let Some(kind) = kind(&entry) {
                *requests.entry(kind.to_owned()).or_default() += 1;
            }
        }
        Ok(requests)
    }
}

/// The kind of request, if one of the measured programs sent it.
fn kind(entry: &Value) -> Option<&'static str> {
    let agent = entry["userAgent"].as_str()?.split(['/', ' ']).next()?;
    let uri = entry["requestURI"].as_str()?;
    if !PROGRAMS.contains(&agent) || uri.contains("/leases") {
        return None;
    }
    let verb = entry["verb"].as_str()?;
    Some(match uri {
        // What asks whether a server is alive has the verb of HTTP.
        _ if verb == "head" => return None,
        _ if matches!(verb, "get" | "list") => "read",
        _ if uri.contains("dryRun=") => "dry-run",
        _ if uri.contains("/events") => "event",
        _ if uri.contains("/status") => "status",
        _ => "write",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(agent: &str, uri: &str, expected: Option<&str>) {
        check_verb("patch", agent, uri, expected);
    }

    fn check_verb(verb: &str, agent: &str, uri: &str, expected: Option<&str>) {
        assert_eq!(
            kind(&json!({"userAgent": agent, "requestURI": uri, "verb": verb})),
            expected,
            "{verb} {agent} {uri}"
        );
    }

    #[test]
    fn requests_are_told_apart() {
        check(
            "kustomize-controller/v1.9 (linux)",
            "/api/v1/namespaces/a/configmaps/b?dryRun=All&force=true",
            Some("dry-run"),
        );
        check(
            "source-controller/1",
            "/apis/source.toolkit.fluxcd.io/v1/namespaces/a/gitrepositories/b/status",
            Some("status"),
        );
        check("bare-loop", "/api/v1/namespaces/a/events", Some("event"));
        check(
            "bare-loop",
            "/api/v1/namespaces/a/configmaps/b?force=true",
            Some("write"),
        );
        check(
            "kustomize-controller/1",
            "/apis/coordination.k8s.io/v1/namespaces/a/leases/b",
            None,
        );
        check("kubectl/1", "/api/v1/namespaces/a/configmaps/b", None);
        check_verb(
            "list",
            "helm-controller/1",
            "/api/v1/namespaces/a/secrets",
            Some("read"),
        );
    }
}
