//! helm-controller in the world of a scenario, and the `helm` command beside it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use rheostat_testing::{ControlPlane, Controller, Program, controller};
use serde_json::{Value, json};

use crate::World;

impl World {
    /// Starts helm-controller as it was built. It stops when it is dropped.
    ///
    /// # Errors
    /// The program is missing or does not start.
    pub async fn start_helm_controller(&self) -> Result<Controller> {
        let options = controller::Options {
            programs: None,
            ..self.options.clone()
        };
        Controller::helm(options).await
    }

    /// Makes a HelmRelease of the chart that `source_ref` has under the name or path `chart`.
    ///
    /// # Errors
    /// The API server refused it.
    pub async fn release(&self, name: &str, chart: &str, source_ref: Value) -> Result<()> {
        let chart = json!({"spec": {"chart": chart, "sourceRef": source_ref}});
        let spec = json!({"interval": "1h", "timeout": "30s", "chart": chart});
        self.apply("helm.toolkit.fluxcd.io/v2", "HelmRelease", name, spec)
            .await
    }

    /// What the unmodified `helm` prints for these arguments.
    ///
    /// # Errors
    /// helm is not there, or fails; the text is its complaint.
    pub async fn helm(&self, arguments: &[&str]) -> Result<String> {
        let plane = ControlPlane::shared().await?;
        let home = self.options.folder.join("helm");
        let mut command = Command::new(Program::Helm.locate()?);
        command
            .args(arguments)
            .args(["--namespace", &self.namespace])
            .env("KUBECONFIG", plane.kubeconfig())
            .env("HELM_CACHE_HOME", &home)
            .env("HELM_CONFIG_HOME", &home)
            .env("HELM_DATA_HOME", &home);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await?.context("running helm")?;
        ensure!(
            output.status.success(),
            "helm {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).context("helm prints text")
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// As [`Self::helm`], and when it prints no JSON.
    pub async fn helm_json(&self, arguments: &[&str]) -> Result<Value> {
        let text = self
            .helm(&[arguments, &["--output", "json"]].concat())
            .await?;
        serde_json::from_str(&text).with_context(|| format!("reading what helm prints: {text}"))
    }
}
