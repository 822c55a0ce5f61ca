//! Random trees that build: a base and an overlay with some of what makes a build look at files.
//!
//! A tree depends on its seed alone. Some of its files are read by no build.

use libtest_mimic::Failed;
use rheostat_tree::TreePath;

use super::case::{Bodies, Case};

/// Lines that either kustomization may have, with the files that they need. No two set the same field.
const PARTS: [(&str, &[(&str, &str)]); 8] = [
    ("namePrefix: pre-\n", &[]),
    (
        "patches: [{path: patch.yaml}]\n",
        &[(
            "patch.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: first}\ndata: {patched: \"yes\"}\n",
        )],
    ),
    (
        "configMapGenerator: [{name: made, files: [files/text], envs: [files/some.env]}]\n",
        &[("files/text", "text"), ("files/some.env", "A=1\n")],
    ),
    (
        "components: [part]\n",
        &[(
            "part/kustomization.yml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -part\n",
        )],
    ),
    (
        "replacements: [{path: replacement.yaml}]\n",
        &[(
            "replacement.yaml",
            "source: {kind: ConfigMap, name: first, fieldPath: metadata.name}\ntargets: [{select: {name: second}, fieldPaths: [data.k]}]\n",
        )],
    ),
    (
        "transformers: [plugins]\n",
        &[
            ("plugins/kustomization.yaml", "resources: [labels.yaml]\n"),
            (
                "plugins/labels.yaml",
                "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n",
            ),
        ],
    ),
    (
        "configurations: [references.yaml]\n",
        &[("references.yaml", "namePrefix: [{path: data/k}]\n")],
    ),
    ("crds: [crd.json]\n", &[("crd.json", "{}")]),
];

/// What is beside the kustomizations, read or not.
const STRAYS: [&str; 4] = ["README.md", "files/stray", "part/notes", "stray.yaml"];

/// The tree of a seed. Its build starts in the folder `overlay`.
pub(crate) fn case(seed: u64) -> Result<Case, Failed> {
    let mut chance = Chance(seed);
    let mut bodies = Bodies::new();
    folder("base", "a.yaml", &mut chance, &mut bodies)?;
    folder("overlay", "../base", &mut chance, &mut bodies)?;
    let objects = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: first}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\ndata: {k: v}\n";
    bodies.insert(TreePath::new("base/a.yaml")?, objects.into());
    Ok(Case::new(bodies, TreePath::new("overlay")?))
}

fn folder(
    name: &str,
    resource: &str,
    chance: &mut Chance,
    bodies: &mut Bodies,
) -> Result<(), Failed> {
    let folder = TreePath::new(name)?;
    let mut add = |path: &str, text: &str| -> Result<(), Failed> {
        bodies.insert(folder.join(path)?, text.into());
        Ok(())
    };
    let mut kustomization = format!("resources: [{resource}]\n");
    for (line, files) in PARTS {
        if !chance.half() {
            continue;
        }
        // A generated name may be given once in a build.
        kustomization.push_str(&line.replace("made", &format!("made-in-{name}")));
        for (path, text) in files {
            add(path, text)?;
        }
    }
    add("kustomization.yaml", &kustomization)?;
    for path in STRAYS {
        if chance.half() {
            add(path, "of no use\n")?;
        }
    }
    Ok(())
}

/// The generator `SplitMix64` of Steele, Lea and Flood, with its published constants.
struct Chance(u64);

impl Chance {
    fn half(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & 1 == 1
    }
}
