//! The flags of this controller, with the names and defaults of the
//! reference. Flags of kinds that are not there yet are accepted at their
//! defaults only.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_runtime::args::{
    Gate, GateError, Gates, RuntimeArgs, TokenCacheArgs, Unsupported, duration, variable,
};
use rheostat_runtime::listen::ListenAddress;

/// The command line.
#[derive(Debug, Parser)]
pub struct Args {
    /// Flags that every controller has.
    #[command(flatten)]
    pub runtime: RuntimeArgs,
    /// Where artifacts are kept and served.
    #[command(flatten)]
    pub storage: StorageArgs,
    /// How large things of Helm may be.
    #[command(flatten)]
    pub helm: HelmArgs,
    /// Flags that must stay at their defaults.
    #[command(flatten)]
    pub unsupported: UnsupportedArgs,
}

/// Where artifacts are kept and served.
#[derive(Debug, clap::Args)]
pub struct StorageArgs {
    /// The local storage path; it must exist.
    #[arg(long, env = "STORAGE_PATH", default_value = "/data")]
    pub storage_path: PathBuf,
    /// The address the static file server binds to.
    #[arg(long, env = "STORAGE_ADDRESS", default_value = ":9090")]
    pub storage_addr: ListenAddress,
    /// The advertised address of the static file server.
    #[arg(long, env = "STORAGE_ADV_ADDR", default_value = "")]
    pub storage_adv_addr: String,
    /// The duration of time that artifacts from previous reconciliations
    /// will be kept in storage before being garbage collected.
    #[arg(long, default_value = "1m", value_parser = duration)]
    pub artifact_retention_ttl: Duration,
    /// The maximum number of artifacts to be kept in storage after a garbage
    /// collection.
    #[arg(long, default_value_t = 2)]
    pub artifact_retention_records: usize,
    /// The algorithm to use to calculate the digest of artifacts.
    #[arg(long, default_value = "sha256")]
    pub artifact_digest_algo: Algorithm,
}

/// How large things of Helm may be.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct HelmArgs {
    /// The max allowed size in bytes of a Helm repository index file.
    #[arg(long, default_value_t = 52_428_800)]
    pub helm_index_max_size: u64,
    /// The max allowed size in bytes of a Helm chart file.
    #[arg(long, default_value_t = 10_485_760)]
    pub helm_chart_max_size: u64,
    /// The max allowed size in bytes of a file in a Helm chart.
    #[arg(long, default_value_t = 5_242_880)]
    pub helm_chart_file_max_size: u64,
}

/// Flags that the reference has and that nothing here answers to yet.
#[derive(Debug, clap::Args)]
pub struct UnsupportedArgs {
    /// Tokens of cloud identities.
    #[command(flatten)]
    pub token_cache: TokenCacheArgs,
    /// The maximum size of the cache in number of indexes.
    #[arg(long, default_value_t = 0)]
    pub helm_cache_max_size: i64,
    /// The TTL of an index in the cache.
    #[arg(long, default_value = "15m", value_parser = duration)]
    pub helm_cache_ttl: Duration,
    /// The interval at which the cache is purged.
    #[arg(long, default_value = "1m", value_parser = duration)]
    pub helm_cache_purge_interval: Duration,
    /// The list of key exchange algorithms to use for ssh connections.
    #[arg(long, value_delimiter = ',')]
    pub ssh_kex_algos: Vec<String>,
    /// The list of hostkey algorithms to use for ssh connections.
    #[arg(long, value_delimiter = ',')]
    pub ssh_hostkey_algos: Vec<String>,
    /// Default service account to use for workload identity.
    #[arg(long, default_value = "")]
    pub default_service_account: String,
}

/// The gates that the reference knows.
const GATES: &[Gate] = &[
    Gate {
        name: "CacheSecretsAndConfigMaps",
        default: false,
        is_supported: false,
    },
    Gate {
        name: "ObjectLevelWorkloadIdentity",
        default: false,
        is_supported: false,
    },
];

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
        let mut defaults = vec![
            ("--helm-cache-max-size", flags.helm_cache_max_size == 0),
            (
                "--helm-cache-ttl",
                flags.helm_cache_ttl == Duration::from_mins(15),
            ),
            (
                "--helm-cache-purge-interval",
                flags.helm_cache_purge_interval == Duration::from_mins(1),
            ),
            ("--ssh-kex-algos", flags.ssh_kex_algos.is_empty()),
            ("--ssh-hostkey-algos", flags.ssh_hostkey_algos.is_empty()),
            (
                "--default-service-account",
                flags.default_service_account.is_empty(),
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
}

impl StorageArgs {
    /// Where packs and other unfinished things lie: below `TMPDIR`, in a
    /// folder that belongs to this storage alone.
    pub fn work_folder(&self) -> PathBuf {
        let path = self.storage_path.as_os_str().as_encoded_bytes();
        let owner = Digest::of(Algorithm::Sha256, path);
        std::env::temp_dir().join(format!("source-controller-{}", &owner.hex()[..16]))
    }

    /// The address that stands in the URLs of artifacts.
    pub fn advertised_address(&self) -> String {
        if !self.storage_adv_addr.is_empty() {
            return self.storage_adv_addr.clone();
        }
        let address = self.storage_addr.to_string();
        match address.rsplit_once(':') {
            Some(("", port)) => format!("localhost:{port}"),
            Some(("0.0.0.0", port)) => {
                let host = variable("HOSTNAME").unwrap_or_else(|| "localhost".to_owned());
                format!("{host}:{port}")
            }
            _ => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(flags: &[&str]) -> Args {
        let line = [&["source-controller"], flags].concat();
        Args::try_parse_from(line).expect("flags of the table")
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        assert_eq!(parsed(&[]).check(), Ok(()));
        let refused = parsed(&["--helm-cache-max-size=1", "--ssh-kex-algos=a,b"]).check();
        assert_eq!(
            refused.map_err(|error| error.flags),
            Err(vec![
                "--helm-cache-max-size".to_owned(),
                "--ssh-kex-algos".to_owned()
            ])
        );
        assert!(parsed(&["--feature-gates=Unknown=true"]).gates().is_err());
        assert!(Args::try_parse_from(["", "--artifact-digest-algo=blake3"]).is_err());
    }

    #[test]
    fn the_advertised_address_follows_the_other_one() {
        for (flags, expected) in [
            (&[][..], "localhost:9090"),
            (&["--storage-addr=127.0.0.1:80"], "127.0.0.1:80"),
            (&["--storage-adv-addr=sc.ns.svc."], "sc.ns.svc."),
        ] {
            assert_eq!(parsed(flags).storage.advertised_address(), expected);
        }
    }

    #[test]
    fn what_is_refused_stands_on_the_page_of_compatibility() {
        let page = include_str!("../../../docs/compatibility.md");
        let flags = parsed(&[]).defaults().into_iter().map(|(flag, _)| flag);
        let gates = GATES.iter().filter(|gate| !gate.is_supported);
        for name in flags.chain(gates.map(|gate| gate.name)) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}
