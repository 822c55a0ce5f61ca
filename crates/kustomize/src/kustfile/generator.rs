//! Entries of `configMapGenerator` and `secretGenerator`.

use std::collections::BTreeMap;

use super::decode::{Field, Record};

/// A ConfigMap to generate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigMapArgs {
    /// Namespace of the object; may be empty.
    pub namespace: String,
    /// Name of the object, before prefixes and the hash.
    pub name: String,
    /// `create` (the default), `merge` or `replace`.
    pub behavior: String,
    /// Where the data comes from.
    pub sources: KvPairSources,
    /// Labels, annotations and switches.
    pub options: Option<GeneratorOptions>,
}

/// A Secret to generate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretArgs {
    /// What it shares with a ConfigMap.
    pub args: ConfigMapArgs,
    /// Type of the Secret; `Opaque` when empty.
    pub secret_type: String,
}

/// Sources of pairs of key and value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KvPairSources {
    /// Pairs of the form `key=value`.
    pub literals: Vec<String>,
    /// Files, each `path` or `key=path`.
    pub files: Vec<String>,
    /// Files with a `key=value` on each line.
    pub envs: Vec<String>,
    /// One such file (deprecated).
    pub env: String,
}

/// What generated objects get beside their data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GeneratorOptions {
    /// Labels of the object.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the object.
    pub annotations: BTreeMap<String, String>,
    /// The name gets no suffix made of the content's hash.
    pub disable_name_suffix_hash: bool,
    /// The object is immutable.
    pub immutable: bool,
}

impl GeneratorOptions {
    /// These options over those that the kustomization gives to all its
    /// generators. A switch that either of them sets is set.
    #[must_use]
    pub fn over(mut self, global: &Self) -> Self {
        let fill = |local: &mut BTreeMap<String, String>, global: &BTreeMap<String, String>| {
            for (key, value) in global {
                local.entry(key.clone()).or_insert_with(|| value.clone());
            }
        };
        fill(&mut self.labels, &global.labels);
        fill(&mut self.annotations, &global.annotations);
        self.disable_name_suffix_hash |= global.disable_name_suffix_hash;
        self.immutable |= global.immutable;
        self
    }
}

impl KvPairSources {
    /// Moves the deprecated single file to the list of files.
    pub(crate) fn fix(&mut self) {
        if !self.env.is_empty() {
            self.envs.push(std::mem::take(&mut self.env));
        }
    }
}

impl Record for ConfigMapArgs {
    const NAME: &'static str = "ConfigMapArgs";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("namespace", |g| &mut g.namespace),
        Field::new("name", |g| &mut g.name),
        Field::new("behavior", |g| &mut g.behavior),
        Field::new("literals", |g| &mut g.sources.literals),
        Field::new("files", |g| &mut g.sources.files),
        Field::new("envs", |g| &mut g.sources.envs),
        Field::new("env", |g| &mut g.sources.env),
        Field::new("options", |g| &mut g.options),
    ];
}

impl Record for SecretArgs {
    const NAME: &'static str = "SecretArgs";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("namespace", |s| &mut s.args.namespace),
        Field::new("name", |s| &mut s.args.name),
        Field::new("behavior", |s| &mut s.args.behavior),
        Field::new("literals", |s| &mut s.args.sources.literals),
        Field::new("files", |s| &mut s.args.sources.files),
        Field::new("envs", |s| &mut s.args.sources.envs),
        Field::new("env", |s| &mut s.args.sources.env),
        Field::new("options", |s| &mut s.args.options),
        Field::new("type", |s| &mut s.secret_type),
    ];
}

impl Record for GeneratorOptions {
    const NAME: &'static str = "GeneratorOptions";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("labels", |o| &mut o.labels),
        Field::new("annotations", |o| &mut o.annotations),
        Field::new("disableNameSuffixHash", |o| &mut o.disable_name_suffix_hash),
        Field::new("immutable", |o| &mut o.immutable),
    ];
}
