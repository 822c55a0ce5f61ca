//! The direction of dependencies: no arrow points up, none between controllers.

use std::collections::BTreeSet;

use crate::workspace::{ENGINES, TOOLS, dependencies, members};

/// Each package and those of ours that it may use. The command line may use anything that ships, and tools may use
/// everything.
const LAYERS: &[(&str, &[&str])] = &[
    // Engines: pure.
    ("gocompat", &[]),
    ("tree", &["gocompat"]),
    ("yaml", &["gocompat"]),
    ("manifest", &["gocompat", "yaml"]),
    ("health", &["gocompat", "manifest", "yaml"]),
    ("kustomize", &["gocompat", "manifest", "tree", "yaml"]),
    ("gotemplate", &["gocompat", "yaml"]),
    (
        "helm",
        &["gocompat", "gotemplate", "manifest", "tree", "yaml"],
    ),
    (
        "render",
        &[
            "gocompat",
            "gotemplate",
            "helm",
            "kustomize",
            "manifest",
            "tree",
            "yaml",
        ],
    ),
    // Upstreams.
    ("upstream", &["gocompat", "tree"]),
    ("git", &["gocompat", "tree", "upstream"]),
    ("artifact", &["gocompat", "tree", "upstream"]),
    ("oci", &["artifact", "gocompat", "upstream"]),
    (
        "chart-repository",
        &["gocompat", "gotemplate", "helm", "tree", "upstream", "yaml"],
    ),
    (
        "remote-base",
        &[
            "git",
            "gocompat",
            "kustomize",
            "manifest",
            "tree",
            "upstream",
            "yaml",
        ],
    ),
    // Clusters.
    ("cluster", &["gocompat", "manifest"]),
    (
        "apply",
        &["cluster", "gocompat", "health", "manifest", "yaml"],
    ),
    (
        "release",
        &["apply", "cluster", "gotemplate", "helm", "manifest", "yaml"],
    ),
    // Controllers.
    ("api", &["gocompat"]),
    ("runtime", &["api", "cluster", "gocompat", "manifest"]),
    (
        "source-controller",
        &[
            "api",
            "artifact",
            "chart-repository",
            "cluster",
            "git",
            "gocompat",
            "gotemplate",
            "helm",
            "manifest",
            "oci",
            "runtime",
            "tree",
            "upstream",
            "yaml",
        ],
    ),
    (
        "kustomize-controller",
        &[
            "api",
            "apply",
            "artifact",
            "cluster",
            "git",
            "gocompat",
            "health",
            "kustomize",
            "manifest",
            "remote-base",
            "render",
            "runtime",
            "tree",
            "upstream",
            "yaml",
        ],
    ),
    (
        "helm-controller",
        &[
            "api",
            "apply",
            "artifact",
            "cluster",
            "gocompat",
            "gotemplate",
            "helm",
            "kustomize",
            "manifest",
            "release",
            "render",
            "runtime",
            "upstream",
            "yaml",
        ],
    ),
];

/// Crates that an engine must not even reach through others: input and output, async, clients, logging, randomness.
const IMPURE: [&str; 13] = [
    "axum",
    "getrandom",
    "gix",
    "hyper",
    "k8s-openapi",
    "kube",
    "kube-client",
    "mio",
    "rand",
    "reqwest",
    "rustls",
    "tokio",
    "tracing",
];

#[test]
fn dependencies_point_downward() {
    let graph = dependencies();
    let mut wrong = Vec::new();
    for name in members().into_keys() {
        if TOOLS.contains(&name.as_str()) {
            continue;
        }
        let own = graph[&name]
            .iter()
            .filter_map(|used| used.strip_prefix("rheostat-"));
        let short = name.strip_prefix("rheostat-").unwrap();
        if short == "cli" {
            wrong.extend(
                own.filter(|used| is_tool(used))
                    .map(|used| format!("{name} -> {used}")),
            );
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == short) else {
            wrong.push(format!("{name} has no place in LAYERS"));
            continue;
        };
        wrong.extend(
            own.filter(|used| !allowed.contains(used))
                .map(|used| format!("{name} -> {used}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn engines_are_pure() {
    let graph = dependencies();
    for engine in ENGINES {
        let mut reached = BTreeSet::from([engine.to_owned()]);
        let mut next = vec![engine.to_owned()];
        while let Some(name) = next.pop() {
            next.extend(
                graph[&name]
                    .iter()
                    .filter(|used| reached.insert((*used).clone()))
                    .cloned(),
            );
        }
        let impure: Vec<_> = IMPURE
            .iter()
            .filter(|name| reached.contains(**name))
            .collect();
        assert!(impure.is_empty(), "{engine} reaches {impure:?}");
    }
}

fn is_tool(short: &str) -> bool {
    TOOLS
        .iter()
        .any(|tool| tool.strip_prefix("rheostat-") == Some(short))
}
