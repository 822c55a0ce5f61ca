//! From spec, source and storage to what is to be built. Pure.

use rheostat_api::HelmChart;
use rheostat_api::source::helm_chart::{ChartSourceKind, ReconcileStrategy};
use rheostat_gocompat::path;

use super::failure::Step;
use super::observe::Observed;
use crate::source::{Halt, Stored};

/// The values file that every chart has anyway.
const DEFAULT_VALUES: &str = "values.yaml";
/// Digits of a revision that go into a version, which has to fit a label.
const REVISION_DIGITS: usize = 12;

/// What is to be built, and of what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the chart is.
    pub(super) origin: Observed,
    /// What is asked for.
    pub(super) wanted: Wanted,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The chart's name, or its path.
    pub(super) chart: String,
    /// The range of versions.
    pub(super) range: String,
    /// Build metadata that takes the place of the chart's own; empty for none.
    pub(super) metadata: String,
    /// Values files whose merge takes the place of the chart's own; none for
    /// its own.
    pub(super) values_files: Vec<String>,
    /// Whether those that are missing are left out.
    pub(super) is_ignoring_missing: bool,
    /// The chart that is stored, if nothing of the spec has changed since.
    pub(super) known: Option<Known>,
}

/// A chart that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// The values files that went into it.
    pub(super) values_files: Vec<String>,
}

/// Decides what is to be built.
pub(super) fn plan(object: &HelmChart, observed: Observed, stored: &Stored) -> Result<Plan, Halt> {
    check_reference(&object.spec.source_ref.kind, &object.spec.chart)?;
    let values_files = values_files(&object.spec.values_files);
    let wanted = Wanted {
        chart: object.spec.chart.clone(),
        range: object.spec.version.clone().unwrap_or_default(),
        metadata: metadata(object, &observed, !values_files.is_empty()),
        known: known(object, stored, &values_files),
        values_files,
        is_ignoring_missing: object.spec.ignore_missing_values_files,
    };
    Ok(Plan {
        origin: observed,
        wanted,
    })
}

/// The file that the chart has anyway, alone, is as good as none.
fn values_files(files: &[String]) -> Vec<String> {
    match files {
        [only] if path::clean(only) == DEFAULT_VALUES => Vec::new(),
        files => files.to_vec(),
    }
}

/// What makes the version another one: the revision of the source where the
/// spec asks for it, and the generation where there are values files.
fn metadata(object: &HelmChart, origin: &Observed, has_values_files: bool) -> String {
    let mut parts = Vec::new();
    if let Observed::Tree { artifact, .. } = origin
        && object.spec.reconcile_strategy == ReconcileStrategy::Revision
    {
        let revision = &artifact.revision;
        let hash = revision
            .rsplit_once(':')
            .map_or(&**revision, |(_, hash)| hash);
        let end = hash.char_indices().nth(REVISION_DIGITS);
        parts.push(hash[..end.map_or(hash.len(), |(end, _)| end)].to_owned());
    }
    if has_values_files {
        parts.push(object.generation().to_string());
    }
    parts.join(".")
}

fn known(object: &HelmChart, stored: &Stored, values_files: &[String]) -> Option<Known> {
    let status = object.status.as_ref()?;
    if status.observed_generation != Some(object.generation()) {
        return None;
    }
    let observed = &status.observed_values_files;
    Some(Known {
        name: status.observed_chart_name.clone()?,
        version: stored.artifact.as_ref()?.revision.clone(),
        values_files: if observed.is_empty() {
            values_files.to_vec()
        } else {
            observed.clone()
        },
    })
}

/// Checks a name, or a path.
fn check_reference(kind: &ChartSourceKind, chart: &str) -> Result<(), Halt> {
    let problem = match kind {
        ChartSourceKind::HelmRepository if chart.is_empty() => {
            "no name set for remote chart reference".to_owned()
        }
        ChartSourceKind::HelmRepository if !is_chart_name(chart) => format!(
            "invalid chart name '{chart}': a valid name must be lower case letters and numbers \
             and MAY be separated with dashes (-), slashes (/) or periods (.)"
        ),
        ChartSourceKind::HelmRepository => return Ok(()),
        _ if chart.is_empty() => "no path set for local chart reference".to_owned(),
        _ if path::is_abs(chart) => {
            "local chart reference path is expected to be relative".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Step::Reference.failed(problem))
}

/// Words of letters, figures and dashes, with a slash, a period or both
/// between and after them.
fn is_chart_name(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let mut before = b'.';
    for byte in name.bytes() {
        let is_allowed = match byte {
            b'/' => is_word(before),
            b'.' => is_word(before) || before == b'/',
            byte => is_word(byte),
        };
        if !is_allowed {
            return false;
        }
        before = byte;
    }
    !name.is_empty() && name.bytes().next().is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    use rheostat_api::HelmChartSpec;
    use rheostat_artifact::storage::Folder;

    use crate::helm_chart::observe::StoredArtifact;
    use crate::source::Retry;

    fn tree(revision: &str) -> Observed {
        let folder = Folder::new("GitRepository", "apps", "repo").expect("plain names");
        Observed::Tree {
            artifact: StoredArtifact {
                path: folder.file("a.tar.gz").expect("a plain name"),
                revision: revision.to_owned(),
                digest: String::new(),
            },
            namespace: "apps".to_owned(),
        }
    }

    fn check_metadata(strategy: ReconcileStrategy, files: &[&str], expected: &str) {
        let spec = HelmChartSpec {
            reconcile_strategy: strategy,
            ..HelmChartSpec::default()
        };
        let mut object = HelmChart::new("demo", spec);
        object.metadata.generation = Some(7);
        let files: Vec<String> = files.iter().map(|&file| file.to_owned()).collect();
        let origin = tree("main@sha1:0123456789abcdef0123456789abcdef01234567");
        let found = metadata(&object, &origin, !values_files(&files).is_empty());
        assert_eq!(found, expected, "{files:?}");
    }

    #[test]
    fn versions_tell_of_revisions_and_values_files() {
        use ReconcileStrategy::{ChartVersion, Revision};
        check_metadata(ChartVersion, &[], "");
        check_metadata(ChartVersion, &["./values.yaml"], "");
        check_metadata(ChartVersion, &["values.yaml", "more.yaml"], "7");
        check_metadata(Revision, &[], "0123456789ab");
        check_metadata(Revision, &["more.yaml"], "0123456789ab.7");
    }

    #[test]
    fn names_are_words_between_slashes_and_periods() {
        for name in ["demo", "a-1", "team/demo", "a.b", "a/.b", "demo/", "-"] {
            assert!(is_chart_name(name), "{name}");
        }
        for name in ["", "De mo", "/demo", ".demo", "a//b", "a..b", "a./b", "a_b"] {
            assert!(!is_chart_name(name), "{name}");
        }
    }

    #[test]
    fn paths_are_relative() {
        let git = ChartSourceKind::GitRepository;
        assert_eq!(check_reference(&git, "../charts/De mo"), Ok(()));
        for path in ["", "/charts"] {
            let halt = check_reference(&git, path).expect_err("it is refused");
            assert_eq!(halt.retry, Retry::Never, "{path}");
        }
    }
}
