//! A build may be kept while its read set holds: over random edits, the kept answer is the one that a build would give.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rheostat_render::kustomization::{Overlay, Request, build, directory};
use rheostat_tree::{ReadSet, Tree, TreePath};

/// What an edit can write. Some of it is nonsense where it ends up: failures are kept as well.
const TEXTS: [&str; 9] = [
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {k: v}\n",
    "apiVersion: v1\nkind: List\nitems: []\n",
    "resources: [a.yaml]\n",
    "resources: [../base, a.yaml]\nnamePrefix: p-\n",
    "configMapGenerator: [{name: made, files: [../base/a.yaml]}]\n",
    "components: [../part]\nresources: [b.yml]\n",
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -s\n",
    "not: a manifest\n",
];

const PATHS: [&str; 11] = [
    "app/a.yaml",
    "app/b.yml",
    "app/README.md",
    "app/kustomization.yaml",
    "app/Kustomization",
    "app/sub/a.yaml",
    "app/sub/kustomization.yaml",
    "base/a.yaml",
    "base/kustomization.yml",
    "part/kustomization.yaml",
    "other/a.yaml",
];

/// Files by path.
type Files = BTreeMap<&'static str, &'static str>;

/// A file that is written, or removed.
type Edit = (&'static str, Option<&'static str>);

fn edit() -> impl Strategy<Value = Edit> {
    let text = prop::option::weighted(0.8, prop::sample::select(&TEXTS[..]));
    (prop::sample::select(&PATHS[..]), text)
}

fn apply(files: &mut Files, (path, text): Edit) {
    match text {
        Some(text) => files.insert(path, text),
        None => files.remove(path),
    };
}

fn tree(files: &Files) -> Tree {
    let files = files.iter().map(|(path, text)| {
        (
            TreePath::new(path).expect("the paths of the pool are clean"),
            text.as_bytes(),
        )
    });
    Tree::from_files(files).expect("no file of the pool is in the way of another")
}

/// The digest of a build with what it looked at; `None` when there is no `app` or the build fails, which is not kept.
fn answer(files: &Tree) -> Option<(String, ReadSet)> {
    let directory = directory(files, "app").ok()?;
    let request = Request {
        files,
        directory: &directory,
        overlay: &Overlay::default(),
        root_name: "",
    };
    let built = build(&request).ok()?;
    Some((built.digest, built.read_set))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_kept_build_is_the_build(start in prop::collection::vec(edit(), 1..12), edits in prop::collection::vec(edit(), 1..8)) {
        let mut files = Files::new();
        for edit in start {
            apply(&mut files, edit);
        }
        let mut kept = answer(&tree(&files));
        for edit in edits {
            apply(&mut files, edit);
            let now = tree(&files);
            let cold = answer(&now);
            if let Some((digest, read_set)) = &kept && read_set.holds_in(&now) {
                prop_assert_eq!(Some(digest), cold.as_ref().map(|(digest, _)| digest), "{:?}", files);
            }
            kept = cold;
        }
    }
}
