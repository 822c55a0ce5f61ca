//! The answers of kustomize to the cases under `tests/conformance/kustomize`.
//!
//! A case is a folder: `input/` is a tree; `options` holds words, of which `start=PATH` says where in the tree the build
//! starts, `unrestricted` that it may read outside of its folder, and `input-order` that objects keep their order.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rheostat_testing::Program;

use crate::{repository, tools};

/// The version whose answers are recorded.
const VERSION: &str = "v5.8.1";

/// What a program said about a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The manifests.
    Built(String),
    /// What is wrong.
    Failed(String),
}

/// Records the answers to all cases, or checks that they are as they were.
///
/// # Errors
/// kustomize cannot be had or is of another version, or, when checking, an answer differs.
pub(super) fn record(checks: bool) -> Result<()> {
    let program = locate()?;
    let folder = repository::root().join("tests/conformance/kustomize");
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    cases.retain(|case| case.join("input").is_dir());
    cases.sort();
    let mut drifted = Vec::new();
    for case in &cases {
        if record_case(&program, case, checks)? {
            drifted.push(
                case.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    if !checks {
        let baseline =
            format!("kustomize {VERSION}\nrecorded by: cargo xtask conformance record\n");
        fs::write(folder.join("BASELINE"), baseline).context("writing BASELINE")?;
    }
    println!(
        "kustomize: {} cases, {} changed",
        cases.len(),
        drifted.len()
    );
    if checks && !drifted.is_empty() {
        bail!("recorded answers have drifted: {}", drifted.join(", "));
    }
    Ok(())
}

/// The reference program, built if it is not there.
pub(crate) fn locate() -> Result<PathBuf> {
    tools::ensure(&[Program::Kustomize])?;
    let program = Program::Kustomize.locate()?;
    let output = Command::new(&program)
        .arg("version")
        .output()
        .context("asking kustomize for its version")?;
    let version = String::from_utf8_lossy(&output.stdout);
    if version.trim() != VERSION {
        bail!(
            "{} is {}, and {VERSION} is needed",
            program.display(),
            version.trim()
        );
    }
    Ok(program)
}

/// Builds a folder with the reference program. Paths in errors begin at `root`.
pub(super) fn build(program: &Path, root: &Path, words: &str) -> Result<Answer> {
    let has = |word: &str| words.split_whitespace().any(|given| given == word);
    let start = words
        .split_whitespace()
        .find_map(|word| word.strip_prefix("start="));
    let restrictor = if has("unrestricted") {
        "None"
    } else {
        "RootOnly"
    };
    let order = if has("input-order") { "none" } else { "legacy" };
    let output = Command::new(program)
        .arg("build")
        .arg(root.join(start.unwrap_or_default()))
        .arg(format!("--load-restrictor=LoadRestrictions{restrictor}"))
        .arg(format!("--reorder={order}"))
        .output()
        .context("running kustomize")?;
    if output.status.success() {
        return Ok(Answer::Built(String::from_utf8(output.stdout)?));
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint: Vec<&str> = complaint.lines().filter(|line| !is_chatter(line)).collect();
    let complaint = complaint
        .join("\n")
        .replace(&root.display().to_string(), "");
    let complaint = without_addresses(&complaint);
    Ok(Answer::Failed(complaint))
}

/// Whether a line is no part of the error: a warning, or a message of Go's logger, which begins with the date.
fn is_chatter(line: &str) -> bool {
    let has_date = line
        .split_once('/')
        .is_some_and(|(year, _)| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    has_date || line.starts_with("# ") || line.starts_with("Flag --reorder")
}

/// The text without addresses in memory, which differ from run to run.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str("0x");
        result.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    result
}

/// Records one case; true if the answer is another one than before.
fn record_case(program: &Path, case: &Path, checks: bool) -> Result<bool> {
    let words = fs::read_to_string(case.join("options")).unwrap_or_default();
    let input = case.join("input").canonicalize()?;
    let (built, failed) = match build(program, &input, &words)? {
        Answer::Built(text) => (Some(text), None),
        Answer::Failed(text) => (None, Some(format!("{text}\n"))),
    };
    let mut has_changed = false;
    for (name, answer) in [("expected.yaml", built), ("expected.error", failed)] {
        let path = case.join(name);
        let before = fs::read_to_string(&path).ok();
        if before == answer {
            continue;
        }
        has_changed = true;
        match answer {
            _ if checks => {}
            Some(text) => {
                fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
            }
            None => {
                fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            }
        }
    }
    Ok(has_changed)
}
