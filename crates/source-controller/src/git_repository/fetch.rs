//! Asks the repository, and takes what is new.

use std::collections::BTreeMap;
use std::time::Instant;

use rheostat_api::Reason;
use rheostat_artifact::revision;
use rheostat_git::{
    Checkout, CheckoutError, FetchError, Fetched as GitFetched, Found, Reference, Remote,
    SelectError,
};
use rheostat_upstream::{Destination, client, failure};

use super::plan::{Known, Plan, checkout_failed};
use crate::context::SourceContext;
use crate::source::{self, Fetched, Filtered, Halt, New, Told};

/// Most bytes that a repository may send at a time. The history of large
/// configuration repositories has some hundred megabytes.
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Characters of a commit's subject that are announced, as in the reference.
const SUBJECT_CHARACTERS: usize = 50;

/// Fetches what the plan names, unless the listing shows nothing new.
pub(super) async fn fetch(context: &SourceContext, plan: Plan) -> Result<Fetched<()>, Halt> {
    let client = match &plan.authorities {
        None => context.upstream.clone(),
        Some(pem) => client::client(Destination::Upstream, Some(pem))
            .map_err(|error| checkout_failed(&failure::chain(&error)))?,
    };
    let remote = Remote {
        url: plan.url.clone(),
        client,
        credentials: plan.credentials.clone(),
        deadline: Instant::now() + plan.timeout,
        max_bytes: MAX_BYTES,
    };
    let (known, is_named) = (plan.known.clone(), plan.is_named);
    let is_known = move |found: &Found| {
        known.is_some_and(|known| known.by_listing && is_same(&known, found, is_named))
    };
    let fetched = remote
        .fetch(plan.reference.clone(), &context.work, is_known)
        .await
        .map_err(|error| failed(&plan, &error))?;
    match fetched {
        GitFetched::Known(found) => Ok(unchanged(&plan, &found)),
        GitFetched::Checkout(checkout) => Ok(taken(plan, checkout)),
    }
}

/// A listing has shown that the artifact is that of the commit.
fn unchanged(plan: &Plan, found: &Found) -> Fetched<()> {
    let revision = revision_of(found, plan.is_named);
    // A listing knows no message, so the revision may stand for it.
    let told = told(&revision, &revision);
    match plan.reference {
        Reference::Commit { .. } | Reference::SemVer { .. } => Fetched::UpToDate(told),
        Reference::Branch(_) | Reference::Tag(_) | Reference::Name(_) => Fetched::Unchanged(told),
    }
}

fn taken(plan: Plan, checkout: Box<Checkout>) -> Fetched<()> {
    let found = checkout.found();
    let revision = revision_of(found, plan.is_named);
    let told = told(&revision, &subject(checkout.message()));
    if plan
        .known
        .is_some_and(|known| is_same(&known, found, plan.is_named))
    {
        return Fetched::UpToDate(told);
    }
    Fetched::New(New {
        found: told,
        file_name: format!("{}.tar.gz", found.commit),
        metadata: BTreeMap::new(),
        content: Box::new(Filtered {
            listing: checkout,
            ignore: plan.ignore,
        }),
        note: (),
        remarks: Vec::new(),
    })
}

fn is_same(known: &Known, found: &Found, is_named: bool) -> bool {
    revision::normalised(&known.revision) == revision_of(found, is_named)
}

fn revision_of(found: &Found, is_named: bool) -> String {
    match &found.reference {
        Some(name) if is_named => revision::of_named_commit(name, &found.commit),
        reference => revision::of_commit(reference.as_deref(), &found.commit),
    }
}

/// How a revision is told. `commit` names it in the event.
fn told(revision: &str, commit: &str) -> source::Found {
    source::Found {
        revision: revision.to_owned(),
        success: Told::new(
            Reason::Succeeded,
            format!("stored artifact for revision '{revision}'"),
        ),
        news: Told::new(
            Reason::NewRevision,
            format!("new upstream revision '{revision}'"),
        ),
        announcement: format!("stored artifact for commit '{commit}'"),
    }
}

/// The first line of a message, cut.
fn subject(message: &str) -> String {
    let line = message.split('\n').next().unwrap_or_default();
    match line.char_indices().nth(SUBJECT_CHARACTERS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

fn failed(plan: &Plan, error: &FetchError) -> Halt {
    let url = failure::redacted(&plan.url);
    match error {
        FetchError::Empty if plan.reference.is_branch() => {
            Halt::fetch_failed(Reason::EmptyGitRepository, error.to_string())
        }
        FetchError::Empty => checkout_failed(&format!(
            "unable to clone: remote repository is empty: git repository: '{url}'"
        )),
        FetchError::Credentials(_) => {
            Halt::fetch_failed(Reason::AuthenticationFailed, error.to_string())
        }
        // These name what they are about.
        FetchError::Select(SelectError::NoSuchVersion(_) | SelectError::NotAHash(_))
        | FetchError::Checkout(CheckoutError::NoSuchCommit(_)) => {
            checkout_failed(&error.to_string())
        }
        FetchError::Transport(_) | FetchError::Protocol(_) if is_listed_first(plan) => {
            checkout_failed(&format!("unable to list remote for '{url}': {error}"))
        }
        _ => checkout_failed(&format!("unable to clone '{url}': {error}")),
    }
}

/// Whether the reference first lists, to see whether there is anything new.
fn is_listed_first(plan: &Plan) -> bool {
    let is_pinned = matches!(
        plan.reference,
        Reference::Commit { .. } | Reference::SemVer { .. }
    );
    plan.known.is_some() && !is_pinned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_cut_after_fifty_characters() {
        let long = "Ä".repeat(51);
        for (message, expected) in [
            ("one\n\nbody", "one".to_owned()),
            (&long[..100], "Ä".repeat(50)),
            (&*long, format!("{}...", "Ä".repeat(50))),
            ("", String::new()),
        ] {
            assert_eq!(subject(message), expected);
        }
    }
}
