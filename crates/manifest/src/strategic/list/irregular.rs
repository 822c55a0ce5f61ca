//! Lists in which elements lack a key or repeat one, merged step by step as kyaml does: collect the values of the keys
//! from both lists, merge the elements that have them, gather the results, then set each element of the object's list
//! into that.

use rheostat_yaml::{Node, Scalar, Style};
use smol_str::SmolStr;

use super::values::{complete, distinct_values, is_empty, raw_text, usable};
use super::{Elements, Lists as Input};
use crate::strategic::directive;
use crate::strategic::{MergeError, Origin, Type, Walker, require_kind};

/// An element of the result: where its node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// In the object's list.
    Dest(usize),
    /// Among the nodes that the patch brought.
    Added(usize),
}

/// The two lists and what is made of them.
struct Lists {
    /// The object's elements; `None` for those that are gone.
    dest: Vec<Option<Node>>,
    /// Elements that came from the patch alone.
    added: Vec<Node>,
    result: Vec<Slot>,
}

impl<'s> Walker<'s> {
    /// Merges two lists of any elements.
    pub(super) fn merge_irregular(
        &self,
        input: Input,
        elements: Elements<'s, '_>,
    ) -> Result<Vec<Node>, MergeError> {
        let Input {
            dest,
            mut patch,
            is_same,
        } = input;
        let mut values = distinct_values(&patch, &dest, elements.keys);
        if elements.keys.len() > 1 {
            complete(&mut values);
        }
        let mut lists = Lists {
            dest: dest.into_iter().map(Some).collect(),
            added: Vec::new(),
            result: Vec::new(),
        };
        let mut last_keys = Vec::new();
        for own in &values {
            let (keys, own) = usable(&values, own, elements.keys);
            let selector = Selector {
                keys: &keys,
                values: &own,
            };
            self.merge_element(&mut lists, (&mut patch, is_same), elements.schema, selector)?;
            last_keys = keys;
        }
        lists.set_all_of_dest(&last_keys)?;
        Ok(lists.into_items())
    }

    /// Merges the elements that have certain values and puts the outcome into the result.
    fn merge_element(
        &self,
        lists: &mut Lists,
        (patch, is_same): (&mut [Node], bool),
        schema: Option<Type<'s>>,
        selector: Selector<'_>,
    ) -> Result<(), MergeError> {
        let (keys, values) = usable(&[selector.values.to_vec()], selector.values, selector.keys);
        let narrowed = Selector {
            keys: &keys,
            values: &values,
        };
        let index = lists
            .dest
            .iter()
            .position(|node| node.as_ref().is_some_and(|node| narrowed.is_element(node)));
        let origin = match patch.iter_mut().find(|node| narrowed.is_element(node)) {
            Some(node) => Origin::Patch(directive::take_copy(node)),
            None if is_same => Origin::Same,
            None => Origin::Absent,
        };
        let dest = index.and_then(|index| lists.dest[index].take());
        // An element that the patch replaces, as it does each scalar, stays in the object's list, from where it comes
        // back in the end.
        let replaces = |patch: &Node| directive::replaces(patch) || patch.as_scalar().is_some();
        let is_replaced = dest.is_some() && origin.node().is_some_and(replaces);
        let kept = dest
            .as_ref()
            .filter(|_| is_replaced || origin.node().is_some())
            .cloned();
        let merged = self.walk(dest, origin, schema)?;
        let Some(mut merged) = merged.filter(|node| !is_empty(node)) else {
            if let Some(index) = index {
                lists.dest[index] = kept;
            }
            return lists.remove_from_dest(selector);
        };
        selector.complete(&mut merged);
        let slot = match index {
            Some(index) if !is_replaced => {
                lists.dest[index] = Some(merged);
                Slot::Dest(index)
            }
            _ => {
                if let Some(index) = index {
                    lists.dest[index] = kept;
                }
                lists.added.push(merged);
                Slot::Added(lists.added.len() - 1)
            }
        };
        lists.set(Some(slot), selector)
    }
}

/// Keys with the values that an element must have.
#[derive(Clone, Copy)]
struct Selector<'a> {
    keys: &'a [SmolStr],
    values: &'a [SmolStr],
}

