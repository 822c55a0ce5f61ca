//! The two YAML profiles of the field (go-yaml v2 and v3): reader, node, emitter, positions.
