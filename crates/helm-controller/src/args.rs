//! The flags of this controller, with the names and defaults of the reference. What nothing here
//! answers to yet is accepted at its default only.

use std::time::Duration;

use clap::{ArgAction, Parser};
use rheostat_artifact::digest::Algorithm;
use rheostat_runtime::args::{
    Gate, GateError, Gates, RuntimeArgs, TokenCacheArgs, Unsupported, duration, variable,
};

/// The gate that lets templates resolve names in the DNS.
pub const ALLOW_DNS: &str = "AllowDNSLookups";
/// The gate that makes trying again the answer to a failure where no strategy is named.
pub const RETRY_BY_DEFAULT: &str = "DefaultToRetryOnFailure";
/// The gate that keeps the digest of an artifact out of the version of its chart.
pub const NO_DIGEST_IN_VERSION: &str = "DisableChartDigestTracking";
/// The gate that leaves changes of values to the interval.
pub const NO_CONFIG_WATCHERS: &str = "DisableConfigWatchers";
/// The gate that brings back the defaults of Helm 3.
pub const HELM3_DEFAULTS: &str = "UseHelm3Defaults";

/// The command line.
#[derive(Debug, Parser)]
pub struct Args {
    /// Flags that every controller has.
    #[command(flatten)]
    pub runtime: RuntimeArgs,
    /// How releases are made.
    #[command(flatten)]
    pub release: ReleaseArgs,
    /// Flags that must stay at their defaults.
    #[command(flatten)]
    pub unsupported: UnsupportedArgs,
}

/// How releases are made.
#[derive(Debug, clap::Args)]
pub struct ReleaseArgs {
    /// The maximum number of retries when failing to fetch artifacts over HTTP.
    #[arg(long, default_value = "9")]
    pub http_retry: u32,
    /// Default service account used for impersonation.
    #[arg(long, default_value = "")]
    pub default_service_account: String,
    /// Disallow references to sources in other namespaces.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub no_cross_namespace_refs: bool,
    /// The algorithm of the digests in status: sha256, sha384 or sha512.
    #[arg(long, default_value = "sha256", value_parser = algorithm)]
    pub snapshot_digest_algo: Algorithm,
}

/// Flags that the reference has and that nothing here answers to yet.
#[derive(Debug, clap::Args)]
pub struct UnsupportedArgs {
    /// Tokens of cloud identities.
    #[command(flatten)]
    pub token_cache: TokenCacheArgs,
    /// What watches memory.
    #[command(flatten)]
    pub memory: MemoryArgs,
    /// The time that fetching an artifact may take.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub http_timeout: Duration,
    /// Default service account used for kubeconfig.
    #[arg(long, default_value = "")]
    pub default_kubeconfig_service_account: String,
    /// Field manager disallowed to perform changes on managed resources; may be repeated.
    #[arg(long)]
    pub override_manager: Vec<String>,
    /// The time that stopping may take. Here it is what Kubernetes grants by default.
    #[arg(long, default_value = "600s", value_parser = duration)]
    pub graceful_shutdown_timeout: Duration,
    /// Allow exec plugins in kubeconfigs.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub insecure_kubeconfig_exec: bool,
    /// Allow kubeconfigs that skip the check of certificates.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub insecure_kubeconfig_tls: bool,
}

/// What watches memory where the gate `OOMWatch` is on, which it cannot be here.
#[derive(Debug, clap::Args)]
pub struct MemoryArgs {
    /// The memory threshold in percentage at which the controller stops.
    #[arg(long, default_value = "95")]
    pub oom_watch_memory_threshold: u8,
    /// The interval at which memory is looked at.
    #[arg(long, default_value = "500ms", value_parser = duration)]
    pub oom_watch_interval: Duration,
    /// The file with the limit of memory.
    #[arg(long, default_value = "")]
    pub oom_watch_max_memory_path: String,
    /// The file with the memory in use.
    #[arg(long, default_value = "")]
    pub oom_watch_current_memory_path: String,
}

/// The gates that the reference knows.
const GATES: &[Gate] = &[
    gate("AdditiveCELDependencyCheck", false),
    gate("AdoptLegacyReleases", false),
    gate(ALLOW_DNS, true),
    gate("CacheSecretsAndConfigMaps", false),
    gate("CancelHealthCheckOnNewRevision", false),
    gate("CorrectDrift", false),
    gate(RETRY_BY_DEFAULT, true),
    gate("DetectDrift", false),
    gate("DirectSourceFetch", false),
    gate(NO_DIGEST_IN_VERSION, true),
    gate(NO_CONFIG_WATCHERS, true),
    gate("ExternalArtifact", false),
    gate("ObjectLevelWorkloadIdentity", false),
    gate("OOMWatch", false),
    gate(HELM3_DEFAULTS, true),
];

/// All of them are off by default.
const fn gate(name: &'static str, is_supported: bool) -> Gate {
    Gate {
        name,
        default: false,
        is_supported,
    }
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    text.parse()
        .map_err(|error: rheostat_artifact::digest::DigestError| error.to_string())
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
        let memory = &flags.memory;
        let mut defaults = vec![
            (
                "--default-kubeconfig-service-account",
                flags.default_kubeconfig_service_account.is_empty(),
            ),
            (
                "--insecure-kubeconfig-exec",
                !flags.insecure_kubeconfig_exec,
            ),
            ("--insecure-kubeconfig-tls", !flags.insecure_kubeconfig_tls),
            (
                "--http-timeout",
                flags.http_timeout == Duration::from_secs(30),
            ),
            ("--override-manager", flags.override_manager.is_empty()),
            (
                "--graceful-shutdown-timeout",
                flags.graceful_shutdown_timeout == Duration::from_mins(10),
            ),
            (
                "--oom-watch-memory-threshold",
                memory.oom_watch_memory_threshold == 95,
            ),
            (
                "--oom-watch-interval",
                memory.oom_watch_interval == Duration::from_millis(500),
            ),
            (
                "--oom-watch-max-memory-path",
                memory.oom_watch_max_memory_path.is_empty(),
            ),
            (
                "--oom-watch-current-memory-path",
                memory.oom_watch_current_memory_path.is_empty(),
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

    /// The host and port that take the place of those in artifact URLs, for a controller that runs
    /// outside of the cluster.
    pub fn artifact_host(&self) -> Option<String> {
        variable("SOURCE_CONTROLLER_LOCALHOST")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flags: &[&str], expected: Result<(), &str>) {
        let line = ["helm-controller"].iter().chain(flags);
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
        check(&["--snapshot-digest-algo=sha512", "--http-retry=1"], Ok(()));
        check(&["--feature-gates=UseHelm3Defaults=true"], Ok(()));
        check(
            &["--override-manager=a", "--http-timeout=1s"],
            Err("not supported away from the default: --http-timeout, --override-manager"),
        );
        check(
            &["--feature-gates=OOMWatch=true"],
            Err("feature gate OOMWatch is not supported away from its default"),
        );
    }

    #[test]
    fn what_is_refused_stands_on_the_page_of_compatibility() {
        let page = include_str!("../../../docs/compatibility.md");
        let flags = Args::try_parse_from(["helm-controller"])
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
