//! The flags of this controller, with the names and defaults of the reference. What nothing here
//! answers to yet is accepted at its default only.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{ArgAction, Parser};
use rheostat_runtime::args::{
    Gate, GateError, Gates, RuntimeArgs, TokenCacheArgs, Unsupported, variable,
};

/// The gate that lets something new end a wait.
pub const CANCEL_HEALTH_CHECK: &str = "CancelHealthCheckOnNewRevision";
/// The gate that waits on although something has failed.
pub const DISABLE_FAIL_FAST: &str = "DisableFailFastBehavior";

/// The command line.
#[derive(Debug, Parser)]
pub struct Args {
    /// Flags that every controller has.
    #[command(flatten)]
    pub runtime: RuntimeArgs,
    /// How objects are built and applied.
    #[command(flatten)]
    pub apply: ApplyArgs,
    /// Flags that must stay at their defaults.
    #[command(flatten)]
    pub unsupported: UnsupportedArgs,
}

/// How objects are built and applied.
#[derive(Debug, clap::Args)]
pub struct ApplyArgs {
    /// The number of concurrent server-side apply operations.
    #[arg(long, default_value = "4", value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent_ssa: u16,
    /// The maximum number of retries when failing to fetch artifacts over HTTP.
    #[arg(long, default_value = "9")]
    pub http_retry: u32,
    /// Field manager disallowed to perform changes on managed resources; may be repeated.
    #[arg(long)]
    pub override_manager: Vec<String>,
    /// Kinds to apply in a stage of their own, as group/Kind, separated by commas; a kind without a
    /// group is one of the core.
    #[arg(long, value_delimiter = ',')]
    pub custom_apply_stage_kinds: Vec<String>,
    /// Disallow references to sources in other namespaces.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub no_cross_namespace_refs: bool,
    /// Disallow remote bases and remote files in kustomizations.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub no_remote_bases: bool,
}

/// Flags that the reference has and that nothing here answers to yet.
#[derive(Debug, clap::Args)]
pub struct UnsupportedArgs {
    /// Tokens of cloud identities.
    #[command(flatten)]
    pub token_cache: TokenCacheArgs,
    /// Default service account used for impersonation.
    #[arg(long, default_value = "")]
    pub default_service_account: String,
    /// Default service account used for decryption.
    #[arg(long, default_value = "")]
    pub default_decryption_service_account: String,
    /// Default service account used for kubeconfig.
    #[arg(long, default_value = "")]
    pub default_kubeconfig_service_account: String,
    /// The Secret with an age key for those who name none.
    #[arg(long, default_value = "")]
    pub sops_age_secret: String,
    /// The `ConfigMap` with the Vault instances.
    #[arg(long, default_value = "")]
    pub sops_vault_configmap: String,
    /// Allow exec plugins in kubeconfigs.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub insecure_kubeconfig_exec: bool,
    /// Allow kubeconfigs that skip the check of certificates.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub insecure_kubeconfig_tls: bool,
}

/// The gates that the reference knows.
const GATES: &[Gate] = &[
    gate("AdditiveCELDependencyCheck", false, false),
    gate("CacheSecretsAndConfigMaps", false, false),
    gate(CANCEL_HEALTH_CHECK, false, true),
    gate("DirectSourceFetch", false, false),
    gate("DisableConfigWatchers", false, false),
    gate(DISABLE_FAIL_FAST, false, true),
    gate("DisableStatusPollerCache", true, false),
    gate("ExternalArtifact", false, false),
    gate("GroupChangeLog", false, false),
    gate("MigrateAPIVersion", false, false),
    gate("ObjectLevelWorkloadIdentity", false, false),
    gate("StrictPostBuildSubstitutions", true, false),
];

const fn gate(name: &'static str, default: bool, is_supported: bool) -> Gate {
    Gate {
        name,
        default,
        is_supported,
    }
}

impl Args {
    /// Refuses what is asked for and not there.
    ///
    /// # Errors
    /// All flags in question at once.
    pub fn check(&self) -> Result<(), Unsupported> {
        Unsupported::check(&self.defaults())
    }

