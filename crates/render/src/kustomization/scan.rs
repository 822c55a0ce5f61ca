//! A directory without a kustomization file: every manifest in and below it is a resource.

use rheostat_tree::{Files, Kind, ReadError, TreePath};

use super::root_file::find;

/// What a directory holds.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// Files and directories to build, as a kustomization file in the directory names them.
    pub(super) resources: Vec<String>,
    /// The files among them.
    pub(super) manifests: Vec<TreePath>,
}

/// Walks through a directory in the order of names, hidden ones included. A directory with a kustomization file is a
/// resource as a whole; of all others, the files that end in `.yaml` or `.yml` are.
pub(super) fn scan(files: &dyn Files, directory: &TreePath) -> Result<Scanned, ReadError> {
    let mut scanned = Scanned::default();
    let mut rest = children(files, directory)?;
    while let Some((path, kind)) = rest.pop() {
        match kind {
            Kind::File if is_manifest(path.name()) => {
                scanned.resources.push(relative(&path, directory));
                scanned.manifests.push(path);
            }
            Kind::File => {}
            Kind::Directory if find(files, &path)?.is_some() => {
                scanned.resources.push(relative(&path, directory));
            }
            Kind::Directory => rest.append(&mut children(files, &path)?),
        }
    }
    Ok(scanned)
}

/// The entries of a directory, the last one first.
fn children(files: &dyn Files, directory: &TreePath) -> Result<Vec<(TreePath, Kind)>, ReadError> {
    let entries = files.list(directory)?;
    let paths = entries.into_iter().rev();
    // What cannot be joined is a path that is too long, which no archive that we unpack can hold.
    Ok(paths
        .filter_map(|(name, kind)| Some((directory.join(&name).ok()?, kind)))
        .collect())
}

fn is_manifest(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

fn relative(path: &TreePath, directory: &TreePath) -> String {
    format!("./{}", path.relative_to(directory))
}
