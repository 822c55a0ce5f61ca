//! The log: one JSON object a line on standard error, with the keys that `flux logs` and log pipelines of Flux
//! users know (`level`, `ts`, `msg`, `error`, `controller`, `controllerKind`, `name`, `namespace`, `reconcileID`).
//!
//! `warn` has no place there: what is worth a warning is an error or an event.

mod fields;

use std::{fmt::Write as _, io::Write as _};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tracing::{Event, Level, Metadata, Subscriber, level_filters::LevelFilter, span};
use tracing_subscriber::{
    Layer, filter::Targets, layer::Context, layer::SubscriberExt, registry::LookupSpan,
    util::SubscriberInitExt,
};

use self::fields::Fields;
use crate::args::{LogArgs, LogEncoding, LogLevel};

/// Sends the log to standard error from now on, for the whole process, panics included. A second call has no effect.
pub fn start(args: &LogArgs) {
    let lines = Lines {
        encoding: args.log_encoding,
    };
    // Libraries tell of every connection and frame from `debug` on; their errors are ours to report.
    let level = level_filter(args.log_level);
    let targets = Targets::new()
        .with_default(LevelFilter::ERROR.min(level))
        .with_target("rheostat", level);
    let targets = program_target()
        .into_iter()
        .fold(targets, |targets, name| targets.with_target(name, level));
    let is_first = tracing_subscriber::registry()
        .with(lines.with_filter(targets))
        .try_init()
        .is_ok();
    if is_first {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::error!(target: "rheostat", place, "panic");
        }));
    }
}

fn level_filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Trace => LevelFilter::TRACE,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Error => LevelFilter::ERROR,
    }
}

/// The target of events in the program's own `main`.
fn program_target() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_str()?.replace('-', "_"))
}

struct Lines {
    encoding: LogEncoding,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, S>,
    ) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut all = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                all.extend(fields.values.clone());
            }
        }
        let mut own = Fields::default();
        event.record(&mut own);
        all.extend(own.values);
        let line = match self.encoding {
            LogEncoding::Json => json_line(event.metadata(), &Timestamp::now(), all),
            LogEncoding::Console => console_line(event.metadata(), &Timestamp::now(), all),
        };
        // A log that cannot be written has nowhere to say so.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

fn level(metadata: &Metadata<'_>) -> &'static str {
    match *metadata.level() {
        Level::ERROR | Level::WARN => "error",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn json_line(metadata: &Metadata<'_>, now: &Timestamp, mut fields: Map<String, Value>) -> String {
    group_object(&mut fields);
    let message = fields.remove("message").unwrap_or_default();
    let mut line = format!(
        "{{\"level\":\"{}\",\"ts\":\"{}\",\"msg\":{}",
        level(metadata),
        now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"),
        if message.is_null() {
            json!("")
        } else {
            message
        },
    );
    for (key, value) in fields {
        // Writing to a string does not fail.
        let _ = write!(line, ",{}:{value}", json!(key));
    }
    line.push_str("}\n");
    line
}

fn console_line(
    metadata: &Metadata<'_>,
    now: &Timestamp,
    mut fields: Map<String, Value>,
) -> String {
    let message = fields.remove("message").unwrap_or_default();
    format!(
        "{}\t{}\t{}\t{}\n",
        now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"),
        level(metadata).to_uppercase(),
        message.as_str().unwrap_or_default(),
        Value::Object(fields),
    )
}

/// controller-runtime repeats name and namespace below the kind.
fn group_object(fields: &mut Map<String, Value>) {
    if let (Some(Value::String(kind)), Some(name), Some(namespace)) = (
        fields.get("controllerKind"),
        fields.get("name"),
        fields.get("namespace"),
    ) {
        let object = json!({"name": name, "namespace": namespace});
        fields.insert(kind.clone(), object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_keys_of_the_reference() {
        let callsite = tracing::info_span!("line");
        let Some(metadata) = callsite.metadata() else {
            return;
        };
        let fields = json!({
            "message": "two\nlines", "error": "why", "controllerKind": "Kustomization", "name": "app", "namespace": "apps",
        });
        let Value::Object(fields) = fields else {
            return;
        };
        let line = json_line(metadata, &Timestamp::UNIX_EPOCH, fields);
        assert_eq!(
            line,
            concat!(
                r#"{"level":"info","ts":"1970-01-01T00:00:00.000Z","msg":"two\nlines","#,
                r#""Kustomization":{"name":"app","namespace":"apps"},"controllerKind":"Kustomization","#,
                r#""error":"why","name":"app","namespace":"apps"}"#,
                "\n",
            ),
        );
    }
}