    /// The flags that must stay at their defaults, and whether they are.
    fn defaults(&self) -> Vec<(&'static str, bool)> {
        let flags = &self.unsupported;
        let default_configs = "reconcile.fluxcd.io/watch=Enabled";
        let mut defaults = vec![
            (
                "--default-service-account",
                flags.default_service_account.is_empty(),
            ),
            (
                "--default-decryption-service-account",
                flags.default_decryption_service_account.is_empty(),
            ),
            (
                "--default-kubeconfig-service-account",
                flags.default_kubeconfig_service_account.is_empty(),
            ),
            ("--sops-age-secret", flags.sops_age_secret.is_empty()),
            (
                "--sops-vault-configmap",
                flags.sops_vault_configmap.is_empty(),
            ),
            (
                "--insecure-kubeconfig-exec",
                !flags.insecure_kubeconfig_exec,
            ),
            ("--insecure-kubeconfig-tls", !flags.insecure_kubeconfig_tls),
            (
                "--watch-configs-label-selector",
                self.runtime.watch_configs_label_selector == default_configs,
            ),
        ];
        defaults.extend(flags.token_cache.defaults());
        defaults
    }

    /// Reads the feature gates.
    ///
    /// # Errors
    /// When one is unknown or not supported away from its default.
    pub fn gates(&self) -> Result<Gates, GateError> {
        Gates::parse(&self.runtime.feature_gates, GATES)
    }

    /// The folder for what is being fetched.
    pub fn work_folder(&self) -> PathBuf {
        std::env::temp_dir()
    }

    /// The host and port that take the place of those in artifact URLs, for a controller that runs
    /// outside of the cluster.
    pub fn artifact_host(&self) -> Option<String> {
        variable("SOURCE_CONTROLLER_LOCALHOST")
    }
}

impl ApplyArgs {
    /// The (group, kind) pairs with a stage of their own.
    pub fn stage_kinds(&self) -> BTreeSet<(String, String)> {
        let kinds = self.custom_apply_stage_kinds.iter().map(|text| text.trim());
        kinds
            .filter(|text| !text.is_empty())
            .map(|text| text.rsplit_once('/').unwrap_or(("", text)))
            .map(|(group, kind)| (group.to_owned(), kind.to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flags: &[&str], expected: Result<(), &str>) {
        let line = ["kustomize-controller"].iter().chain(flags);
        let args = Args::try_parse_from(line).unwrap();
        let found = args
            .check()
            .map_err(|error| error.to_string())
            .and_then(|()| args.gates().map_err(|error| error.to_string()));
        assert_eq!(found.map(|_| ()), expected.map_err(str::to_owned));
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        check(&[], Ok(()));
        check(&["--concurrent-ssa=8", "--override-manager=a"], Ok(()));
        check(
            &["--feature-gates=CancelHealthCheckOnNewRevision=true"],
            Ok(()),
        );
        check(
            &["--sops-age-secret=a"],
            Err("not supported away from the default: --sops-age-secret"),
        );
        check(
            &["--feature-gates=ExternalArtifact=true"],
            Err("feature gate ExternalArtifact is not supported away from its default"),
        );
    }

    #[test]
    fn stage_kinds_name_group_and_kind() {
        let flag = "--custom-apply-stage-kinds=example.com/Widget,ConfigMap";
        let args = Args::try_parse_from(["kustomize-controller", flag]).unwrap();
        let expected = [("", "ConfigMap"), ("example.com", "Widget")];
        let expected = expected.map(|(group, kind)| (group.to_owned(), kind.to_owned()));
        assert_eq!(args.apply.stage_kinds(), BTreeSet::from(expected));
    }

    #[test]
    fn what_is_refused_stands_on_the_page_of_compatibility() {
        let page = include_str!("../../../docs/compatibility.md");
        let flags = Args::try_parse_from(["kustomize-controller"])
            .unwrap()
            .defaults()
            .into_iter()
            .map(|(flag, _)| flag);
        let gates = GATES.iter().filter(|gate| !gate.is_supported);
        for name in flags.chain(gates.map(|gate| gate.name)) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}
