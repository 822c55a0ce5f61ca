//! The reference programs: their names, the versions that `tests/tools` pins, and where they are found.
//!
//! Deliberately absent: building them, which takes minutes and belongs to `cargo xtask`, never to a test.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};

/// A program that tests run for real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Program {
    /// The store of the API server.
    Etcd,
    /// The Kubernetes API server.
    KubeApiserver,
    /// The built-in controllers: garbage collection, namespaces, Deployments.
    KubeControllerManager,
    /// Binds pods to nodes; only with simulated nodes.
    KubeScheduler,
    /// The Kubernetes command line.
    Kubectl,
    /// Simulates nodes on which pods become Ready.
    Kwok,
    /// The reference of the kustomize engine.
    Kustomize,
    /// The reference of the Helm engine.
    Helm,
    /// An OCI registry.
    Registry,
}

/// A `go.mod` under `tests/tools`, and the module in it whose version the program has.
struct Pin {
    folder: &'static str,
    manifest: &'static str,
    module: &'static str,
    package: &'static str,
}

const ETCD: &str = include_str!("../../../tests/tools/etcd/go.mod");
const KUBERNETES: &str = include_str!("../../../tests/tools/kubernetes/go.mod");
const KWOK: &str = include_str!("../../../tests/tools/kwok/go.mod");
const KUSTOMIZE: &str = include_str!("../../../tests/tools/kustomize/go.mod");
const HELM: &str = include_str!("../../../tests/tools/helm/go.mod");
const REGISTRY: &str = include_str!("../../../tests/tools/registry/go.mod");

impl Program {
    /// Every program, in the order in which they are worth having.
    pub const ALL: [Self; 9] = [
        Self::Etcd,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::Kubectl,
        Self::Helm,
        Self::Kustomize,
        Self::Registry,
        Self::KubeScheduler,
        Self::Kwok,
    ];

    /// What a control plane without nodes needs.
    pub const CONTROL_PLANE: [Self; 3] =
        [Self::Etcd, Self::KubeApiserver, Self::KubeControllerManager];

    /// What simulated nodes need on top of [`Self::CONTROL_PLANE`].
    pub const NODES: [Self; 2] = [Self::KubeScheduler, Self::Kwok];

    /// The file name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubectl => "kubectl",
            Self::Kwok => "kwok",
            Self::Kustomize => "kustomize",
            Self::Helm => "helm",
            Self::Registry => "registry",
        }
    }

    /// The program of that file name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|program| program.name() == name)
    }

    /// The folder under `tests/tools` whose `go.mod` pins the program.
    pub fn module_folder(self) -> &'static str {
        self.pin().folder
    }

    /// The Go package that the program is built from.
    pub fn package(self) -> &'static str {
        self.pin().package
    }

    /// The pinned version without a leading `v`, such as `1.36.3`.
    pub fn version(self) -> &'static str {
        let pin = self.pin();
        required_version(pin.manifest, pin.module)
            .expect("tests/tools pins each program, and a test holds that")
    }

    /// Where `cargo xtask` keeps what it built.
    ///
    /// # Errors
    /// Neither `XDG_CACHE_HOME` nor `HOME` is set.
    pub fn cached_path(self) -> Result<PathBuf> {
        Ok(cache_folder()?
            .join(format!("{}-{}", self.name(), self.version()))
            .join(self.name()))
    }

    /// Looks in `KUBEBUILDER_ASSETS`, then in `PATH`, then among what was built before. The first two count only where
    /// the program's major and minor version are the pinned ones.
    ///
    /// # Errors
    /// The program is nowhere; the text names the command that builds it.
    pub fn locate(self) -> Result<PathBuf> {
        self.installed()
            .or_else(|| self.cached_path().ok().filter(|path| path.is_file()))
            .ok_or_else(|| {
                anyhow!(
                    "{} {} was not found; build it with: cargo xtask control-plane build",
                    self.name(),
                    self.version()
                )
            })
    }

    /// Like [`Self::locate`], without what was built before.
    pub fn installed(self) -> Option<PathBuf> {
        let assets = env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        assets
            .into_iter()
            .chain(env::split_paths(&path))
            .map(|folder| folder.join(self.name()))
            .find(|candidate| candidate.is_file() && self.fits(candidate))
    }

    /// Whether the program at `path` reports the pinned major and minor version.
    fn fits(self, path: &Path) -> bool {
        let arguments: &[&str] = match self {
            Self::Etcd
            | Self::KubeApiserver
            | Self::KubeControllerManager
            | Self::KubeScheduler
            | Self::Kwok
            | Self::Registry => &["--version"],
            Self::Kubectl => &["version", "--client"],
            Self::Kustomize | Self::Helm => &["version"],
        };
        let Ok(output) = Command::new(path).args(arguments).output() else {
            return false;
        };
        let report = String::from_utf8_lossy(&output.stdout);
        let found = first_version(&report);
        found.is_some() && found == first_version(self.version())
    }

    fn pin(self) -> Pin {
        match self {
            Self::Etcd => Pin {
                folder: "etcd",
                manifest: ETCD,
                module: "go.etcd.io/etcd/server/v3",
                package: "go.etcd.io/etcd/server/v3",
            },
            Self::KubeApiserver => kubernetes("k8s.io/kubernetes/cmd/kube-apiserver"),
            Self::KubeControllerManager => {
                kubernetes("k8s.io/kubernetes/cmd/kube-controller-manager")
            }
            Self::KubeScheduler => kubernetes("k8s.io/kubernetes/cmd/kube-scheduler"),
            Self::Kubectl => kubernetes("k8s.io/kubernetes/cmd/kubectl"),
            Self::Kwok => Pin {
                folder: "kwok",
                manifest: KWOK,
                module: "sigs.k8s.io/kwok",
                package: "sigs.k8s.io/kwok/cmd/kwok",
            },
            Self::Kustomize => Pin {
                folder: "kustomize",
                manifest: KUSTOMIZE,
                module: "sigs.k8s.io/kustomize/kustomize/v5",
                package: "sigs.k8s.io/kustomize/kustomize/v5",
            },
            Self::Helm => Pin {
                folder: "helm",
                manifest: HELM,
                module: "helm.sh/helm/v4",
                package: "helm.sh/helm/v4/cmd/helm",
            },
            Self::Registry => Pin {
                folder: "registry",
                manifest: REGISTRY,
                module: "github.com/distribution/distribution/v3",
                package: "github.com/distribution/distribution/v3/cmd/registry",
            },
        }
    }
}

