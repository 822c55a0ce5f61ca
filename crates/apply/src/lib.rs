//! Staged server-side apply: dry-run, inventory, prune, order, waits; no Flux types in its interface.
