//! Reasons: the words by which conditions and events say why.
//!
//! They are part of the contract: dashboards, alerts and scripts match on them. Deliberately absent: messages, which
//! are for people.

use crate::wire_enum::wire_enum;

wire_enum! {
    /// Why a condition has its status, or why an event was sent.
    pub enum Reason {
        // Every kind.
        /// The operation succeeded.
        Succeeded = "Succeeded",
        /// The operation failed, without a reason of its own.
        Failed = "Failed",
        /// Work is under way.
        Progressing = "Progressing",
        /// Work failed and will be retried.
        ProgressingWithRetry = "ProgressingWithRetry",
        /// The object is suspended.
        Suspended = "Suspended",
        /// A reference crosses a namespace, or uses a kind, that the controller does not allow.
        AccessDenied = "AccessDenied",
        /// A dependency is missing, not ready or not up to date.
        DependencyNotReady = "DependencyNotReady",
        /// A CEL expression in the spec does not compile, or two of them contradict each other.
        InvalidCelExpression = "InvalidCELExpression",
        /// The spec uses a feature whose gate is off.
        FeatureGateDisabled = "FeatureGateDisabled",
        /// The spec uses a field that this controller does not support yet. Not a reason of Flux.
        NotSupported = "NotSupported",
        /// The object was reconciled.
        ReconciliationSucceeded = "ReconciliationSucceeded",
        /// Applying the desired state failed.
        ReconciliationFailed = "ReconciliationFailed",

        // Sources.
        /// The address cannot be parsed, or has a scheme that the kind does not take.
        UrlInvalid = "URLInvalid",
        /// Credentials are missing, malformed or refused.
        AuthenticationFailed = "AuthenticationFailed",
        /// A signature could not be checked.
        VerificationError = "VerificationError",
        /// A working directory could not be made.
        DirectoryCreationFailed = "DirectoryCreationFailed",
        /// A path could not be inspected.
        StatOperationFailed = "StatOperationFailed",
        /// Upstream could not be listed.
        ReadOperationFailed = "ReadOperationFailed",
        /// The lock of an artifact could not be taken.
        AcquireLockFailed = "AcquireLockFailed",
        /// A path is not where it should be.
        InvalidPath = "InvalidPath",
        /// The archive could not be written.
        ArchiveOperationFailed = "ArchiveOperationFailed",
        /// The link to the newest artifact could not be set.
        SymlinkUpdateFailed = "SymlinkUpdateFailed",
        /// Upstream has nothing new.
        ArtifactUpToDate = "ArtifactUpToDate",
        /// A stored artifact does not have the digest that its status names.
        ArtifactVerificationFailed = "ArtifactVerificationFailed",
        /// The object could not be written.
        PatchOperationFailed = "PatchOperationFailed",
        /// The provider does not fit the credentials.
        InvalidProviderConfiguration = "InvalidProviderConfiguration",
        /// An artifact was stored.
        NewArtifact = "NewArtifact",
        /// Upstream has a new revision.
        NewRevision = "NewRevision",
        /// What is included has changed.
        IncludeChange = "IncludeChange",
        /// An included source does not exist.
        NotFound = "NotFound",
        /// An included source has no artifact.
        NoArtifact = "NoArtifact",
        /// A path of an include leaves the artifact.
        IllegalPath = "IllegalPath",
        /// An include could not be copied.
        CopyFailure = "CopyFailure",
        /// Old artifacts were removed.
        GarbageCollectionSucceeded = "GarbageCollectionSucceeded",
        /// Old artifacts could not be removed.
        GarbageCollectionFailed = "GarbageCollectionFailed",

        // Git.
        /// The repository could be read.
        GitOperationSucceeded = "GitOperationSucceeded",
        /// The repository could not be read.
        GitOperationFailed = "GitOperationFailed",
        /// The repository has no commits.
        EmptyGitRepository = "EmptyGitRepository",
        /// The verification mode needs a tag and the reference names none.
        InvalidVerificationMode = "InvalidVerificationMode",
        /// What should be verified has no signature.
        InvalidGitObject = "InvalidGitObject",
        /// The tag's signature is not by a trusted key.
        InvalidTagSignature = "InvalidTagSignature",
        /// The commit's signature is not by a trusted key.
        InvalidCommitSignature = "InvalidCommitSignature",

        // OCI artifacts.
        /// The artifact could not be found or read.
        OciArtifactPullFailed = "OCIArtifactPullFailed",
        /// The artifact has no such layer, or the layer could not be unpacked.
        OciArtifactLayerOperationFailed = "OCIArtifactLayerOperationFailed",

        // Buckets.
        /// The bucket could not be listed, or an object of it not be read.
        BucketOperationFailed = "BucketOperationFailed",
        /// The service for temporary credentials does not fit the provider.
        InvalidStsConfiguration = "InvalidSTSConfiguration",

        // Chart repositories.
        /// The index is broken.
        IndexationFailed = "IndexationFailed",
        /// The index could not be kept in memory.
        CacheOperationFailed = "CacheOperationFailed",

        // Charts.
        /// The source of the chart does not exist, or could not be read.
        SourceUnavailable = "SourceUnavailable",
        /// The chart could not be made, for a reason that has no name of its own.
        Unknown = "Unknown",
        /// Upstream has another chart.
        NewChart = "NewChart",
        /// The source of the chart has no artifact.
        NoSourceArtifact = "NoSourceArtifact",
        /// The source of the chart is of a kind that cannot hold one.
        UnsupportedSourceKind = "UnsupportedSourceKind",
        /// There is no such chart, or no such version of it.
        InvalidChartReference = "InvalidChartReference",
        /// The chart was downloaded.
        ChartPullSucceeded = "ChartPullSucceeded",
        /// The chart could not be downloaded.
        ChartPullError = "ChartPullError",
        /// The chart was packaged.
        ChartPackageSucceeded = "ChartPackageSucceeded",
        /// The chart could not be packaged.
        ChartPackageError = "ChartPackageError",
        /// The chart's signature could not be checked.
        ChartVerificationError = "ChartVerificationError",
        /// The version in the chart's metadata could not be changed.
        MetadataPatchError = "MetadataPatchError",
        /// A values file is missing or broken.
        ValuesFilesError = "ValuesFilesError",
        /// A dependency of the chart could not be resolved.
        DependencyBuildError = "DependencyBuildError",
        /// The dependencies of the chart were resolved.
        ResolvedDependencies = "ResolvedDependencies",

        // Kustomizations.
        /// The source's artifact is missing, could not be fetched or does not have the path.
        ArtifactFailed = "ArtifactFailed",
        /// The manifests could not be built.
        BuildFailed = "BuildFailed",
        /// Stale objects could not be deleted.
        PruneFailed = "PruneFailed",
        /// The health checks failed or ran out of time.
        HealthCheckFailed = "HealthCheckFailed",
        /// The health checks were given up for a newer revision.
        HealthCheckCanceled = "HealthCheckCanceled",

        // Releases.
        /// The source of the chart has no artifact of its present state.
        SourceNotReady = "SourceNotReady",
        /// The values could not be composed.
        ValuesError = "ValuesError",
        /// The chart's version and the source's revision do not fit each other.
        ChartMutateError = "ChartMutateError",
        /// The cluster to release on cannot be addressed.
        RestClientError = "RESTClientError",
        /// The state of the release could not be determined.
        StateError = "StateError",
        /// An action failed before it changed anything.
        ReconcileError = "ReconcileError",
        /// The release was installed.
        InstallSucceeded = "InstallSucceeded",
        /// The release could not be installed.
        InstallFailed = "InstallFailed",
        /// The release was upgraded.
        UpgradeSucceeded = "UpgradeSucceeded",
        /// The release could not be upgraded.
        UpgradeFailed = "UpgradeFailed",
        /// The release was rolled back.
        RollbackSucceeded = "RollbackSucceeded",
        /// The release could not be rolled back.
        RollbackFailed = "RollbackFailed",
        /// The release was uninstalled.
        UninstallSucceeded = "UninstallSucceeded",
        /// The release could not be uninstalled.
        UninstallFailed = "UninstallFailed",
        /// The tests of the release were not run yet.
        AwaitingTests = "AwaitingTests",
        /// The tests of the release succeeded.
        TestSucceeded = "TestSucceeded",
        /// A test of the release failed.
        TestFailed = "TestFailed",
        /// Somebody else's operation on the release was left unfinished.
        PendingRelease = "PendingRelease",
        /// There is no revision to roll back to.
        MissingRollbackTarget = "MissingRollbackTarget",
        /// The release failed as often as it may.
        RetriesExceeded = "RetriesExceeded",
        /// Objects of the release are not as they were released.
        DriftDetected = "DriftDetected",
        /// Objects of the release are as they were released.
        NoDriftDetected = "NoDriftDetected",
        /// Objects of the release were brought back.
        DriftCorrected = "DriftCorrected",
        /// Objects of the release could not be brought back.
        DriftCorrectionFailed = "DriftCorrectionFailed",
        /// The HelmChart of the release was made.
        HelmChartCreated = "HelmChartCreated",
        /// The HelmChart of the release was changed.
        HelmChartConfigured = "HelmChartConfigured",
        /// The HelmChart of the release was deleted.
        HelmChartDeleted = "HelmChartDeleted",
        /// The HelmChart of the release could not be written.
        HelmChartSyncErr = "HelmChartSyncErr",
    }
}
