//! What the build knows about an object, in kustomize's internal annotations.

use std::borrow::Cow;

use rheostat_yaml::{Mapping, SmolStr};

/// An identity that an object had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousId {
    pub(crate) name: SmolStr,
    /// The effective namespace.
    pub(crate) namespace: SmolStr,
    pub(crate) kind: SmolStr,
}

/// How a generated object meets one that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behavior {
    /// As for `create`; unknown words mean this, too.
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

/// The past of an object, and switches of the build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an annotation of kustomize's"
)]
pub(crate) struct BuildAnnotations {
    pub(crate) previous: Vec<PreviousId>,
    /// Every prefix that was added, innermost first.
    pub(crate) prefixes: Vec<SmolStr>,
    /// Every suffix that was added, innermost first.
    pub(crate) suffixes: Vec<SmolStr>,
    pub(crate) behavior: Option<Behavior>,
    pub(crate) needs_hash_suffix: bool,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
    pub(crate) helm_generated: bool,
}

const PREFIX: &str = "internal.config.kubernetes.io/";
const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
const BEHAVIOR: &str = "internal.config.kubernetes.io/generatorBehavior";
const NEEDS_HASH_SUFFIX: &str = "internal.config.kubernetes.io/needsHashSuffix";
const ALLOW_NAME_CHANGE: &str = "internal.config.kubernetes.io/allowNameChange";
const ALLOW_KIND_CHANGE: &str = "internal.config.kubernetes.io/allowKindChange";
const HELM_GENERATED: &str = "internal.config.kubernetes.io/helm-generated";
const ENABLED: &str = "enabled";

/// Annotations of the readers and writers of kustomize's files, and of
/// references. They are dropped from every result.
const OTHERS: [&str; 9] = [
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];

/// Whether an annotation is one of those that never reach the result.
pub(super) fn is_internal(key: &str) -> bool {
    OTHERS.contains(&key) || is_of_build(key)
}

/// Whether an annotation is kept in [`BuildAnnotations`].
fn is_of_build(key: &str) -> bool {
    key.starts_with(PREFIX)
        && matches!(
            key,
            PREVIOUS_KINDS
                | PREVIOUS_NAMES
                | PREVIOUS_NAMESPACES
                | PREFIXES
                | SUFFIXES
                | BEHAVIOR
                | NEEDS_HASH_SUFFIX
                | ALLOW_NAME_CHANGE
                | ALLOW_KIND_CHANGE
                | HELM_GENERATED
        )
}

impl Behavior {
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "replace" => Self::Replace,
            "merge" => Self::Merge,
            "create" => Self::Create,
            _ => Self::Unspecified,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
}

impl BuildAnnotations {
    /// Takes the annotations of the build out of those of an object.
    pub(super) fn take_from(&mut self, annotations: &mut Mapping) {
        if !annotations.iter().any(|(key, _)| is_of_build(key)) {
            return;
        }
        let mut take = |key: &str| {
            let value = annotations.remove(key)?;
            Some(value.text().unwrap_or_default().to_owned())
        };
        let list = |text: Option<String>| -> Vec<SmolStr> {
            let parts = text.as_deref().map(|text| text.split(','));
            parts.into_iter().flatten().map(SmolStr::from).collect()
        };
        let names = list(take(PREVIOUS_NAMES));
        let namespaces = list(take(PREVIOUS_NAMESPACES));
        let kinds = list(take(PREVIOUS_KINDS));
        self.previous = names
            .into_iter()
            .zip(namespaces)
            .zip(kinds)
            .map(|((name, namespace), kind)| PreviousId {
                name,
                namespace,
                kind,
            })
            .collect();
        self.prefixes = list(take(PREFIXES));
        self.suffixes = list(take(SUFFIXES));
        self.behavior = take(BEHAVIOR).map(|word| Behavior::parse(&word));
        let mut is_enabled = |key: &str| take(key).as_deref() == Some(ENABLED);
        self.needs_hash_suffix = is_enabled(NEEDS_HASH_SUFFIX);
        self.allow_name_change = is_enabled(ALLOW_NAME_CHANGE);
        self.allow_kind_change = is_enabled(ALLOW_KIND_CHANGE);
        self.helm_generated = take(HELM_GENERATED).as_deref() == Some("true");
    }

    /// The annotations that kustomize would have on the object now.
    pub(super) fn to_annotations(&self) -> Vec<(&'static str, Cow<'static, str>)> {
        let mut annotations = Vec::new();
        let mut list = |key: &'static str, parts: Vec<&str>| {
            if !parts.is_empty() {
                annotations.push((key, Cow::Owned(parts.join(","))));
            }
        };
        list(
            PREVIOUS_NAMES,
            self.previous.iter().map(|id| &*id.name).collect(),
        );
        list(
            PREVIOUS_NAMESPACES,
            self.previous.iter().map(|id| &*id.namespace).collect(),
        );
        list(
            PREVIOUS_KINDS,
            self.previous.iter().map(|id| &*id.kind).collect(),
        );
        list(
            PREFIXES,
            self.prefixes.iter().map(SmolStr::as_str).collect(),
        );
        list(
            SUFFIXES,
            self.suffixes.iter().map(SmolStr::as_str).collect(),
        );
        if let Some(behavior) = self.behavior {
            annotations.push((BEHAVIOR, Cow::Borrowed(behavior.word())));
        }
        for (key, is_set, word) in [
            (NEEDS_HASH_SUFFIX, self.needs_hash_suffix, ENABLED),
            (ALLOW_NAME_CHANGE, self.allow_name_change, ENABLED),
            (ALLOW_KIND_CHANGE, self.allow_kind_change, ENABLED),
            (HELM_GENERATED, self.helm_generated, "true"),
        ] {
            if is_set {
                annotations.push((key, Cow::Borrowed(word)));
            }
        }
        annotations
    }
}
