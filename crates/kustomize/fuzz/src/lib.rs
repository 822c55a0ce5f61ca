//! What the fuzz targets share.

use rheostat_kustomize::build::{Options, Request, Start, build};
use rheostat_tree::{Tree, TreePath};

/// Builds at the root of some files and prints the result. Names that are no paths are left out.
pub fn build_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let files = files
        .into_iter()
        .filter_map(|(name, text)| Some((TreePath::new(name).ok()?, text.as_bytes())));
    let Ok(files) = Tree::from_files(files) else {
        return;
    };
    let request = Request {
        files: &files,
        start: Start::Directory(&TreePath::root()),
        options: &Options::default(),
    };
    let _ = build(&request).and_then(|built| built.to_yaml());
}
