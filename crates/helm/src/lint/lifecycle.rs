//! Which kinds of the Kubernetes API are deprecated, and since when.

use crate::capabilities::{Capabilities, KubeVersion};

/// One line for each kind; its first line tells the fields.
const LIFECYCLE: &str = include_str!("lifecycle.txt");

/// Refuses a kind that is deprecated in a version of the cluster, which is Helm's default where none is given.
pub(super) fn check(
    api_version: &str,
    kind: &str,
    kube_version: Option<&KubeVersion>,
) -> Result<(), String> {
    let default = Capabilities::default().kube_version;
    let version = kube_version.unwrap_or(&default);
    let release: (u32, u32) = (
        version.major.parse().unwrap_or(1),
        version.minor.parse().unwrap_or(0),
    );
    let lines = LIFECYCLE.lines().map(|line| line.split(' ').collect());
    let mut entries = lines.filter_map(|fields: Vec<&str>| match *fields.as_slice() {
        [version, named, deprecated, removed, ref replacement @ ..]
            if version == api_version && named == kind =>
        {
            Some((deprecated, removed, replacement.join(" ")))
        }
        _ => None,
    });
    let Some((deprecated, removed, replacement)) = entries.next() else {
        return Ok(());
    };
    let since = deprecated.parse().unwrap_or(u32::MAX);
    if (1, since) > release {
        return Ok(());
    }
    let mut problem = format!("{api_version} {kind} is deprecated in v1.{deprecated}+");
    if removed != "-" {
        problem.extend([", unavailable in v1.", removed, "+"]);
    }
    if !replacement.is_empty() {
        problem.extend(["; use ", &replacement]);
    }
    Err(problem)
}
