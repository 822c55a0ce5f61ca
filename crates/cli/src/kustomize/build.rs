//! `rheostat kustomize build`.

use anyhow::{anyhow, bail};
use clap::{Args, ValueEnum};
use rheostat_kustomize::build::{Options, Order, Request, Start, Step, step};
use rheostat_kustomize::loader::LoadRestrictions;
use rheostat_kustomize::remote::Answers;
use rheostat_kustomize::repo_spec::RepoSpec;

use super::charts::ChartDefaults;
use super::output;
use super::remote::Fetcher;
use crate::Environment;
use crate::disk::Disk;

/// Build a kustomization target from a directory or URL.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of kustomize's"
)]
pub(crate) struct Build {
    /// Directory with a kustomization file, or URL of a git repository with
    /// the path of one.
    #[arg(default_value = ".", value_name = "DIR")]
    directory: String,

    /// If specified, write output to this path.
    #[arg(short, long, value_name = "PATH")]
    output: Option<String>,

    /// Whether local kustomizations may load files from outside their root.
    #[arg(long, value_enum, default_value_t = LoadRestrictor::RootOnly)]
    load_restrictor: LoadRestrictor,

    /// Order of the result (deprecated: use `sortOptions`).
    #[arg(long, value_enum, hide = true)]
    reorder: Option<Reorder>,

    /// Add the label app.kubernetes.io/managed-by (deprecated: use
    /// `buildMetadata`).
    #[arg(long, hide = true)]
    enable_managedby_label: bool,

    /// Enable use of the Helm chart inflator generator.
    #[arg(long)]
    enable_helm: bool,

    /// Kubernetes version used by Helm for Capabilities.KubeVersion.
    #[arg(long, value_name = "VERSION", default_value = "")]
    helm_kube_version: String,

    /// Kubernetes api versions used by Helm for Capabilities.APIVersions.
    #[arg(long, value_name = "VERSION")]
    helm_api_versions: Vec<String>,

    /// Refused: charts are rendered by this program.
    #[arg(long, value_name = "PROGRAM")]
    helm_command: Option<String>,

    /// Refused: charts are rendered by this program.
    #[arg(long)]
    helm_debug: bool,

    /// Refused: plugins run programs.
    #[arg(long)]
    enable_alpha_plugins: bool,

    /// Refused: functions run programs.
    #[arg(long)]
    enable_exec: bool,

    /// Refused: functions run in containers.
    #[arg(long)]
    network: bool,

    /// Refused: functions run in containers.
    #[arg(long, value_name = "NAME")]
    network_name: Option<String>,

    /// Refused: functions run in containers.
    #[arg(long, value_name = "MOUNT")]
    mount: Vec<String>,

    /// Refused: functions run in containers.
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,

    /// Refused: functions run in containers.
    #[arg(long)]
    as_current_user: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LoadRestrictor {
    #[value(name = "LoadRestrictionsRootOnly")]
    RootOnly,
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reorder {
    None,
    Legacy,
}

impl Build {
    pub(super) fn run(self, environment: Environment) -> anyhow::Result<()> {
        self.refuse_programs()?;
        self.warn_of_deprecated_flags();
        let options = self.options(environment);
        let directory;
        let repository;
        let start = if let Ok(spec) = RepoSpec::parse(&self.directory) {
            repository = spec;
            Start::Repository(&repository)
        } else {
            directory = Disk::path(&self.directory)?;
            Start::Directory(&directory)
        };
        let disk = Disk::whole();
        let request = Request {
            files: &disk,
            start,
            options: &options,
        };
        let mut fetcher = Fetcher::new(ChartDefaults {
            kube_version: self.helm_kube_version.clone(),
            api_versions: self.helm_api_versions.clone(),
        });
        let mut answers = Answers::default();
        loop {
            match step(&request, &answers).map_err(|error| anyhow!(error.report()))? {
                Step::Done(built) => {
                    for warning in &built.warnings {
                        eprintln!("{warning}");
                    }
                    let written = output::write(&built, self.output.as_deref());
                    // The process ends here; to take a large build apart before takes a tenth of all its time.
                    std::mem::forget(built);
                    return written;
                }
                Step::Needs(needs) => fetcher.answer(&needs, &mut answers)?,
            }
        }
    }

    fn warn_of_deprecated_flags(&self) {
        if self.reorder.is_some() {
            eprintln!(
                "Flag --reorder has been deprecated, use the new 'sortOptions' field in \
                 kustomization.yaml instead."
            );
        }
        if self.enable_managedby_label {
            eprintln!(
                "Flag --enable-managedby-label has been deprecated, use the `managedByLabel` \
                 option in the `buildMetadata` field instead."
            );
        }
    }

    fn options(&self, environment: Environment) -> Options {
        Options {
            load_restrictions: match self.load_restrictor {
                LoadRestrictor::RootOnly => LoadRestrictions::RootOnly,
                LoadRestrictor::None => LoadRestrictions::None,
            },
            order: match self.reorder {
                Some(Reorder::None) => Order::Input,
                Some(Reorder::Legacy) | None => Order::Legacy,
            },
            enable_helm: self.enable_helm,
            add_managed_by_label: self.enable_managedby_label || environment.adds_managed_by_label,
            absolute_root: "/".to_owned(),
            ..Options::default()
        }
    }

    fn refuse_programs(&self) -> anyhow::Result<()> {
        if let Some(program) = &self.helm_command {
            bail!(
                "--helm-command {program} is not supported: rheostat renders charts itself and \
                 runs no program for them"
            );
        }
        if self.helm_debug {
            bail!(
                "--helm-debug is not supported: rheostat renders charts itself, and its errors \
                 name the template and the line"
            );
        }
        if self.enable_alpha_plugins || self.enable_exec {
            bail!(
                "external plugins disabled: plugins and exec functions run programs that a \
                 kustomization names; rheostat never does"
            );
        }
        let has_container_flags = self.network
            || self.network_name.is_some()
            || !self.mount.is_empty()
            || !self.env.is_empty()
            || self.as_current_user;
        if has_container_flags {
            bail!(
                "external plugins disabled: container functions are not run, so that their flags have no use"
            );
        }
        Ok(())
    }
}
