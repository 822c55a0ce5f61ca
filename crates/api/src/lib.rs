//! The API of the Flux GitOps Toolkit: kinds, conditions, reasons and the artifact contract.
