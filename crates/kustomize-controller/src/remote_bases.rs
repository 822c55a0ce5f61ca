//! Bases and resources that lie outside of a source: fetched for each build anew, or refused.

use std::path::PathBuf;

use rheostat_kustomize::remote::{Answers, FetchError, Need};
use rheostat_remote_base::{Fetcher, Limits};
use rheostat_upstream::Client;

/// What is done about bases that lie elsewhere.
#[derive(Clone, Debug)]
pub enum RemoteBases {
    /// They are refused: `--no-remote-bases`.
    Refused,
    /// They are fetched.
    Fetched {
        /// A client for upstreams.
        client: Client,
        /// The folder for what is under way.
        work: PathBuf,
    },
}

/// What is done about them during one build.
#[derive(Debug)]
pub struct BuildBases(Option<Fetcher>);

impl RemoteBases {
    /// For a build that begins.
    pub fn for_a_build(&self) -> BuildBases {
        BuildBases(match self {
            Self::Refused => None,
            Self::Fetched { client, work } => {
                let (client, work) = (client.clone(), work.clone());
                Some(Fetcher::new(client, work, Limits::default()))
            }
        })
    }
}

impl BuildBases {
    /// Answers what a build needs.
    pub async fn answer(&mut self, needs: &[Need], answers: &mut Answers) {
        match &mut self.0 {
            Some(fetcher) => fetcher.answer(needs, answers).await,
            None => needs.iter().for_each(|need| refuse(need, answers)),
        }
    }
}

fn refuse(need: &Need, answers: &mut Answers) {
    let refused = FetchError::Failed("remote bases are not allowed: --no-remote-bases".to_owned());
    match need {
        Need::File { url } => answers.file(url, Err(refused)),
        Need::Repository(spec) => answers.repository(spec, Err(refused)),
        Need::ChartFiles(source) => answers.chart_files(source, Err(refused)),
        Need::Chart(chart) => answers.chart(chart, Err(refused)),
    }
}
