//! The kustomize controller: artifacts become objects on a cluster.
