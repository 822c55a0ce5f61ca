//! Git repositories: which reference is meant, and the files at it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rheostat_git::{Checkout, EntryKind, FetchError as GitError, Fetched, On, Reference};
use rheostat_git::{Remote, SelectError};
use rheostat_kustomize::remote::{FetchError, Repository};
use rheostat_kustomize::repo_spec::RepoSpec;
use rheostat_tree::{File, Tree, TreePath};
use rheostat_upstream::{Client, Credentials, failure};
use url::Url;

use crate::fetcher::Limits;

/// How and where repositories are fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) client: &'a Client,
    pub(crate) work: &'a Path,
    pub(crate) limits: &'a Limits,
}

/// The file in which Git keeps the places of submodules.
const SUBMODULES: &str = ".gitmodules";

/// Fetches the commit that a spec means, with all its files.
///
/// # Errors
/// [`FetchError::Failed`], which says what of the spec is not supported or
/// what the server said.
pub(crate) async fn fetch(spec: &RepoSpec, place: &Place<'_>) -> Result<Repository, FetchError> {
    let url = Url::parse(&spec.clone_spec())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err(FetchError::Failed(format!(
            "git fetch of {}{} is not supported: only http and https are",
            without_user(&spec.host),
            spec.repo_path
        )));
    };
    let shown_as = failure::redacted(&url);
    let failed =
        |problem: String| FetchError::Failed(format!("git fetch of {shown_as} failed: {problem}"));
    let checkout = converse(spec, &url, place)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let wants_submodules = spec.submodules;
    let most = place.limits.repository_bytes;
    let files = tokio::task::spawn_blocking(move || files_of(&checkout, wants_submodules, most));
    let files = files
        .await
        .map_err(|_| failed("reading the files was interrupted".to_owned()))?
        .map_err(failed)?;
    Ok(Repository {
        spec: spec.clone(),
        files: Arc::new(files),
        root: TreePath::root(),
        shown_as,
    })
}

async fn converse(
    spec: &RepoSpec,
    url: &Url,
    place: &Place<'_>,
) -> Result<Box<Checkout>, GitError> {
    let remote = Remote {
        url: url.clone(),
        client: place.client.clone(),
        credentials: Credentials::Anonymous,
        deadline: Instant::now() + spec.timeout.min(place.limits.repository_time),
        max_bytes: place.limits.repository_bytes,
    };
    let mut last = SelectError::NoSuchReference(spec.reference.clone());
    for reference in meanings(&spec.reference) {
        match remote.clone().fetch(reference, place.work, |_| false).await {
            Ok(Fetched::Checkout(checkout)) => return Ok(checkout),
            // Nothing is known, so that this cannot be the answer.
            Ok(Fetched::Known(found)) => last = SelectError::NoSuchReference(found.commit),
            Err(GitError::Select(error)) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(GitError::Select(last))
}

/// What a ref can mean, in the order in which `git fetch` looks for it.
fn meanings(text: &str) -> Vec<Reference> {
    let name = |name: String| Reference::name(&name).ok();
    let is_hash = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let meanings = match text {
        "" => vec![name("HEAD".to_owned())],
        full if full.starts_with("refs/") => vec![name(full.to_owned())],
        hash if is_hash => vec![Some(Reference::Commit {
            hash: hash.to_owned(),
            on: On::AnyBranch,
        })],
        "HEAD" => vec![name("HEAD".to_owned())],
        short => vec![
            name(format!("refs/{short}")),
            Some(Reference::Tag(short.to_owned())),
            Some(Reference::Branch(short.to_owned())),
        ],
    };
    meanings.into_iter().flatten().collect()
}

/// The files of a commit as a tree in memory.
fn files_of(checkout: &Checkout, wants_submodules: bool, most: u64) -> Result<Tree, String> {
    let entries = checkout
        .entries(&rheostat_git::Limits::default())
        .map_err(|error| error.to_string())?;
    let mut tree = Tree::new();
    let mut bytes = 0;
    for entry in entries {
        if wants_submodules && entry.path.as_str() == SUBMODULES {
            return Err(
                "submodules are not supported; submodules=false in the URL leaves them out"
                    .to_owned(),
            );
        }
        let EntryKind::File { is_executable } = entry.kind else {
            let made = tree.insert_directory(&entry.path, 0o755);
            made.map_err(|error| error.to_string())?;
            continue;
        };
        let body = checkout.read(&entry).map_err(|error| error.to_string())?;
        bytes += body.len() as u64;
        if bytes > most {
            return Err(format!("the files have more than {most} bytes"));
        }
        let mode = if is_executable { 0o755 } else { 0o644 };
        tree.insert(&entry.path, File::in_memory(mode, body))
            .map_err(|error| error.to_string())?;
    }
    Ok(tree)
}

/// A host without the user and password that may stand before it.
fn without_user(host: &str) -> String {
    match (host.split_once("://"), host.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        (None, Some((_, rest))) => rest.to_owned(),
        (_, None) => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_not_shown() {
        let check = |host: &str, expected: &str| assert_eq!(without_user(host), expected);
        check("ssh://git:secret@example.com/", "ssh://example.com/");
        check("git@github.com:", "github.com:");
        check("file:///", "file:///");
    }

    #[test]
    fn a_short_ref_is_a_tag_before_it_is_a_branch() {
        let shown: Vec<String> = meanings("v1").iter().map(|r| format!("{r:?}")).collect();
        assert_eq!(
            shown,
            [r#"Name("refs/v1")"#, r#"Tag("v1")"#, r#"Branch("v1")"#]
        );
    }
}
