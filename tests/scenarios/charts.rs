//! The charts of this repository are the same, whoever renders them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use rheostat_testing::process::Scratch;
use rheostat_testing::{Program, controller};

const CHARTS: [&str; 4] = [
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    "rheostat",
];

#[test]
fn rheostat_renders_the_charts_to_the_same_bytes_as_helm() -> Result<()> {
    let helm = vec![Program::Helm.locate()?];
    let rheostat = vec![controller::built("rheostat")?, PathBuf::from("helm")];
    for chart in CHARTS {
        let ours = template(&rheostat, chart)?;
        let theirs = template(&helm, chart)?;
        assert!(!theirs.is_empty(), "{chart} renders to nothing");
        assert_eq!(ours, theirs, "{chart}");
    }
    Ok(())
}

/// What `COMMAND template` prints for a chart with its CRDs.
fn template(command: &[PathBuf], chart: &str) -> Result<String> {
    let home = Scratch::new("render")?;
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../charts");
    let (program, first) = command.split_first().context("a command has a program")?;
    let output = Command::new(program)
        .args(first)
        .args(["template", "release", "--include-crds", "--namespace"])
        .arg("flux-system")
        .arg(charts.join(chart))
        .env("HELM_CACHE_HOME", home.path())
        .env("HELM_CONFIG_HOME", home.path())
        .env("HELM_DATA_HOME", home.path())
        .output()
        .with_context(|| format!("running {}", program.display()))?;
    ensure!(
        output.status.success(),
        "{} template {chart}: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).context("a rendered chart is text")
}
