//! The one writer of status.
//!
//! A write is a merge patch of what differs from the status that the server is known to hold, so that an
//! unchanged status costs no request. Where the list of conditions changes, the patch carries the version that it
//! was made from: a merge patch replaces lists whole, and another's condition must not be lost. On a conflict the
//! status is read again, ours is laid over it, and the write is repeated.

use std::time::Duration;

use kube::{
    Api,
    api::{Patch, PatchParams},
};
use rheostat_api::ConditionType;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    object::{Managed, ObjectKey},
    patch,
    role::Role,
    store::Store,
};

/// The reference tries five times, from a tenth of a second, doubling.
const CONFLICT_RETRIES: u32 = 5;
const CONFLICT_DELAY: Duration = Duration::from_millis(100);

/// Where the last handled value of the annotation that requests a pass is kept.
const HANDLED: &str = "lastHandledReconcileAt";

/// A write to a managed object that failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The object is gone, or another one of the same name has taken its place.
    #[error("{name} is gone")]
    Gone {
        /// The object.
        name: String,
    },
    /// The server refused the write or was not reached.
    #[error("failed to {action} {name}: {source}")]
    Refused {
        /// What was tried.
        action: &'static str,
        /// The object.
        name: String,
        /// Why it failed.
        #[source]
        source: Box<kube::Error>,
    },
    /// The status is not a JSON object.
    #[error("failed to encode the status of {name}: {source}")]
    Encode {
        /// The object.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl WriteError {
    pub(crate) fn of(action: &'static str, name: &str, source: kube::Error) -> Self {
        match source {
            kube::Error::Api(status) if status.code == 404 => Self::Gone {
                name: name.to_owned(),
            },
            source => Self::Refused {
                action,
                name: name.to_owned(),
                source: Box::new(source),
            },
        }
    }

    fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { source, .. }
            if matches!(source.as_ref(), kube::Error::Api(status) if status.code == 409))
    }
}

/// A status as JSON.
pub(crate) fn encode<S: Serialize>(key: &ObjectKey, status: &S) -> Result<Value, WriteError> {
    let encoded = serde_json::to_value(status).map_err(|source| WriteError::Encode {
        name: key.to_string(),
        source,
    })?;
    Ok(if encoded.is_object() {
        encoded
    } else {
        json!({})
    })
}

/// Writes the status of one object during one pass.
#[derive(Debug)]
pub struct StatusWriter<O: Managed> {
    api: Api<O>,
    store: Store<O>,
    key: ObjectKey,
    owned: &'static [ConditionType],
    params: PatchParams,
    uid: Option<String>,
    /// The version and the status that the server is known to hold.
    version: Option<String>,
    known: Value,
}

impl<O: Managed> StatusWriter<O> {
    pub(super) fn new(
        api: Api<O>,
        store: Store<O>,
        object: &O,
        owned: &'static [ConditionType],
        role: Role,
    ) -> Self {
        let mut writer = Self {
            api,
            store,
            key: ObjectKey::of(object.meta()),
            owned,
            params: PatchParams {
                field_manager: Some(role.field_manager.to_owned()),
                ..PatchParams::default()
            },
            uid: object.meta().uid.clone(),
            version: None,
            known: Value::Null,
        };
        writer.learn(object);
        writer
    }

    /// Writes a status in the middle of a pass; the request that is handled stays open.
    pub(crate) async fn write_progress(&mut self, mut wanted: Value) -> Result<(), WriteError> {
        wanted[HANDLED] = self.known[HANDLED].clone();
        self.write(wanted).await
    }

    /// Writes the status that ends a pass, with the request that it answers.
    pub(super) async fn write_final(
        &mut self,
        mut wanted: Value,
        handled: Option<&str>,
    ) -> Result<(), WriteError> {
        wanted[HANDLED] = match handled {
            Some("") => Value::Null,
            Some(request) => json!(request),
            None => self.known[HANDLED].clone(),
        };
        self.write(wanted).await
    }

