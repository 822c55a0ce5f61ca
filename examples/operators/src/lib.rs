//! What the operators of this package share: each brings the definition of its own kind with it.

#![expect(clippy::print_stderr, reason = "an operator tells what failed")]

use std::error::Error;

use anyhow::{Context as _, Result};
use futures::future::{Ready, ready};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::runtime::{conditions::is_crd_established, wait::await_condition};
use kube::{Api, Client, CustomResourceExt};
use schemars::{Schema, SchemaGenerator, json_schema};

/// Brings the definition of a kind to the cluster, as `manager`, and waits until the kind is served.
///
/// # Errors
/// The API server refuses it.
pub async fn define<K: CustomResourceExt>(client: &Client, manager: &str) -> Result<()> {
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    let name = K::crd_name();
    definitions
        .patch(
            name,
            &PatchParams::apply(manager).force(),
            &Patch::Apply(K::crd()),
        )
        .await
        .with_context(|| format!("defining {name}"))?;
    await_condition(definitions, name, is_crd_established())
        .await
        .with_context(|| format!("waiting for {name}"))?;
    Ok(())
}

/// Why a reconcile failed: kube asks for an error type, which `anyhow::Error` is not.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct Failure(#[from] anyhow::Error);

/// Tells what failed, for the end of a controller's stream.
pub fn tell<T>(outcome: Result<T, impl Error>) -> Ready<()> {
    if let Err(error) = outcome {
        eprintln!("{error}");
    }
    ready(())
}

/// The schema of a field that only its operator reads.
pub fn any(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
}
