//! Events in the cluster, as client-go's recorder writes them.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::{
    api::core::v1::{Event, EventSource},
    apimachinery::pkg::apis::meta::v1::Time,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, Patch, PatchParams, PostParams},
};
use serde_json::json;

use super::{
    Record, Records,
    correlate::{Correlator, Step},
};
use crate::{report::EventType, role::Role};

/// While the server is away an event is tried this often, so far apart: long enough for a restart of the
/// server, short enough that a queue does not fill with what nobody will read.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_secs(10);

/// The longest name that the API server accepts.
const NAME_LIMIT: usize = 253;

pub(super) async fn deliver(client: Client, role: Role, mut records: Records) {
    let mut correlator = Correlator::default();
    while let Some(record) = records.next().await {
        let namespace = record
            .object
            .namespace
            .clone()
            .unwrap_or_else(|| "default".to_owned());
        let api = Api::<Event>::namespaced(client.clone(), &namespace);
        let step = correlator.step(&record);
        for attempt in 1..=ATTEMPTS {
            match write(&api, role, &mut correlator, &record, &step).await {
                Ok(()) => break,
                Err(kube::Error::Api(status)) => {
                    // Such as an object's last event in a namespace that is being deleted.
                    tracing::debug!(reason = record.event.reason, error = %status.message, "the API server refused an event");
                    break;
                }
                Err(error) if attempt == ATTEMPTS => {
                    tracing::error!(reason = record.event.reason, error = %error, "an event could not be written");
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

async fn write(
    api: &Api<Event>,
    role: Role,
    correlator: &mut Correlator,
    record: &Record,
    step: &Step,
) -> Result<(), kube::Error> {
    let (event, token) = match step {
        Step::Drop => return Ok(()),
        Step::Create { message, token } => (event(role, record, message), *token),
        Step::CountUp {
            name,
            count,
            message,
            token,
        } => {
            let change =
                json!({"count": count, "lastTimestamp": Time(record.time), "message": message});
            match api
                .patch(name, &PatchParams::default(), &Patch::Merge(change))
                .await
            {
                // Events expire after an hour.
                Err(kube::Error::Api(status)) if status.code == 404 => {
                    (event(role, record, message), *token)
                }
                other => return other.map(drop),
            }
        }
    };
    let created = api.create(&PostParams::default(), &event).await?;
    correlator.created(
        token,
        created.metadata.name.unwrap_or_default(),
        record.time,
    );
    Ok(())
}

fn event(role: Role, record: &Record, message: &str) -> Event {
    let r#type = match record.event.r#type {
        EventType::Normal | EventType::Trace => "Normal",
        EventType::Warning => "Warning",
    };
    let metadata = &record.event.metadata;
    Event {
        metadata: ObjectMeta {
            name: Some(name(
                record.object.name.as_deref().unwrap_or_default(),
                record.time,
            )),
            namespace: record.object.namespace.clone(),
            annotations: (!metadata.is_empty()).then(|| metadata.clone()),
            ..ObjectMeta::default()
        },
        involved_object: record.object.clone(),
        reason: Some(record.event.reason.clone()),
        message: Some(message.to_owned()),
        type_: Some(r#type.to_owned()),
        source: Some(EventSource {
            component: Some(role.name.to_owned()),
            host: None,
        }),
        reporting_component: Some(role.name.to_owned()),
        first_timestamp: Some(Time(record.time)),
        last_timestamp: Some(Time(record.time)),
        count: Some(1),
        ..Event::default()
    }
}

/// `<object>.<nanoseconds in hexadecimal>`, as `kubectl get events` shows them.
fn name(object: &str, time: Timestamp) -> String {
    let suffix = format!(".{:x}", time.as_nanosecond());
    let end = object.len().min(NAME_LIMIT - suffix.len());
    format!("{}{suffix}", object[..end].trim_end_matches(['-', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_in_time_and_never_too_long() {
        let time = Timestamp::from_second(1_700_000_000).expect("a time");
        assert_eq!(name("app", time), "app.17979cfe362a0000");
        assert_eq!(name(&"a".repeat(253), time).len(), NAME_LIMIT);
    }
}
