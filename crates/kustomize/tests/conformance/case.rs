//! A recorded case: its files, where its build starts, and how.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use rheostat_kustomize::build::{Options, Order, Request, Start, build};
use rheostat_kustomize::loader::LoadRestrictions;
use rheostat_tree::{ReadSet, Tree, TreePath};

/// Bodies by path.
pub(crate) type Bodies = BTreeMap<TreePath, Vec<u8>>;

pub(crate) struct Case {
    pub(crate) bodies: Bodies,
    start: TreePath,
    options: Options,
}

impl Case {
    /// A build of some files with nothing special asked for.
    pub(crate) fn new(bodies: Bodies, start: TreePath) -> Self {
        Self {
            bodies,
            start,
            options: Options::default(),
        }
    }

    /// Reads the folder of a case.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failed> {
        let mut bodies = Bodies::new();
        add(&folder.join("input"), &TreePath::root(), &mut bodies)?;
        let settings = fs::read_to_string(folder.join("options")).unwrap_or_default();
        let is_set = |word: &str| settings.split_whitespace().any(|setting| setting == word);
        let start = settings
            .split_whitespace()
            .find_map(|word| word.strip_prefix("start="));
        let options = Options {
            load_restrictions: if is_set("unrestricted") {
                LoadRestrictions::None
            } else {
                LoadRestrictions::RootOnly
            },
            order: if is_set("input-order") {
                Order::Input
            } else {
                Order::Legacy
            },
            ..Options::default()
        };
        Ok(Self {
            bodies,
            start: TreePath::new(start.unwrap_or_default())?,
            options,
        })
    }

    /// What is printed and what it depends on, or the error.
    pub(crate) fn build(&self) -> Result<(String, ReadSet), String> {
        self.build_from(&tree(&self.bodies)?)
    }

    /// The same from other files.
    pub(crate) fn build_from(&self, files: &Tree) -> Result<(String, ReadSet), String> {
        let request = Request {
            files,
            start: Start::Directory(&self.start),
            options: &self.options,
        };
        let built = build(&request).map_err(|error| error.report())?;
        let text = built.to_yaml().map_err(|error| error.report())?;
        Ok((text, built.read_set))
    }
}

/// The tree of some files.
pub(crate) fn tree(bodies: &Bodies) -> Result<Tree, String> {
    let files = bodies
        .iter()
        .map(|(path, body)| (path.clone(), body.as_slice()));
    Tree::from_files(files).map_err(|error| error.to_string())
}

fn add(folder: &Path, at: &TreePath, bodies: &mut Bodies) -> Result<(), Failed> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = at.join(&entry.file_name().to_string_lossy())?;
        if entry.file_type()?.is_dir() {
            add(&entry.path(), &path, bodies)?;
        } else {
            bodies.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}
