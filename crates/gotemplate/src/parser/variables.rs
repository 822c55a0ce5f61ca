//! Resolution of variables to slots.

use std::sync::Arc;

/// The variables in scope.
pub(super) struct Variables {
    /// Names in the order of their declaration. Go takes an assignment for a declaration while it parses, so a name may be
    /// known without a slot, and fails when it is executed.
    names: Vec<(Arc<str>, Option<u32>)>,
    live: u32,
    most: u32,
}

impl Default for Variables {
    fn default() -> Self {
        Self {
            names: vec![("$".into(), Some(0))],
            live: 1,
            most: 1,
        }
    }
}

/// A state to return to at the end of a control structure.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    names: usize,
    live: u32,
}

impl Variables {
    /// The most variables that are alive at once.
    pub(super) fn most(&self) -> usize {
        self.most as usize
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            names: self.names.len(),
            live: self.live,
        }
    }

    pub(super) fn release(&mut self, mark: Mark) {
        self.names.truncate(mark.names);
        self.live = mark.live;
    }

    /// The name, kept once for all who use it, if it may be used.
    pub(super) fn known(&self, name: &str) -> Option<Arc<str>> {
        let mut names = self.names.iter().map(|(known, _)| known);
        names.find(|known| known.as_ref() == name).map(Arc::clone)
    }

    /// The slot of the nearest declaration.
    pub(super) fn slot(&self, name: &str) -> Option<u32> {
        self.names
            .iter()
            .rev()
            .find_map(|(known, slot)| if known.as_ref() == name { *slot } else { None })
    }

    /// Makes a name known that a pipeline will declare when it has been evaluated: until then the name, if it stood for
    /// another variable before, still does. Answers what [`Self::declare`] takes.
    pub(super) fn announce(&mut self, name: Arc<str>) -> usize {
        self.names.push((name, None));
        self.names.len() - 1
    }

    /// Gives an announced name its slot.
    pub(super) fn declare(&mut self, announced: usize) -> u32 {
        let slot = self.live;
        if let Some((_, declared)) = self.names.get_mut(announced) {
            *declared = Some(slot);
        }
        self.live += 1;
        self.most = self.most.max(self.live);
        slot
    }

    /// Notes an assignment; answers the slot that it goes to.
    pub(super) fn assign(&mut self, name: Arc<str>) -> Option<u32> {
        let slot = self.slot(&name);
        self.names.push((name, slot));
        slot
    }
}
