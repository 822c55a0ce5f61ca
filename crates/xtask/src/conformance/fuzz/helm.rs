//! Random templates, executed by our engine and by helm.

use std::fs;
use std::ops::Range;

use anyhow::{Context, Result, bail};

use super::super::helm::{self, Answer, Files, Oracle, Question};
use super::super::random_template;
use crate::repository;

const CHART_YAML: &str = "apiVersion: v2
name: c
version: 0.1.0
appVersion: \"1.10\"
description: A chart
keywords: [one, two]
maintainers: [{name: m, email: m@example.com}]
annotations: {a: one, b.c/d: \"2\"}
";

/// Compares the two on the templates of all seeds.
///
/// # Errors
/// helm cannot be had, or the answers differ.
pub(super) fn run(seeds: Range<u64>) -> Result<()> {
    let mut oracle = Oracle::start()?;
    let scratch = repository::scratch().join("conformance-fuzz");
    fs::create_dir_all(&scratch).with_context(|| format!("creating {}", scratch.display()))?;
    let (mut rendered, mut failed, mut different) = (0, 0, Vec::new());
    for seed in seeds {
        let text = random_template::generate(seed);
        let files = chart(&text);
        let ours = helm::render(&files);
        let Some(theirs) = oracle.ask(&Question { files, args: None })? else {
            continue;
        };
        if ours == theirs {
            match theirs {
                Ok(_) => rendered += 1,
                Err(_) => failed += 1,
            }
            continue;
        }
        println!(
            "seed {seed} differs\n{}\n  helm: {}\n  ours: {}",
            text.trim_end(),
            shown(&theirs),
            shown(&ours)
        );
        different.push(seed);
        fs::write(scratch.join(format!("{seed}.yaml")), text)?;
    }
    println!(
        "{rendered} templates rendered alike, {failed} failed alike, {} differ",
        different.len()
    );
    if different.is_empty() {
        Ok(())
    } else {
        bail!("the answers differ for {} seeds", different.len())
    }
}

fn chart(template: &str) -> Files {
    let mut files = Files::new();
    for (name, text) in [
        ("Chart.yaml", CHART_YAML),
        ("values.yaml", random_template::VALUES),
        ("data.txt", "first\nsecond\n"),
        ("conf/a.ini", "x=1\n"),
        ("conf/b.ini", "y=\"é\"\n"),
        ("templates/case.yaml", template),
    ] {
        files.insert(name.to_owned(), text.to_owned());
    }
    files
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(output) => format!("{:?}", String::from_utf8_lossy(output)),
        Err(error) => format!("Error: {error}"),
    }
}
