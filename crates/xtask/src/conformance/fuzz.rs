//! Random trees and charts, given to our engines and to the reference programs.

mod helm;

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use rheostat_kustomize::build::{Options, Order, Request, Start, build};
use rheostat_tree::{Tree, TreePath};

use super::kustomize::{self, Answer};
use super::random_tree::{self, Files};
use crate::repository;

/// Which engine, and which trees.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The engine.
    #[arg(value_enum)]
    engine: Engine,
    /// Seeds of the trees: a range such as `0-999`.
    #[arg(long, value_parser = parse_range)]
    seeds: Range<u64>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Engine {
    Kustomize,
    Helm,
}

fn parse_range(text: &str) -> Result<Range<u64>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let last: u64 = last.parse().context("the last seed")?;
    let end = last
        .checked_add(1)
        .ok_or_else(|| anyhow!("the last seed is too large"))?;
    Ok(first.parse().context("the first seed")?..end)
}

/// Compares the two on what all seeds make. Where they differ, it is kept.
///
/// # Errors
/// The reference program cannot be had, or the answers differ.
pub(super) fn run(args: &Args) -> Result<()> {
    match args.engine {
        Engine::Kustomize => run_kustomize(args),
        Engine::Helm => helm::run(args.seeds.clone()),
    }
}

fn run_kustomize(args: &Args) -> Result<()> {
    let program = kustomize::locate()?;
    let scratch = repository::scratch().join("conformance-fuzz");
    let (mut built, mut failed, mut different) = (0, 0, Vec::new());
    for seed in args.seeds.clone() {
        let files = random_tree::generate(seed)?;
        let folder = scratch.join(seed.to_string());
        write(&files, &folder)?;
        let root = folder.canonicalize()?;
        let theirs = kustomize::build(&program, &root, "start=overlay input-order")?;
        let ours = build_ours(&files)?;
        match (&theirs, &ours) {
            (Answer::Built(theirs), Answer::Built(ours)) if theirs == ours => built += 1,
            (Answer::Failed(_), Answer::Failed(_)) => failed += 1,
            _ => {
                println!("seed {seed} differs: {}", folder.display());
                different.push(seed);
                continue;
            }
        }
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    println!(
        "{built} trees built alike, {failed} refused by both, {} differ",
        different.len()
    );
    if different.is_empty() {
        Ok(())
    } else {
        bail!("the answers differ for the seeds {different:?}")
    }
}

fn write(files: &Files, folder: &Path) -> Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        let parent = path.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn build_ours(files: &Files) -> Result<Answer> {
    let mut entries = Vec::new();
    for (path, text) in files {
        entries.push((TreePath::new(path)?, text.as_bytes()));
    }
    let tree = Tree::from_files(entries)?;
    let start = TreePath::new("overlay")?;
    let request = Request {
        files: &tree,
        start: Start::Directory(&start),
        options: &Options {
            order: Order::Input,
            ..Options::default()
        },
    };
    let answer = build(&request).and_then(|built| built.to_yaml());
    Ok(match answer {
        Ok(text) => Answer::Built(text),
        Err(error) => Answer::Failed(error.report()),
    })
}
