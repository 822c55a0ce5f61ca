//! Flux's own pure step: the generated kustomization file, the build, common metadata.
