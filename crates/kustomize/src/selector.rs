//! Which objects a selector means.
//!
//! Every pattern must match as a whole. Names and namespaces are tried on
//! the original and on the current identity, types on the current one.

use rheostat_gocompat::regexp::{Regexp, SyntaxError};
use rheostat_manifest::label_selector::LabelSelectorError;
use rheostat_manifest::{Gvk, LabelSelector, ResId};
use rheostat_yaml::{Mapping, Scalar};

use crate::kustfile::Selector;
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Why objects could not be selected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// A pattern does not compile.
    #[error(transparent)]
    Pattern(#[from] SyntaxError),
    /// A label or annotation selector does not parse.
    #[error(transparent)]
    Labels(#[from] LabelSelectorError),
}

/// A selector with its patterns compiled.
#[derive(Debug)]
pub(crate) struct SelectorPattern {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    /// Read when an object comes so far; until then a fault does not matter.
    labels: Result<LabelSelector, LabelSelectorError>,
    annotations: Result<LabelSelector, LabelSelectorError>,
}

/// A pattern; none means any text.
#[derive(Debug)]
struct Pattern(Option<Regexp>);

impl Pattern {
    fn compile(text: &str) -> Result<Self, SyntaxError> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        Ok(Self(Some(Regexp::compile(&format!("^(?:{text})$"))?)))
    }

    fn matches(&self, text: &str) -> bool {
        self.0.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }
}

impl SelectorPattern {
    /// Compiles the patterns of a selector.
    ///
    /// # Errors
    /// [`SelectorError::Pattern`] when one does not compile.
    pub(crate) fn new(selector: &Selector) -> Result<Self, SelectorError> {
        Ok(Self {
            group: Pattern::compile(&selector.group)?,
            version: Pattern::compile(&selector.version)?,
            kind: Pattern::compile(&selector.kind)?,
            name: Pattern::compile(&selector.name)?,
            namespace: Pattern::compile(&selector.namespace)?,
            labels: LabelSelector::parse(&selector.label_selector),
            annotations: LabelSelector::parse(&selector.annotation_selector),
        })
    }

    /// Indices of the objects that the selector means.
    ///
    /// # Errors
    /// [`SelectorError::Labels`] when an object fits so far and the label or
    /// annotation selector does not parse.
    pub(crate) fn select(&self, map: &ResMap) -> Result<Vec<usize>, SelectorError> {
        let mut selected = Vec::new();
        for (index, resource) in map.resources().iter().enumerate() {
            let id = resource.id();
            let original = resource.original_id();
            let fits = (self.namespace.matches(original.effective_namespace())
                || self.namespace.matches(id.effective_namespace()))
                && (self.name.matches(&original.name) || self.name.matches(&id.name))
                && self.matches_gvk(&id.gvk);
            if fits && self.matches_labels(resource)? {
                selected.push(index);
            }
        }
        Ok(selected)
    }

    /// Whether type, name and namespace as written match.
    pub(crate) fn matches_id(&self, id: &ResId) -> bool {
        self.matches_gvk(&id.gvk)
            && self.name.matches(&id.name)
            && self.namespace.matches(&id.namespace)
    }

    fn matches_gvk(&self, gvk: &Gvk) -> bool {
        self.group.matches(&gvk.group)
            && self.version.matches(&gvk.version)
            && self.kind.matches(&gvk.kind)
    }

    /// Whether labels and annotations match.
    ///
    /// # Errors
    /// [`SelectorError::Labels`] when one of the two does not parse.
    pub(crate) fn matches_labels(&self, resource: &Resource) -> Result<bool, SelectorError> {
        let labels = self.labels.as_ref().map_err(Clone::clone)?;
        if !matches(labels, resource.labels()) {
            return Ok(false);
        }
        let annotations = self.annotations.as_ref().map_err(Clone::clone)?;
        Ok(matches(annotations, resource.annotations()))
    }

    /// Whether neither labels nor annotations are asked for.
    pub(crate) fn ignores_labels(&self) -> bool {
        let is_empty = |selector: &Result<LabelSelector, _>| {
            selector.as_ref().is_ok_and(LabelSelector::is_empty)
        };
        is_empty(&self.labels) && is_empty(&self.annotations)
    }
}

fn matches(selector: &LabelSelector, labels: Option<&Mapping>) -> bool {
    selector.matches(|key| {
        let value = labels?.get(key)?;
        Some(value.as_scalar().map(Scalar::text).unwrap_or_default())
    })
}

/// Whether a selector names no object at all.
pub(crate) fn names_nothing(selector: &Selector) -> bool {
    let parts = [
        &selector.group,
        &selector.version,
        &selector.kind,
        &selector.name,
        &selector.namespace,
    ];
    parts.iter().all(|part| part.is_empty())
}
