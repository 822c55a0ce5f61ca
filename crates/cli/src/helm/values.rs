//! The flags that set values.

use std::fs;
use std::io::{self, Read as _};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::Args;
use rheostat_gotemplate::{Map, Value};
use rheostat_helm::values::{self, Setting};

/// Where values come from. Kinds of flags are taken one after another,
/// whatever their order on the command line.
#[derive(Debug, Args)]
pub(super) struct ValueFlags {
    /// Specify values in a YAML file (can specify multiple).
    #[arg(short = 'f', long = "values", value_delimiter = ',')]
    values: Vec<String>,
    /// Set values on the command line (key1=val1,key2=val2).
    #[arg(long)]
    set: Vec<String>,
    /// Set STRING values on the command line.
    #[arg(long)]
    set_string: Vec<String>,
    /// Set values from files specified via the command line.
    #[arg(long)]
    set_file: Vec<String>,
    /// Set JSON values on the command line.
    #[arg(long)]
    set_json: Vec<String>,
    /// Set a literal STRING value on the command line.
    #[arg(long)]
    set_literal: Vec<String>,
}

impl ValueFlags {
    /// The values that all flags make together.
    pub(super) fn merge(&self) -> anyhow::Result<Arc<Map>> {
        let mut merged = Arc::new(Map::new());
        for file in &self.values {
            let text = read(file).map_err(|error| anyhow!(error))?;
            let values = values::read_documents(&text)
                .map_err(|error| anyhow!("failed to parse {file}: {error}"))?;
            merged = values::merge(&merged, &values);
        }
        for text in &self.set_json {
            let trimmed = text.trim();
            if !trimmed.starts_with('{') {
                values::set_json(&merged, text)
                    .map_err(|_| anyhow!("failed parsing --set-json data {text}"))?;
                continue;
            }
            let parsed =
                serde_json::from_str(trimmed).map(|json: serde_json::Value| Value::from(json));
            let Ok(Value::Map(values)) = parsed else {
                bail!("failed parsing --set-json data JSON: {text}");
            };
            merged = values::merge(&merged, &values);
        }
        for text in &self.set {
            values::set(&merged, text, Setting::Typed)
                .map_err(|error| anyhow!("failed parsing --set data: {error}"))?;
        }
        for text in &self.set_string {
            values::set(&merged, text, Setting::String)
                .map_err(|error| anyhow!("failed parsing --set-string data: {error}"))?;
        }
        let read_text =
            |file: &str| read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        for text in &self.set_file {
            values::set(&merged, text, Setting::File(&read_text))
                .map_err(|error| anyhow!("failed parsing --set-file data: {error}"))?;
        }
        for text in &self.set_literal {
            values::set_literal(&merged, text)
                .map_err(|error| anyhow!("failed parsing --set-literal data: {error}"))?;
        }
        Ok(merged)
    }
}

/// A file's content, or that of the standard input.
fn read(file: &str) -> Result<Vec<u8>, String> {
    if file.trim() == "-" {
        let mut content = Vec::new();
        let read = io::stdin().read_to_end(&mut content);
        return read.map(|_| content).map_err(|error| error.to_string());
    }
    if file.starts_with("http://") || file.starts_with("https://") {
        return Err(format!("values from URLs are not supported: {file}"));
    }
    fs::read(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("open {file}: no such file or directory"),
        _ => format!("open {file}: {error}"),
    })
}
