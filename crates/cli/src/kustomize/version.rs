//! `rheostat kustomize version`.

use clap::{Args, ValueEnum};

/// The version of kustomize whose behaviour this is.
const KUSTOMIZE: &str = "v5.8.1";

/// Print the version of kustomize whose behaviour this is.
#[derive(Debug, Args)]
pub(super) struct Version {
    /// How to print it, instead of a plain line.
    #[arg(short, long, value_enum)]
    output: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

impl Version {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let rheostat = env!("CARGO_PKG_VERSION");
        match self.output {
            None => println!("{KUSTOMIZE}"),
            Some(Format::Yaml) => println!("version: {KUSTOMIZE}\nrheostat: {rheostat}"),
            Some(Format::Json) => {
                let fields = serde_json::json!({"version": KUSTOMIZE, "rheostat": rheostat});
                println!("{}", serde_json::to_string_pretty(&fields)?);
            }
        }
        Ok(())
    }
}