impl Selector<'_> {
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.keys
            .iter()
            .map(SmolStr::as_str)
            .zip(self.values.iter().map(SmolStr::as_str))
    }

    /// Whether a node is an element with exactly these values.
    fn is_element(&self, node: &Node) -> bool {
        if self.keys.first().is_none_or(SmolStr::is_empty) {
            return raw_text(node) == self.values.first().map_or("", SmolStr::as_str);
        }
        let is_equal = |(key, value): (&str, &str)| {
            node.get(key).is_some_and(|field| raw_text(field) == value)
        };
        matches!(node, Node::Mapping(_)) && self.pairs().all(is_equal)
    }

    /// Whether a node would be replaced or removed; an empty value asks only that the field is there.
    fn is_set_in(&self, node: &Node) -> Result<bool, MergeError> {
        if self.values.is_empty() {
            return Ok(false);
        }
        for (key, value) in self.pairs() {
            if key.is_empty() {
                require_kind(node, "scalar")?;
                if raw_text(node) != value {
                    return Ok(false);
                }
                continue;
            }
            require_kind(node, "mapping")?;
            if !node
                .get(key)
                .is_some_and(|field| value.is_empty() || raw_text(field) == value)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives an element the keys that it lacks.
    fn complete(&self, node: &mut Node) {
        let Node::Mapping(mapping) = node else { return };
        for (key, value) in self.pairs() {
            if !value.is_empty() && !mapping.contains_key(key) {
                mapping.insert(key, Node::Scalar(Scalar::untagged(value, Style::Plain)));
            }
        }
    }
}

impl Lists {
    fn node(&self, slot: Slot) -> Option<&Node> {
        match slot {
            Slot::Dest(index) => self.dest[index].as_ref(),
            Slot::Added(index) => self.added.get(index),
        }
    }

    /// Puts an element in place of those that have its values, or at the end; takes those away if there is none.
    fn set(&mut self, element: Option<Slot>, selector: Selector<'_>) -> Result<(), MergeError> {
        let seeks_mapping = [selector.keys, selector.values]
            .iter()
            .all(|list| list.first().is_some_and(|first| !first.is_empty()));
        let mut result = Vec::with_capacity(self.result.len() + 1);
        let mut is_found = false;
        for &slot in &self.result {
            let Some(node) = self.node(slot).filter(|node| !is_empty(node)) else {
                continue;
            };
            if seeks_mapping && !matches!(node, Node::Mapping(_)) {
                result.push(slot);
            } else if selector.is_set_in(node)? {
                is_found = true;
                result.extend(element);
            } else if !selector.values.is_empty() {
                result.push(slot);
            }
        }
        let is_null = element
            .and_then(|slot| self.node(slot))
            .is_some_and(Node::is_null);
        if !is_found && !is_null {
            result.extend(element);
        }
        self.result = result;
        Ok(())
    }

    /// Takes the elements that have these values, and empty ones, out of the object's list.
    fn remove_from_dest(&mut self, selector: Selector<'_>) -> Result<(), MergeError> {
        let seeks_mapping = [selector.keys, selector.values]
            .iter()
            .all(|list| list.first().is_some_and(|first| !first.is_empty()));
        for index in 0..self.dest.len() {
            let Some(node) = &self.dest[index] else {
                continue;
            };
            let is_kept = seeks_mapping && !matches!(node, Node::Mapping(_)) && !is_empty(node);
            if is_kept || (!is_empty(node) && !selector.is_set_in(node)?) {
                continue;
            }
            let Some(node) = self.dest[index].take() else {
                continue;
            };
            // The result may hold it already, for other values.
            if self.result.contains(&Slot::Dest(index)) {
                self.added.push(node);
                let moved = Slot::Added(self.added.len() - 1);
                self.result
                    .iter_mut()
                    .filter(|slot| **slot == Slot::Dest(index))
                    .for_each(|slot| *slot = moved);
            }
        }
        Ok(())
    }

    /// Sets each element of the object's list into the result, where its merged self may be already.
    fn set_all_of_dest(&mut self, keys: &[SmolStr]) -> Result<(), MergeError> {
        for index in 0..self.dest.len() {
            let slot = Slot::Dest(index);
            let Some(node) = &self.dest[index] else {
                continue;
            };
            if keys.first().is_some_and(SmolStr::is_empty) {
                let value = [SmolStr::from(raw_text(node))];
                self.set(
                    Some(slot),
                    Selector {
                        keys,
                        values: &value,
                    },
                )?;
                continue;
            }
            if !node.is_null() {
                require_kind(node, "mapping")?;
            }
            let present: Vec<_> = keys
                .iter()
                .filter_map(|key| node.get(key))
                .map(raw_text)
                .map(SmolStr::from)
                .collect();
            self.result
                .extend(std::iter::repeat_n(slot, keys.len() - present.len()));
            let selector = Selector {
                keys,
                values: &present,
            };
            if keys.len() > 1 {
                self.set(None, selector)?;
            }
            self.set(Some(slot), selector)?;
        }
        Ok(())
    }

    fn into_items(mut self) -> Vec<Node> {
        let last_uses = self
            .result
            .iter()
            .enumerate()
            .map(|(at, slot)| !self.result[at + 1..].contains(slot));
        let last_uses: Vec<_> = last_uses.collect();
        let slots = std::mem::take(&mut self.result);
        let nodes = slots
            .into_iter()
            .zip(last_uses)
            .filter_map(|(slot, is_last)| match slot {
                Slot::Dest(index) if is_last => self.dest[index].take(),
                Slot::Dest(index) => self.dest[index].clone(),
                Slot::Added(index) => self.added.get(index).cloned(),
            });
        nodes.collect()
    }
}
