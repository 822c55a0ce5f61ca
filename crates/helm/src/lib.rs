//! The Helm engine: a chart and values become manifests, hooks and notes.