/// The folder in which built programs are kept: `$XDG_CACHE_HOME/rheostat/tools`, else `~/.cache/rheostat/tools`.
///
/// # Errors
/// Neither variable is set.
pub fn cache_folder() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .context("locating the cache folder: neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(base.join("rheostat").join("tools"))
}

fn kubernetes(package: &'static str) -> Pin {
    Pin {
        folder: "kubernetes",
        manifest: KUBERNETES,
        module: "k8s.io/kubernetes",
        package,
    }
}

/// The version that a `go.mod` requires of a module, without the leading `v`.
fn required_version<'a>(manifest: &'a str, module: &str) -> Option<&'a str> {
    manifest.lines().find_map(|line| {
        let mut words = line
            .split_whitespace()
            .skip_while(|word| *word == "require");
        if words.next() != Some(module) {
            return None;
        }
        words.next()?.strip_prefix('v')
    })
}

/// The first `major.minor` in a text.
fn first_version(text: &str) -> Option<(u32, u32)> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .find_map(|word| {
            let mut numbers = word.split('.').map(str::parse);
            match (numbers.next(), numbers.next(), numbers.next()) {
                (Some(Ok(major)), Some(Ok(minor)), Some(Ok(_patch))) => Some((major, minor)),
                _ => None,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_pinned() {
        for program in Program::ALL {
            assert!(
                first_version(program.version()).is_some(),
                "{}: {}",
                program.name(),
                program.version()
            );
        }
    }

    #[test]
    fn versions_are_read_as_each_program_prints_them() {
        let check =
            |report: &str, expected| assert_eq!(first_version(report), expected, "{report}");
        check("etcd Version: 3.6.16\nGit SHA: 12345\n", Some((3, 6)));
        check("Kubernetes v1.36.3", Some((1, 36)));
        check(
            "Client Version: v1.32.1\nKustomize Version: v5.5.0",
            Some((1, 32)),
        );
        check("kwok version v0.7.0 go1.26.8 (linux/amd64)", Some((0, 7)));
        check(
            "version.BuildInfo{Version:\"v4.2.2\", GitCommit:\"\"}",
            Some((4, 2)),
        );
        check(
            "registry github.com/distribution/distribution/v3 v3.0.0+unknown",
            Some((3, 0)),
        );
        check("(devel)", None);
    }
}
