//! The flags that all controllers share, with the names and defaults of the reference.
//!
//! They read as Go's pflag reads them: `--flag`, `--flag=false`, `--name value`, the last one wins. This module and
//! `main` are the only places that read the environment. Flags of one controller alone are that controller's.

mod gates;

use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, Parser, ValueEnum};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_manifest::LabelSelector;

pub use self::gates::{Gate, GateError, Gates};
use crate::{listen::ListenAddress, queue::Backoff, role::Role, shell::Settings};

/// Flags of every controller.
#[derive(Debug, Clone, Args)]
pub struct RuntimeArgs {
    /// The address the metric endpoint binds to; "0" turns it off.
    #[arg(long, default_value = ":8080")]
    pub metrics_addr: ListenAddress,
    /// The address the health endpoint binds to.
    #[arg(long, default_value = ":9440")]
    pub health_addr: ListenAddress,
    /// The address of the events receiver.
    #[arg(long, default_value = "")]
    pub events_addr: String,
    /// The number of concurrent reconciles, for each kind.
    #[arg(long, default_value = "4", value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent: u16,
    /// The interval at which failing dependencies are reevaluated.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub requeue_dependency: Duration,
    /// Percentage of jitter to apply to interval durations; 0 to 99.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u8).range(0..100))]
    pub interval_jitter_percentage: u8,
    /// The minimum amount of time for which an object being reconciled will have to wait before a retry.
    #[arg(long, default_value = "750ms", value_parser = duration)]
    pub min_retry_delay: Duration,
    /// The maximum amount of time for which an object being reconciled will have to wait before a retry.
    #[arg(long, default_value = "15m", value_parser = duration)]
    pub max_retry_delay: Duration,
    /// The maximum queries per second from this controller to an API server without flow control of its own.
    #[arg(long, default_value = "50")]
    pub kube_api_qps: f32,
    /// The maximum burst of queries to an API server without flow control of its own.
    #[arg(long, default_value = "300")]
    pub kube_api_burst: u32,
    /// Watch for objects in all namespaces; if false, only in the one in `RUNTIME_NAMESPACE`.
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub watch_all_namespaces: bool,
    /// Watch for objects with matching labels, such as `sharding.fluxcd.io/key=shard1`.
    #[arg(long, default_value = "", value_parser = label_selector)]
    pub watch_label_selector: String,
    /// Watch for Secrets and other configuration with matching labels.
    #[arg(long, default_value = "reconcile.fluxcd.io/watch=Enabled", value_parser = label_selector)]
    pub watch_configs_label_selector: String,
    /// Features to turn on or off, such as `A=true,B=false`.
    #[arg(long, default_value = "")]
    pub feature_gates: String,
    /// How the log is written.
    #[command(flatten)]
    pub log: LogArgs,
    /// Which instance acts.
    #[command(flatten)]
    pub election: ElectionArgs,
}

/// Flags of the log.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// Log encoding format.
    #[arg(long, value_enum, default_value = "json")]
    pub log_encoding: LogEncoding,
    /// Log verbosity level.
    #[arg(long, value_enum, default_value = "info")]
    pub log_level: LogLevel,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogEncoding {
    /// One JSON object.
    Json,
    /// Text for people.
    Console,
}

/// The least severe level that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names of the levels say it")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Error,
}

/// Flags of leader election.
#[derive(Debug, Clone, Args)]
pub struct ElectionArgs {
    /// Enable leader election, which makes sure that one instance acts at a time.
    #[arg(long, action = ArgAction::Set, default_value_t = false)]
    pub enable_leader_election: bool,
    /// Step down when stopping, so that the next leader need not wait for the lease to expire.
    #[arg(long, action = ArgAction::Set, default_value_t = true)]
    pub leader_election_release_on_cancel: bool,
    /// How long candidates wait before they take a lease that is not renewed.
    #[arg(long, default_value = "35s", value_parser = duration)]
    pub leader_election_lease_duration: Duration,
    /// How long the leader tries to renew the lease before it gives up.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub leader_election_renew_deadline: Duration,
    /// How long to wait between tries.
    #[arg(long, default_value = "5s", value_parser = duration)]
    pub leader_election_retry_period: Duration,
}

/// Flags of the token cache. No token is cached yet: a controller that flattens these refuses other values.
#[derive(Debug, Clone, Args)]
pub struct TokenCacheArgs {
    /// The maximum size of the cache in number of tokens.
    #[arg(long, default_value = "100")]
    pub token_cache_max_size: u32,
    /// The maximum duration a token is cached.
    #[arg(long, default_value = "1h", value_parser = duration)]
    pub token_cache_max_duration: Duration,
}

/// Flags that are known and away from their defaults, although nothing here answers to them yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not supported away from the default: {}", flags.join(", "))]
pub struct Unsupported {
    /// The flags, with their dashes.
    pub flags: Vec<String>,
}

impl Unsupported {
    /// Refuses those of `flags` that are not at their default.
    ///
    /// # Errors
    /// All of them at once, so that nobody has to learn of them one by one.
    pub fn check(flags: &[(&str, bool)]) -> Result<(), Self> {
        let flags: Vec<String> = flags
            .iter()
            .filter(|(_, is_default)| !is_default)
            .map(|(flag, _)| (*flag).to_owned())
            .collect();
        if flags.is_empty() {
            Ok(())
        } else {
            Err(Self { flags })
        }
    }
}

