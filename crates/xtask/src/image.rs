//! `cargo xtask image`: an OCI image of each controller, made without a daemon.
//!
//! An image has two layers over nothing: what every program expects of a root file system, and the statically linked
//! program. All times are the epoch and all owners root, so its digest depends on the program, the version and the
//! commit alone: built twice from one commit, it is the same image. How an image is built differently stands in the
//! `Dockerfile`; nothing here runs a container.

mod layer;
mod layout;
mod program;
mod push;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::repository;
use layer::{Entry, Layer};
use layout::{Descriptor, Layout};
use push::Remote;

/// Nobody, by number: a Pod that must not run as root is checked before a user's name could be looked up.
const USER: &str = "65534:65534";

const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// What to build and where it goes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Controllers, such as source-controller; without any, all of them.
    #[arg(value_name = "CONTROLLER")]
    controllers: Vec<String>,
    /// Where the OCI layouts go, one folder for each controller.
    #[arg(long, value_name = "DIR", default_value = "target/images")]
    output: PathBuf,
    /// The tag; the version of the workspace if there is none.
    #[arg(long)]
    tag: Option<String>,
    /// Pushes each image as PREFIX/CONTROLLER too, with the name and password that Docker's configuration has.
    #[arg(long, value_name = "PREFIX")]
    push: Option<String>,
    /// Pushes without TLS to a registry that is not on this machine.
    #[arg(long, requires = "push")]
    insecure: bool,
}

/// Builds, writes and pushes what was asked for.
///
/// # Errors
/// An unknown controller; a program that does not build; files that cannot be written; a registry that refuses them.
pub async fn run(args: &Args) -> Result<()> {
    let all = repository::controllers()?;
    for name in &args.controllers {
        if !all.contains(name) {
            bail!(
                "there is no controller {name}; there are {}",
                all.join(", ")
            );
        }
    }
    let chosen = if args.controllers.is_empty() {
        &all
    } else {
        &args.controllers
    };
    let remotes = remotes(args, chosen)?;
    let programs = program::build(chosen)?;
    let tag = args.tag.as_deref().unwrap_or(env!("CARGO_PKG_VERSION"));
    for (position, (controller, program)) in chosen.iter().zip(programs).enumerate() {
        let image = Image {
            controller,
            version: tag,
            revision: &head()?,
        };
        let directory = args.output.join(controller);
        let layout = image.assemble(&program, &directory)?;
        println!(
            "{controller}:{tag}  {}  {:.1} MiB  {}",
            layout.manifest().digest,
            mebibytes(layout.size()),
            directory.display()
        );
        if let Some(remote) = remotes.get(position) {
            let pushed = remote.push(&layout, tag).await?;
            println!(
                "pushed {}:{tag}: {} blobs sent, {} there already",
                remote.name(),
                pushed.sent,
                pushed.present
            );
        }
    }
    Ok(())
}

/// Where the images of these controllers are pushed, in the same order; nowhere unless that was asked for.
fn remotes(args: &Args, controllers: &[String]) -> Result<Vec<Remote>> {
    let Some(prefix) = &args.push else {
        return Ok(Vec::new());
    };
    let keyring = push::keyring()?;
    controllers
        .iter()
        .map(|controller| {
            let name = format!("{}/{controller}", prefix.trim_end_matches('/'));
            Remote::new(&name, args.insecure, &keyring)
        })
        .collect()
}

/// What an image says of itself.
#[derive(Debug)]
struct Image<'a> {
    controller: &'a str,
    version: &'a str,
    /// The commit that the program was built from.
    revision: &'a str,
}

impl Image<'_> {
    /// Writes the image with this program as an OCI layout into a directory, in place of what is there.
    ///
    /// # Errors
    /// The program cannot be read; the directory cannot be written.
    fn assemble(&self, program: &Path, directory: &Path) -> Result<Layout> {
        let bytes =
            std::fs::read(program).with_context(|| format!("reading {}", program.display()))?;
        let path = format!("usr/local/bin/{}", self.controller);
        let layers = [
            Layer::new(&layer::root_file_system())?,
            Layer::new(&[Entry::program(&path, &bytes)])?,
        ];
        let mut layout = Layout::create(directory)?;
        let mut descriptors = Vec::new();
        for layer in &layers {
            descriptors.push(layout.add(LAYER_TYPE, &layer.compressed)?);
        }
        let config = layout.add(CONFIG_TYPE, &serde_json::to_vec(&self.config(&layers))?)?;
        let manifest = self.manifest(&config, &descriptors);
        layout.finish(&serde_json::to_vec(&manifest)?, self.version)?;
        Ok(layout)
    }

    fn config(&self, layers: &[Layer]) -> Value {
        let diff_ids: Vec<&str> = layers.iter().map(|layer| layer.diff_id.as_str()).collect();
        json!({
            "architecture": program::architecture(),
            "os": "linux",
            "config": {
                "User": USER,
                "Env": ["PATH=/usr/local/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
                "Entrypoint": [format!("/usr/local/bin/{}", self.controller)],
                "WorkingDir": "/",
                "Labels": self.labels(),
            },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        })
    }

    fn manifest(&self, config: &Descriptor, layers: &[Descriptor]) -> Value {
        json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": config.to_json(),
            "layers": layers.iter().map(Descriptor::to_json).collect::<Vec<_>>(),
            "annotations": self.labels(),
        })
    }

    /// Keys of the OCI image specification's annotations.
    fn labels(&self) -> Value {
        json!({
            "org.opencontainers.image.title": self.controller,
            "org.opencontainers.image.description": format!("The {} of Rheostat", self.controller),
            "org.opencontainers.image.licenses": "Apache-2.0",
            "org.opencontainers.image.version": self.version,
            "org.opencontainers.image.revision": self.revision,
        })
    }
}

/// The commit that is checked out, marked when files differ from it.
fn head() -> Result<String> {
    let git = |arguments: &[&str]| -> Result<String> {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(repository::root())
            .output()
            .context("running git")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Ok(if changed.is_empty() {
        commit
    } else {
        format!("{commit}-dirty")
    })
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests;
