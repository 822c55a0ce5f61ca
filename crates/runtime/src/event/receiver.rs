//! Events to the receiver at `--events-addr`, in the notification controller's form.

use std::{collections::BTreeMap, time::Duration};

use k8s_openapi::{api::core::v1::ObjectReference, apimachinery::pkg::apis::meta::v1::Time};
use reqwest::{Client, StatusCode, Url};
use serde::Serialize;

use super::{Record, Records};
use crate::report::EventType;

/// The reference's limits for one request: five seconds, and four retries from one second, doubling, up to thirty.
const TIMEOUT: Duration = Duration::from_secs(5);
const RETRIES: u32 = 4;
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

pub(super) struct Receiver {
    pub(super) address: Url,
    pub(super) http: Client,
    pub(super) controller: &'static str,
    pub(super) instance: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    involved_object: &'a ObjectReference,
    severity: &'static str,
    timestamp: Time,
    message: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: &'a BTreeMap<String, String>,
    reporting_controller: &'static str,
    reporting_instance: &'a str,
}

/// A client for receivers: no redirects, since what it sends is meant for one place.
pub(super) fn http_client() -> Client {
    Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap_or_default()
}

impl Receiver {
    pub(super) async fn deliver(self, mut records: Records) {
        while let Some(record) = records.next().await {
            if let Err(error) = self.send(&record).await {
                tracing::error!(reason = record.event.reason, error = %error, "unable to send an event");
            }
        }
    }

    async fn send(&self, record: &Record) -> Result<(), String> {
        let body = self.body(record);
        let mut pause = PAUSE_MIN;
        for attempt in 0..=RETRIES {
            let failure = match self
                .http
                .post(self.address.clone())
                .json(&body)
                .send()
                .await
            {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) if !is_retried(answer.status()) => {
                    return Err(answer.status().to_string());
                }
                Ok(answer) => answer.status().to_string(),
                // The address may hold credentials.
                Err(error) => error.without_url().to_string(),
            };
            if attempt == RETRIES {
                return Err(failure);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Ok(())
    }

    fn body<'a>(&'a self, record: &'a Record) -> Body<'a> {
        Body {
            involved_object: &record.object,
            severity: match record.event.r#type {
                EventType::Normal | EventType::Trace => "info",
                EventType::Warning => "error",
            },
            timestamp: Time(record.time),
            message: &record.event.message,
            reason: &record.event.reason,
            metadata: &record.event.metadata,
            reporting_controller: self.controller,
            reporting_instance: &self.instance,
        }
    }
}

/// A receiver that asks for fewer events gets fewer: 429 is not retried.
fn is_retried(status: StatusCode) -> bool {
    status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
}