impl TokenCacheArgs {
    /// Each flag, and whether it is at its default, for [`Unsupported::check`].
    pub fn defaults(&self) -> [(&'static str, bool); 2] {
        [
            ("--token-cache-max-size", self.token_cache_max_size == 100),
            (
                "--token-cache-max-duration",
                self.token_cache_max_duration == Duration::from_hours(1),
            ),
        ]
    }
}

impl RuntimeArgs {
    /// What the flags and the environment decide.
    ///
    /// # Errors
    /// Where only one namespace is to be watched and `RUNTIME_NAMESPACE` does not say which.
    pub fn settings(&self) -> Result<Settings, NoNamespace> {
        let runtime_namespace = variable("RUNTIME_NAMESPACE").unwrap_or_default();
        if !self.watch_all_namespaces && runtime_namespace.is_empty() {
            return Err(NoNamespace);
        }
        Ok(Settings {
            concurrent: usize::from(self.concurrent),
            requeue_dependency: self.requeue_dependency,
            jitter_percentage: self.interval_jitter_percentage,
            backoff: Backoff {
                min: self.min_retry_delay,
                max: self.max_retry_delay,
            },
            namespace: (!self.watch_all_namespaces).then(|| runtime_namespace.clone()),
            label_selector: self.watch_label_selector.clone(),
            runtime_namespace,
        })
    }
}

/// `--watch-all-namespaces=false` without `RUNTIME_NAMESPACE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("--watch-all-namespaces=false needs the environment variable RUNTIME_NAMESPACE")]
pub struct NoNamespace;

/// Reads the command line of a controller.
///
/// # Errors
/// A message for the terminal, or the help that was asked for.
pub fn parse<A: Parser>(role: Role) -> Result<A, clap::Error> {
    parse_from(role, std::env::args_os())
}

fn parse_from<A: Parser>(
    role: Role,
    line: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>,
) -> Result<A, clap::Error> {
    let command = <A as CommandFactory>::command()
        .name(role.name)
        .version(role.version)
        .args_override_self(true)
        .mut_arg("concurrent", |arg| arg.default_value(role.concurrent))
        .mut_args(|arg| {
            let is_bool = arg.get_value_parser().type_id() == std::any::TypeId::of::<bool>();
            let is_switch = is_bool && matches!(arg.get_action(), ArgAction::Set);
            if is_switch {
                arg.num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true")
                    .value_parser(boolean)
            } else {
                arg
            }
        });
    let command = if role.reads_address_variables {
        command
            .mut_arg("metrics_addr", |arg| arg.env("METRICS_ADDR"))
            .mut_arg("events_addr", |arg| arg.env("EVENTS_ADDR"))
    } else {
        command
    };
    A::from_arg_matches(&command.try_get_matches_from(line)?)
}

/// A duration as Go writes it, not negative.
///
/// # Errors
/// What is wrong with it.
pub fn duration(text: &str) -> Result<Duration, String> {
    let parsed: GoDuration = text.parse().map_err(|error| format!("{error}"))?;
    if parsed < GoDuration::ZERO {
        Err("a negative duration".to_owned())
    } else {
        Ok(parsed.to_std())
    }
}

/// A label selector; it goes to the server as it stands.
fn label_selector(text: &str) -> Result<String, String> {
    let parsed = LabelSelector::parse(text);
    parsed
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

/// An environment variable, if it is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the module that reads the environment"
    )]
    let value = std::env::var(name);
    value.ok().filter(|value| !value.is_empty())
}

/// What Go's `strconv.ParseBool` accepts.
fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("neither true nor false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: Role = Role {
        name: "source-controller",
        field_manager: "source-controller",
        version: "0.0.0",
        concurrent: "2",
        reads_address_variables: false,
    };

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        runtime: RuntimeArgs,
    }

    fn parsed(line: &[&str]) -> Result<RuntimeArgs, String> {
        parse_from::<Line>(ROLE, [&["source-controller"], line].concat())
            .map(|line| line.runtime)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let args = parsed(&[]).expect("no flag is needed");
        assert_eq!(args.concurrent, 2, "the role's own default");
        assert_eq!(args.min_retry_delay, Duration::from_millis(750));
        assert_eq!(
            args.election.leader_election_lease_duration,
            Duration::from_secs(35)
        );
        assert!(args.watch_all_namespaces && !args.election.enable_leader_election);
    }

    #[test]
    fn switches_read_as_in_go() {
        for (flag, expected) in [
            ("--watch-all-namespaces", true),
            ("--watch-all-namespaces=false", false),
            ("--watch-all-namespaces=0", false),
            ("--watch-all-namespaces=T", true),
        ] {
            assert_eq!(
                parsed(&[flag]).map(|args| args.watch_all_namespaces),
                Ok(expected),
                "{flag}"
            );
        }
        assert!(parsed(&["--watch-all-namespaces=perhaps"]).is_err());
        assert!(
            parsed(&["--watch-all-namespaces", "false"]).is_err(),
            "Go takes `false` for an argument of its own"
        );
    }

    #[test]
    fn the_last_flag_wins_and_bad_values_name_theirs() {
        let args = parsed(&["--log-level=debug", "--log-level", "error"])
            .expect("a repeated flag is fine");
        assert_eq!(args.log.log_level, LogLevel::Error);
        for bad in [
            "--interval-jitter-percentage=100",
            "--min-retry-delay=5",
            "--concurrent=0",
            "--no-such-flag",
            "--watch-label-selector=a in b",
        ] {
            let (name, _) = bad.split_once('=').unwrap_or((bad, ""));
            assert!(
                parsed(&[bad]).is_err_and(|message| message.contains(name)),
                "{bad}"
            );
        }
    }

    #[test]
    fn what_is_not_supported_is_named_all_at_once() {
        assert_eq!(Unsupported::check(&[("--a", true)]), Ok(()));
        let refused = Unsupported::check(&[("--a", false), ("--b", true), ("--c", false)]);
        assert_eq!(
            refused.map_err(|error| error.to_string()),
            Err("not supported away from the default: --a, --c".to_owned())
        );
    }
}
