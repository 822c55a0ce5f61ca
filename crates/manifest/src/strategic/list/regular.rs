//! Lists in which each element has its keys once, which nearly all are. What the steps for [irregular](super::irregular)
//! lists come to is simple here, and costs no more than the lists are long.

use std::collections::HashMap;

use rheostat_yaml::Node;

use super::values::{is_empty, values_of};
use super::{Elements, Lists};
use crate::strategic::{MergeError, Origin, Walker, directive};

impl<'s> Walker<'s> {
    /// Merges two lists of which each is regular. Elements that both have come first, in the order of the patch, with
    /// those that it adds; where two keys tell elements apart, all of the object's come last, in its order.
    pub(super) fn merge_regular(
        &self,
        lists: Lists,
        elements: Elements<'s, '_>,
    ) -> Result<Vec<Node>, MergeError> {
        let numbered = lists.dest.iter().enumerate();
        let index: HashMap<_, _> = numbered
            .map(|(index, node)| (values_of(node, elements.keys), index))
            .collect();
        let keeps_order = elements.keys.len() > 1;
        let mut merged = Vec::with_capacity(lists.dest.len() + lists.patch.len());
        let mut dest: Vec<Own> = lists.dest.into_iter().map(Own::Unmerged).collect();
        for element in lists.patch {
            let Some(&index) = index.get(&values_of(&element, elements.keys)) else {
                let node = self.walk(None, Origin::Patch(element), elements.schema)?;
                merged.extend(node.filter(|node| !is_empty(node)));
                continue;
            };
            let own = std::mem::replace(&mut dest[index], Own::Gone).into_node();
            // An element that the patch replaces, as it does each scalar, comes back from the object in the end.
            let is_kept = directive::replaces(&element) || element.as_scalar().is_some();
            let kept = own.clone().filter(|_| is_kept);
            let node = self.walk(own, Origin::Patch(element), elements.schema)?;
            let node = node
                .filter(|node| !is_empty(node))
                .map(|node| kept.unwrap_or(node));
            if keeps_order {
                dest[index] = node.map_or(Own::Gone, Own::Merged);
            } else {
                merged.extend(node);
            }
        }
        for own in dest {
            let node = match own {
                Own::Gone => None,
                Own::Merged(node) => Some(node),
                Own::Unmerged(node) => {
                    let origin = if lists.is_same {
                        Origin::Same
                    } else {
                        Origin::Absent
                    };
                    self.walk(Some(node), origin, elements.schema)?
                }
            };
            merged.extend(node.filter(|node| !is_empty(node)));
        }
        Ok(merged)
    }
}

/// An element of the object's list.
enum Own {
    Unmerged(Node),
    Merged(Node),
    /// Deleted, or moved to where the patch has it.
    Gone,
}

impl Own {
    fn into_node(self) -> Option<Node> {
        match self {
            Self::Unmerged(node) | Self::Merged(node) => Some(node),
            Self::Gone => None,
        }
    }
}
