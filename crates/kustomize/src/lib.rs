//! The kustomize engine: a file tree becomes manifests.
