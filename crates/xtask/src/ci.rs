//! `cargo xtask ci`: the tests and the slow checks that do not belong before every push.

use anyhow::Result;
use rheostat_testing::control_plane::SHARED_KUBECONFIG;
use rheostat_testing::{ControlPlane, Program};

use crate::steps::{Steps, cargo, check, is_there};
use crate::{repository, test};

/// Runs the tests, then everything else.
///
/// # Errors
/// The first step that fails.
pub async fn run() -> Result<()> {
    let mut steps = Steps::new();
    test::run_in(&mut steps).await?;
    steps.run("documentation", || {
        check(
            cargo(&["doc", "--workspace", "--no-deps", "--locked"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    let plane = ControlPlane::start().await?;
    steps.run("slow scenarios", || {
        let arguments = ["test", "--package", test::SCENARIOS, "--test", "scenarios"];
        check(
            cargo(&arguments)
                .args(["--locked", "--", "--ignored"])
                .env(SHARED_KUBECONFIG, plane.kubeconfig()),
        )
    })?;
    drop(plane);
    steps.run("each crate alone", each_crate_alone)?;
    steps.run("charts", lint_charts)?;
    if is_there("cargo-deny", &["--version"]) {
        steps.run("licences and bans", || {
            check(&mut cargo(&[
                "deny", "check", "licenses", "bans", "sources",
            ]))
        })?;
    } else {
        println!(
            "\n==> licences and bans: left out; cargo-deny comes with: cargo install --locked cargo-deny"
        );
    }
    steps.summarize();
    Ok(())
}

/// A crate that only builds because its neighbours switch a feature on would fail its first outside user.
fn each_crate_alone() -> Result<()> {
    for name in repository::folders_in("crates")? {
        check(&mut cargo(&[
            "check",
            "--quiet",
            "--locked",
            "--package",
            &format!("rheostat-{name}"),
        ]))?;
    }
    Ok(())
}

fn lint_charts() -> Result<()> {
    let helm = Program::Helm.locate()?;
    for name in repository::folders_in("charts")? {
        let chart = repository::root().join("charts").join(name);
        check(
            std::process::Command::new(&helm)
                .arg("lint")
                .arg("--strict")
                .arg(chart),
        )?;
    }
    Ok(())
}