    /// Writes a status that answers no request.
    pub(super) async fn write_as_is(&mut self, wanted: Value) -> Result<(), WriteError> {
        self.write(wanted).await
    }

    async fn write(&mut self, mut wanted: Value) -> Result<(), WriteError> {
        let mut delay = CONFLICT_DELAY;
        for attempt in 0..=CONFLICT_RETRIES {
            let Some(change) = patch::between(&self.known, &wanted) else {
                return Ok(());
            };
            match self.send(change).await {
                Ok(object) => {
                    self.learn(&object);
                    self.store.put(object);
                    return Ok(());
                }
                Err(error) if error.is_conflict() && attempt < CONFLICT_RETRIES => {
                    if attempt > 0 {
                        tokio::time::sleep(delay).await;
                        delay *= 2;
                    }
                    self.read_again().await?;
                    lay_over(&self.known, &mut wanted, self.owned);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn send(&self, change: Value) -> Result<O, WriteError> {
        // The uid alone keeps a write from an object that was made anew under the same name.
        let mut metadata = json!({"uid": self.uid});
        if change.get("conditions").is_some() {
            metadata["resourceVersion"] = json!(self.version);
        }
        let body = Patch::Merge(json!({"metadata": metadata, "status": change}));
        let answer = self
            .api
            .patch_status(&self.key.name, &self.params, &body)
            .await;
        answer
            .map_err(|source| WriteError::of("write the status of", &self.key.to_string(), source))
    }

    async fn read_again(&mut self) -> Result<(), WriteError> {
        let name = self.key.to_string();
        let object = self
            .api
            .get(&self.key.name)
            .await
            .map_err(|source| WriteError::of("read", &name, source))?;
        if object.meta().uid != self.uid {
            return Err(WriteError::Gone { name });
        }
        self.learn(&object);
        Ok(())
    }

    fn learn(&mut self, object: &O) {
        self.version.clone_from(&object.meta().resource_version);
        // A kind that was decoded can be encoded; where it cannot, the next write repeats the whole status.
        let mut encoded = serde_json::to_value(object).unwrap_or_default();
        let status = encoded
            .get_mut("status")
            .map(Value::take)
            .unwrap_or_default();
        self.known = if status.is_object() {
            status
        } else {
            json!({})
        };
    }
}

/// Takes over into `wanted` the conditions of others that `known` has.
fn lay_over(known: &Value, wanted: &mut Value, owned: &[ConditionType]) {
    let is_foreign = |condition: &&Value| {
        condition["type"]
            .as_str()
            .is_some_and(|r#type| !owned.iter().any(|owned| owned.as_str() == r#type))
    };
    let foreign = known["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(is_foreign);
    let ours = wanted["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|condition| !is_foreign(condition));
    let all: Vec<Value> = ours.chain(foreign).cloned().collect();
    if !all.is_empty() || wanted.get("conditions").is_some() {
        wanted["conditions"] = Value::Array(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(known: &Value, wanted: &Value, expected: &Value) {
        let mut laid = json!({"conditions": wanted});
        lay_over(
            &json!({"conditions": known}),
            &mut laid,
            &[ConditionType::Ready, ConditionType::Stalled],
        );
        assert_eq!(laid["conditions"], *expected);
    }

    #[test]
    fn a_conflict_keeps_the_conditions_of_others_and_ours_as_wanted() {
        let (ready, old, other) = (
            json!({"type": "Ready", "status": "True"}),
            json!({"type": "Ready", "status": "False"}),
            json!({"type": "Theirs", "status": "True"}),
        );
        check(
            &json!([old, other]),
            &json!([ready]),
            &json!([ready, other]),
        );
        check(
            &json!([{"type": "Stalled"}]),
            &json!([ready]),
            &json!([ready]),
        );
        check(
            &json!([]),
            &json!([ready, {"type": "Theirs", "status": "False"}]),
            &json!([ready]),
        );
    }
}
