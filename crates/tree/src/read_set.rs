//! What a build looked at, so that its answer can be kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::digest::Digest;
use crate::files::{Files, Kind, ReadError};
use crate::path::TreePath;

/// Every question that was asked, with the answer reduced to what decides
/// whether it is still the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSet {
    answers: BTreeMap<(TreePath, Question), Answer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    Resolve,
    Read,
    List,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// Nothing there, or it could not be read.
    Nothing,
    /// Where the path leads, and what stands there.
    Place(TreePath, Kind),
    /// Digest of a body, or of the names and kinds of a listing.
    Content(Digest),
}

impl ReadSet {
    /// Whether each question would be answered by `files` as it was when the
    /// set was recorded. Then a build over `files` gives the same answer.
    pub fn holds_in(&self, files: &dyn Files) -> bool {
        self.answers.iter().all(|((path, question), answer)| {
            let now = match question {
                Question::Resolve => Answer::to_resolve(&files.resolve(path)),
                Question::Read => Answer::to_read(&files.read(path)),
                Question::List => Answer::to_list(&files.list(path)),
            };
            now == *answer
        })
    }

    /// Whether a change of the content, the kind or the presence of `path`
    /// could change the answer.
    pub fn depends_on(&self, path: &TreePath) -> bool {
        let asked =
            |path: &TreePath, question| self.answers.contains_key(&(path.clone(), question));
        asked(path, Question::Resolve)
            || asked(path, Question::Read)
            || asked(path, Question::List)
            || path
                .parent()
                .is_some_and(|parent| asked(&parent, Question::List))
    }

    /// A digest of the whole set, fit for a key.
    pub fn digest(&self) -> Digest {
        let text = format!("{:?}", self.answers);
        Digest::of(text.as_bytes())
    }
}

impl Answer {
    fn to_resolve(result: &Result<Option<(TreePath, Kind)>, ReadError>) -> Self {
        match result {
            Ok(Some((path, kind))) => Self::Place(path.clone(), *kind),
            Ok(None) | Err(_) => Self::Nothing,
        }
    }

    fn to_read(result: &Result<Arc<[u8]>, ReadError>) -> Self {
        match result {
            Ok(bytes) => Self::Content(Digest::of(bytes)),
            Err(_) => Self::Nothing,
        }
    }

    fn to_list(result: &Result<Vec<(Arc<str>, Kind)>, ReadError>) -> Self {
        match result {
            Ok(names) => Self::Content(listing_digest(names)),
            Err(_) => Self::Nothing,
        }
    }
}

/// Passes questions on to other files and records them.
pub struct Recorder<'a> {
    files: &'a dyn Files,
    set: RefCell<ReadSet>,
}

impl<'a> Recorder<'a> {
    /// A recorder that has seen nothing yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            set: RefCell::default(),
        }
    }

    /// What was asked through this recorder.
    pub fn into_read_set(self) -> ReadSet {
        self.set.into_inner()
    }

    fn note(&self, path: &TreePath, question: Question, answer: Answer) {
        let mut set = self.set.borrow_mut();
        set.answers.insert((path.clone(), question), answer);
    }
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}

impl Files for Recorder<'_> {
    fn resolve(&self, path: &TreePath) -> Result<Option<(TreePath, Kind)>, ReadError> {
        let result = self.files.resolve(path);
        self.note(path, Question::Resolve, Answer::to_resolve(&result));
        result
    }

    fn read(&self, path: &TreePath) -> Result<Arc<[u8]>, ReadError> {
        let result = self.files.read(path);
        self.note(path, Question::Read, Answer::to_read(&result));
        result
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(Arc<str>, Kind)>, ReadError> {
        let result = self.files.list(path);
        self.note(path, Question::List, Answer::to_list(&result));
        result
    }
}

fn listing_digest(names: &[(Arc<str>, Kind)]) -> Digest {
    Digest::of_fields(names.iter().flat_map(|(name, kind)| {
        let tag: &[u8] = match kind {
            Kind::File => b"f",
            Kind::Directory => b"d",
        };
        [name.as_bytes(), tag]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{File, Tree};

    fn path(text: &str) -> TreePath {
        TreePath::new(text).expect("a path of the table")
    }

    /// Records a read of `a/b`, a listing of `a` and a miss of `x`, changes
    /// one path, and says whether the set still holds.
    fn check(changed: &str, expected: bool) {
        let body: &[u8] = b"1";
        let files = ["a/b", "c/d"].map(|name| (path(name), body));
        let mut tree = Tree::from_files(files).expect("files that do not collide");
        let recorder = Recorder::new(&tree);
        recorder.read(&path("a/b")).expect("a file");
        recorder.list(&path("a")).expect("a folder");
        assert_eq!(recorder.resolve(&path("x")), Ok(None));
        let set = recorder.into_read_set();
        assert!(set.holds_in(&tree));
        let file = File::in_memory(0o644, *b"changed");
        tree.insert(&path(changed), file)
            .expect("no folder is replaced");
        assert_eq!(set.holds_in(&tree), expected, "{changed}");
        assert_eq!(set.depends_on(&path(changed)), !expected, "{changed}");
    }

    #[test]
    fn only_what_was_asked_counts() {
        check("a/b", false);
        check("a/new", false);
        check("x", false);
        check("c/d", true);
        check("c/new", true);
        check("y", true);
    }
}
