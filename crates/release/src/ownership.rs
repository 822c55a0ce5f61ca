//! Whose an object is: the label and the annotations by which Helm knows it.

use futures::{FutureExt, StreamExt, stream};
use rheostat_cluster::{AccessError, Cluster, Metadata};
use serde_json::{Map, Value};

use crate::objects::Object;

/// Questions at a time: a server of two cores is busy with eight.
const CONCURRENCY: usize = 8;

/// The label of all objects of releases.
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Its value.
const HELM: &str = "Helm";

/// The annotation with the release's name.
const RELEASE_NAME: &str = "meta.helm.sh/release-name";

/// The annotation with the release's namespace.
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// An object belongs to somebody else, or that cannot be told; the texts are Helm's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnershipError {
    /// The server refused, or cannot be reached.
    #[error("could not get information about the resource {subject}: {cause}")]
    Access {
        /// The object.
        subject: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// It is somebody else's.
    #[error(
        "{subject} exists and cannot be imported into the current release: invalid ownership metadata; {problems}"
    )]
    Foreign {
        /// The object.
        subject: String,
        /// What it lacks.
        problems: String,
    },
}

/// The release that objects belong to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    /// The release's name.
    pub(crate) name: &'a str,
    /// Its namespace.
    pub(crate) namespace: &'a str,
}

impl Owner<'_> {
    /// Makes an object the release's.
    pub(crate) fn mark(self, object: &mut Value) {
        set(object, "labels", MANAGED_BY, HELM);
        set(object, "annotations", RELEASE_NAME, self.name);
        set(object, "annotations", RELEASE_NAMESPACE, self.namespace);
    }

    /// Those of the objects that are there already. With `is_taken` it does not matter whose they are.
    pub(crate) async fn existing(
        self,
        cluster: &Cluster,
        objects: &[Object],
        is_taken: bool,
    ) -> Result<Vec<Object>, OwnershipError> {
        let mut questions = Vec::with_capacity(objects.len());
        for object in objects {
            questions.push(cluster.get_metadata(&object.target).boxed());
        }
        let answers = stream::iter(questions).buffered(CONCURRENCY);
        let mut answered = stream::iter(objects).zip(answers);
        let mut existing = Vec::new();
        while let Some((object, live)) = answered.next().await {
            let live = live.map_err(|cause| OwnershipError::Access {
                subject: subject(object),
                cause,
            })?;
            let Some(live) = live else {
                continue;
            };
            let problems = self.problems(&live.metadata);
            if !is_taken && !problems.is_empty() {
                return Err(OwnershipError::Foreign {
                    subject: subject(object),
                    problems: problems.join("; "),
                });
            }
            existing.push(object.clone());
        }
        Ok(existing)
    }

    fn problems(self, live: &Metadata) -> Vec<String> {
        [
            ("label", &live.labels, MANAGED_BY, HELM),
            ("annotation", &live.annotations, RELEASE_NAME, self.name),
            (
                "annotation",
                &live.annotations,
                RELEASE_NAMESPACE,
                self.namespace,
            ),
        ]
        .into_iter()
        .filter_map(|(what, present, key, wanted)| match present.get(key) {
            Some(found) if found == wanted => None,
            Some(found) => Some(format!(
                "{what} validation error: key {key:?} must equal {wanted:?}: current value is {found:?}"
            )),
            None => Some(format!(
                "{what} validation error: missing key {key:?}: must be set to {wanted:?}"
            )),
        })
        .collect()
    }
}

fn subject(object: &Object) -> String {
    format!(
        "{} {:?} in namespace {:?}",
        object.kind(),
        object.target.name(),
        object.target.namespace().unwrap_or_default()
    )
}

fn set(object: &mut Value, field: &str, key: &str, value: &str) {
    let Some(metadata) = object["metadata"].as_object_mut() else {
        return;
    };
    let slot = metadata.entry(field).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot[key] = value.into();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWNER: Owner<'static> = Owner {
        name: "web",
        namespace: "apps",
    };

    fn check(metadata: &Value, expected: &[&str]) {
        let live: Metadata = serde_json::from_value(metadata.clone()).expect("metadata");
        assert_eq!(OWNER.problems(&live), expected);
    }

    #[test]
    fn what_is_marked_is_the_release_s() {
        let mut object =
            json!({"metadata": {"name": "x", "labels": {"a": "b"}, "annotations": null}});
        OWNER.mark(&mut object);
        assert_eq!(object["metadata"]["labels"]["a"], "b");
        check(&object["metadata"], &[]);
    }

    #[test]
    fn what_is_missing_or_wrong_is_told() {
        let label = r#"label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm""#;
        check(
            &json!({"annotations": {
                "meta.helm.sh/release-name": "other", "meta.helm.sh/release-namespace": "apps",
            }}),
            &[
                label,
                r#"annotation validation error: key "meta.helm.sh/release-name" must equal "web": current value is "other""#,
            ],
        );
    }
}
