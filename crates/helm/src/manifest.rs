//! What templates put out, cut into documents, told apart and sorted.

mod head;
mod hook;
mod kind_order;

use std::collections::BTreeMap;

use rheostat_gotemplate::Text;
use thiserror::Error;

pub use head::KnownDocuments;
pub use hook::{Hook, HookEvent};
pub use kind_order::{InstallOrder, UninstallOrder};

/// A document of a template's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The template's path.
    pub path: String,
    /// Its text.
    pub content: String,
    /// `apiVersion`, empty where there is none.
    pub api_version: String,
    /// `kind`, empty where there is none.
    pub kind: String,
    /// `metadata.name`, empty where there is none.
    pub name: String,
}

/// A document does not read; the text is Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("YAML parse error on {path}: {problem}")]
pub struct ManifestError {
    /// The template's path.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

/// Cuts a stream into its documents, as Helm 4.2.0 to 4.2.3 does: at `---` on a line's start, whatever follows it, with the white
/// space around it; white space at the end of the last document stays.
pub fn split(stream: &str) -> Vec<&str> {
    let text = stream.trim_start();
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    let mut documents = Vec::new();
    let (mut start, mut search) = (0, 0);
    let dashes = memchr::memmem::Finder::new("---");
    while let Some(offset) = dashes.find(&text.as_bytes()[search..]) {
        let found = search + offset;
        let is_at_start = found == 0 || (found > start && text[..found].ends_with('\n'));
        if !is_at_start {
            search = found + 1;
            continue;
        }
        documents.push(text[start..found].trim_end_matches(is_space));
        start = text.len() - text[found + 3..].trim_start_matches(is_space).len();
        search = start;
    }
    documents.push(&text[start..]);
    documents
        .into_iter()
        .map(str::trim_start)
        .filter(|document| !document.trim().is_empty())
        .collect()
}

/// Cuts the outputs of templates into documents, in the order of their paths, and tells hooks from manifests; both are sorted
/// by kind in the order of installation.
///
/// # Errors
/// [`ManifestError`] where a document is no YAML or no object.
pub fn sort(outputs: &BTreeMap<String, Text>) -> Result<(Vec<Hook>, Vec<Manifest>), ManifestError> {
    sort_known(outputs.clone(), &KnownDocuments::default())
}

/// The same with what an earlier render of the chart has read of its documents; after that, with what this one has.
pub(crate) fn sort_known(
    outputs: BTreeMap<String, Text>,
    known: &KnownDocuments,
) -> Result<(Vec<Hook>, Vec<Manifest>), ManifestError> {
    let mut heads = known.take();
    let (mut hooks, mut manifests) = (Vec::new(), Vec::new());
    for (path, output) in outputs {
        let output = output.to_str();
        for content in split(&output) {
            let head = heads.read(content).map_err(|problem| ManifestError {
                path: path.clone(),
                problem,
            })?;
            let manifest = Manifest {
                path: path.clone(),
                content: content.to_owned(),
                api_version: head.api_version.clone(),
                kind: head.kind.clone(),
                name: head.name.clone(),
            };
            match hook::Hook::read(&manifest, &head.annotations) {
                Some(Some(hook)) => hooks.push(hook),
                // A document with a hook that Helm does not know is dropped.
                Some(None) => {}
                None => manifests.push(manifest),
            }
        }
    }
    known.keep(heads);
    hooks.sort_by(|left, right| InstallOrder::compare(&left.manifest.kind, &right.manifest.kind));
    manifests.sort_by(|left, right| InstallOrder::compare(&left.kind, &right.kind));
    Ok((hooks, manifests))
}

#[cfg(test)]
mod tests {
    use super::split;

    fn check(stream: &str, expected: &[&str]) {
        assert_eq!(split(stream), expected, "{stream:?}");
    }

    #[test]
    fn documents_are_cut_at_dashes() {
        check("a: 1\n---\nb: 2\n", &["a: 1", "b: 2\n"]);
        check("---\na: 1\n\n---   \n\n---\nb: 2", &["a: 1", "---\nb: 2"]);
        check("a: 1\n---b: 2", &["a: 1", "b: 2"]);
        check("a: x---y\n", &["a: x---y\n"]);
        check("# only a comment\n", &["# only a comment\n"]);
        check(" \n", &[]);
    }
}
