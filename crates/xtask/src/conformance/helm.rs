//! The answers of helm to many charts, given by one process (`tests/tools/helm/answers`), and ours to the same.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rheostat_gotemplate::{Host, Map};
use rheostat_helm::chart::ChartFile;
use rheostat_helm::engine::{self, TopLevel};
use rheostat_helm::{Chart, RenderOptions, values};
use serde::{Deserialize, Serialize};

use crate::{repository, steps};

/// Paths with texts.
pub(super) type Files = BTreeMap<String, String>;

/// What is asked: the output of a chart's templates/case.yaml, or what a command prints.
#[derive(Debug, Serialize)]
pub(super) struct Question {
    /// The chart's files, or those of the folder that the command runs in.
    pub(super) files: Files,
    /// The command's arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) args: Option<Vec<String>>,
}

/// An output, or the error's text.
pub(super) type Answer = Result<Vec<u8>, String>;

/// helm, waiting for questions.
pub(super) struct Oracle {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    asked: usize,
}

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    output: String,
    error: Option<String>,
}

/// After how many commands a process is replaced: each command leaves something behind in helm's globals.
const COMMANDS_PER_PROCESS: usize = 500;

impl Oracle {
    /// Builds the program, unless it is there, and starts it.
    ///
    /// # Errors
    /// Go is not installed, or the program does not build or start.
    pub(super) fn start() -> Result<Self> {
        let program = program();
        let mut build = Command::new("go");
        build
            .args(["build", "-buildvcs=false", "-mod=readonly", "-o"])
            .arg(&program)
            .arg("./answers")
            .current_dir(repository::root().join("tests/tools/helm"));
        steps::check(&mut build)?;
        let (process, questions, answers) = spawn()?;
        Ok(Self {
            process,
            questions,
            answers,
            asked: 0,
        })
    }

    /// What helm says; none where it could not bear the question, as a map that holds itself.
    ///
    /// # Errors
    /// helm cannot be started again.
    pub(super) fn ask(&mut self, question: &Question) -> Result<Option<Answer>> {
        if question.args.is_some() {
            self.asked += 1;
            if self.asked.is_multiple_of(COMMANDS_PER_PROCESS) {
                self.restart()?;
            }
        }
        let mut line = serde_json::to_vec(question)?;
        line.push(b'\n');
        self.questions.write_all(&line)?;
        let mut text = String::new();
        self.answers.read_line(&mut text)?;
        if text.is_empty() {
            self.restart()?;
            return Ok(None);
        }
        let line: Line = serde_json::from_str(&text)?;
        Ok(Some(match line.error {
            Some(error) => Err(error),
            None => Ok(STANDARD.decode(line.output)?),
        }))
    }

    fn restart(&mut self) -> Result<()> {
        self.end();
        (self.process, self.questions, self.answers) = spawn()?;
        Ok(())
    }

    fn end(&mut self) {
        // A process that is gone has ended as it should.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.end();
    }
}

fn program() -> PathBuf {
    repository::scratch().join("helm-answers")
}

fn spawn() -> Result<(Child, ChildStdin, BufReader<ChildStdout>)> {
    let program = program();
    let mut process = Command::new(&program)
        .env("TZ", "UTC")
        .env("HELM_NO_PLUGINS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {}", program.display()))?;
    let questions = process.stdin.take().context("the input is a pipe")?;
    let answers = process.stdout.take().context("the output is a pipe")?;
    Ok((process, questions, BufReader::new(answers)))
}

/// A host for templates that ask for nothing.
struct Nothing;

impl Host for Nothing {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// What our engine makes of a chart's templates/case.yaml.
pub(super) fn render(files: &Files) -> Answer {
    let files = files
        .iter()
        .map(|(name, text)| ChartFile::new(name.as_str(), text.as_bytes()))
        .collect();
    let chart = Chart::from_files(files).map_err(|error| error.to_string())?;
    let values = values::coalesce(&chart, &Arc::new(Map::new()), &mut Vec::new())
        .map_err(|error| error.to_string())?;
    let options = RenderOptions {
        name: "release".to_owned(),
        namespace: "apps".to_owned(),
        ..RenderOptions::default()
    };
    let top = TopLevel::new(&options, values);
    let outputs = engine::execute(&chart, &top, options.limits, &mut Nothing)
        .map_err(|error| error.to_string())?;
    let path = format!("{}/templates/case.yaml", chart.name());
    Ok(outputs
        .get(&path)
        .map_or_else(Vec::new, |text| text.to_vec()))
}
