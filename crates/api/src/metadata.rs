//! The names by which the toolkit marks objects: annotations, labels, finalizers, field managers, keys of events.
//!
//! Where a key is both read from labels and from annotations, its comment says so. Deliberately absent: what the marks
//! do, which stands with the code that obeys them.

/// Annotation: a new value asks for a reconcile now.
pub const REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

/// Annotation: a value equal to that of [`REQUESTED_AT`] asks that a release be made even if nothing changed.
pub const FORCE_AT: &str = "reconcile.fluxcd.io/forceAt";
/// Annotation: a value equal to that of [`REQUESTED_AT`] asks that failures be forgotten.
pub const RESET_AT: &str = "reconcile.fluxcd.io/resetAt";

/// Annotations with this prefix travel with every event of their object, under the same key.
pub const EVENT_ANNOTATION_PREFIX: &str = "event.toolkit.fluxcd.io/";

/// Label: with the value [`WATCH_ENABLED`] on a ConfigMap or Secret, a change reconciles those who refer to it.
pub const WATCH_LABEL: &str = "reconcile.fluxcd.io/watch";
/// The value of [`WATCH_LABEL`].
pub const WATCH_ENABLED: &str = "Enabled";

/// The finalizer that every controller of the toolkit sets on its objects.
pub const FINALIZER: &str = "finalizers.fluxcd.io";

/// What belongs to source-controller.
pub mod source {
    /// The name under which the controller writes to the API and sends events.
    pub const CONTROLLER: &str = "source-controller";
    /// Key of an event: the revision of the artifact.
    pub const EVENT_REVISION: &str = "source.toolkit.fluxcd.io/revision";
    /// Key of an event: the digest of the artifact.
    pub const EVENT_DIGEST: &str = "source.toolkit.fluxcd.io/digest";
}

/// What belongs to kustomize-controller.
pub mod kustomize {
    /// The name under which the controller sends events, and the field manager of what it applies.
    pub const CONTROLLER: &str = "kustomize-controller";
    /// The field manager of finalizers and status of Kustomizations.
    pub const STATUS_MANAGER: &str = "gotk-kustomize-controller";

    /// Label of everything applied: the name of the Kustomization.
    pub const OWNER_NAME: &str = "kustomize.toolkit.fluxcd.io/name";
    /// Label of everything applied: the namespace of the Kustomization.
    pub const OWNER_NAMESPACE: &str = "kustomize.toolkit.fluxcd.io/namespace";

    /// Key of an event: the revision of the source.
    pub const EVENT_REVISION: &str = "kustomize.toolkit.fluxcd.io/revision";
    /// Key of an event: the revision of what the source was made from.
    pub const EVENT_ORIGIN_REVISION: &str = "kustomize.toolkit.fluxcd.io/originRevision";
    /// Key of an event: `update` asks that the commit's status be updated even if it was before.
    pub const EVENT_COMMIT_STATUS: &str = "kustomize.toolkit.fluxcd.io/commit_status";

    /// Label or annotation: [`DISABLED`] leaves the object alone, whether to apply or to delete it.
    pub const RECONCILE: &str = "kustomize.toolkit.fluxcd.io/reconcile";
    /// Label or annotation: `Override`, `Merge`, `IfNotPresent` or `Ignore`.
    pub const SERVER_SIDE_APPLY: &str = "kustomize.toolkit.fluxcd.io/ssa";
    /// Label or annotation: [`ENABLED`] recreates the object when a change of it is refused.
    pub const FORCE: &str = "kustomize.toolkit.fluxcd.io/force";
    /// Label or annotation: [`DISABLED`] keeps the object when it would be pruned.
    pub const PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
    /// Label or annotation: [`DISABLED`] keeps the object's text from substitution. On the toolkit's CRDs as well.
    pub const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";
    /// Annotation: [`DISABLED`] keeps the object from decryption.
    pub const DECRYPT: &str = "kustomize.toolkit.fluxcd.io/decrypt";

    /// The value that switches on.
    pub const ENABLED: &str = "enabled";
    /// The value that switches off.
    pub const DISABLED: &str = "disabled";
}

/// What belongs to helm-controller.
pub mod helm {
    /// The name under which the controller writes to the API and sends events.
    pub const CONTROLLER: &str = "helm-controller";

    /// Label of everything released, and of the HelmChart: the name of the HelmRelease.
    pub const OWNER_NAME: &str = "helm.toolkit.fluxcd.io/name";
    /// Label of everything released, and of the HelmChart: the namespace of the HelmRelease.
    pub const OWNER_NAMESPACE: &str = "helm.toolkit.fluxcd.io/namespace";

    /// Key of an event: the version of the chart.
    pub const EVENT_REVISION: &str = "helm.toolkit.fluxcd.io/revision";
    /// Key of an event: the digest of the values.
    pub const EVENT_TOKEN: &str = "helm.toolkit.fluxcd.io/token";
    /// Key of an event: the version of what the chart holds.
    pub const EVENT_APP_VERSION: &str = "helm.toolkit.fluxcd.io/app-version";
    /// Key of an event: the digest of the OCI artifact.
    pub const EVENT_OCI_DIGEST: &str = "helm.toolkit.fluxcd.io/oci-digest";

    /// Label or annotation: `disabled` keeps the object out of drift detection.
    pub const DRIFT_DETECTION: &str = "helm.toolkit.fluxcd.io/driftDetection";
}
