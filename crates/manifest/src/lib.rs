//! A Kubernetes object as a value: identity, selectors, field paths, merges, differences.
