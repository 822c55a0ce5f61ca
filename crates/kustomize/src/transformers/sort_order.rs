//! The order of the result: `sortOptions`, or what the caller asks for.

use std::collections::HashMap;

use rheostat_manifest::ResId;
use rheostat_manifest::gvk::{LEGACY_ORDER_FIRST, LEGACY_ORDER_LAST};

use crate::kustfile::{LegacySortOptions, SortOptions};
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Orders objects by kind, dependencies first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortOrderTransformer {
    /// Kinds in the order of the legacy sort; none leaves the order as it is.
    legacy: Option<LegacySortOptions>,
}

/// Why an order is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SortError {
    /// There is no order of that name.
    #[error("the field 'sortOptions.order' must be one of [fifo, legacy]")]
    UnknownOrder,
    /// Options of the legacy order are given for another one.
    #[error(
        "the field 'sortOptions.legacySortOptions' is set but the selected sort order is \
         '{0}', not 'legacy'"
    )]
    UnusedOptions(String),
}

impl SortOrderTransformer {
    /// The legacy order with its usual kinds.
    pub(crate) fn legacy() -> Self {
        Self {
            legacy: Some(LegacySortOptions {
                order_first: LEGACY_ORDER_FIRST.map(str::to_owned).into(),
                order_last: LEGACY_ORDER_LAST.map(str::to_owned).into(),
            }),
        }
    }

    /// The order that a kustomization file asks for.
    ///
    /// # Errors
    /// [`SortError`] when there is no such order, or its options are for
    /// another one.
    pub(crate) fn new(options: &SortOptions) -> Result<Self, SortError> {
        match (options.order.as_str(), &options.legacy_sort_options) {
            ("legacy", Some(kinds)) => Ok(Self {
                legacy: Some(kinds.clone()),
            }),
            ("legacy", None) => Ok(Self::legacy()),
            ("fifo", None) => Ok(Self { legacy: None }),
            ("fifo", Some(_)) => Err(SortError::UnusedOptions(options.order.clone())),
            _ => Err(SortError::UnknownOrder),
        }
    }

    /// Puts the objects in order. Objects that compare equal keep theirs.
    pub(crate) fn sort(&self, map: &mut ResMap) {
        let Some(kinds) = &self.legacy else {
            return;
        };
        let ranks = ranks(kinds);
        let key = |resource: &Resource| {
            let rank = ranks.get(resource.kind()).copied().unwrap_or(0);
            Key::new(resource.id(), rank)
        };
        let mut resources = map.take();
        resources.sort_by_cached_key(key);
        map.set_order(resources);
    }
}

/// Ranks of the kinds that have one; 0 is for all others.
fn ranks(kinds: &LegacySortOptions) -> HashMap<&str, i64> {
    let number = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
    let first = number(kinds.order_first.len());
    let mut ranks = HashMap::new();
    for (index, kind) in kinds.order_first.iter().enumerate() {
        ranks.insert(kind.as_str(), number(index) - first);
    }
    for (index, kind) in kinds.order_last.iter().enumerate() {
        ranks.insert(kind.as_str(), number(index) + 1);
    }
    ranks
}

/// What objects are compared by, in this order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rank: i64,
    /// Among Namespaces, one of the core group comes first.
    is_foreign_namespace: bool,
    gvk: String,
    id: String,
}

impl Key {
    fn new(id: &ResId, rank: i64) -> Self {
        let or = |text: &str, blank: &str| {
            let text = if text.is_empty() { blank } else { text };
            text.to_owned()
        };
        Self {
            rank,
            is_foreign_namespace: id.gvk.kind == "Namespace" && !id.gvk.group.is_empty(),
            gvk: id.gvk.legacy_sort_text(),
            id: format!(
                "{}|{}|{}",
                id.gvk,
                or(&id.namespace, "~X"),
                or(&id.name, "~N")
            ),
        }
    }
}
