//! One owner with its namespace on the shared control plane.

use std::collections::BTreeSet;
use std::time::Duration;

use kube::Client;
use rheostat_apply::{
    Applied, Applier, ApplyOptions, ChangeLog, Inventory, Ledger, Object, Owner, Policy, Pruner,
    Switches, Takeover, normalize, stages, wait,
};
use rheostat_cluster::{Cluster, Limits};
use rheostat_testing::{ControlPlane, manifest};
use serde_json::{Value, json};
use tokio::time::Instant;

/// How long an object may take to go on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The prefix of labels and switches.
pub(crate) const GROUP: &str = "test.rheostat.dev";

/// The field manager.
pub(crate) const MANAGER: &str = "test-controller";

/// An owner, what it knows, and how it applies.
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) ledger: Ledger,
    pub(crate) is_forced: bool,
    owner: Owner,
    policy: Policy,
}

impl World {
    pub(crate) async fn new(name: &str) -> Self {
        let plane = ControlPlane::shared().await.expect("a control plane");
        let client = plane.client().await.expect("a client");
        let namespace = plane.namespace(name).await.expect("a namespace");
        let switches = Switches {
            group: GROUP.to_owned(),
        };
        Self {
            cluster: Cluster::new(client.clone(), Limits::default()),
            client,
            ledger: Ledger::default(),
            is_forced: false,
            owner: Owner {
                group: GROUP.to_owned(),
                name: "app".to_owned(),
                namespace: namespace.clone(),
            },
            policy: Policy {
                manager: MANAGER.to_owned(),
                takeover: Takeover {
                    managers: vec![("kubectl".to_owned(), "Update")],
                    ..Takeover::default()
                },
                switches,
                concurrency: 4,
            },
            namespace,
        }
    }

    /// A `ConfigMap` with one entry.
    pub(crate) fn config(&self, name: &str, value: &str) -> Value {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": self.namespace},
            "data": {"k": value},
        })
    }

    /// Applies as a controller does; lines of the log, or the error with the lines before it.
    pub(crate) async fn apply(&mut self, manifests: &[Value]) -> Result<Applied, String> {
        let prepared = |manifest: &Value| {
            let mut object = Object::new(manifest.clone()).expect("an object");
            self.owner.label(&mut object);
            normalize::normalize(&mut object);
            object
        };
        let objects: Vec<Object> = manifests.iter().map(prepared).collect();
        let options = ApplyOptions {
            is_health_wanted: true,
            is_forced: self.is_forced,
        };
        let engine = Applier::new(&self.cluster, &self.policy, &objects, options);
        let mut applied = Applied::default();
        for stage in stages(&objects, &BTreeSet::new()) {
            let answers = engine.ask(&stage, &self.ledger).await;
            let mut answers = answers.map_err(|error| told(&error, &applied.log))?;
            let removed = engine.make_room(&answers).await;
            let removed = removed.map_err(|error| told(&error, &applied.log))?;
            if !removed.is_empty() {
                let until = Instant::now() + PATIENCE;
                let gone = wait::until_gone(&self.cluster, &removed, until).await;
                gone.expect("what is recreated goes");
                let again = engine.ask(&stage, &self.ledger).await;
                answers = again.map_err(|error| told(&error, &applied.log))?;
            }
            let mut written = Applied::default();
            let result = engine.write(answers, &mut self.ledger, &mut written).await;
            applied.log.changes.extend(written.log.changes);
            result.map_err(|error| told(&error, &applied.log))?;
            let settled = engine.settle(stage.kind, written.subjects.clone()).await;
            settled.map_err(|error| told(&error, &applied.log))?;
            applied.subjects.extend(written.subjects);
        }
        Ok(applied)
    }

    /// As [`apply`](Self::apply), with `name action` for each object.
    pub(crate) async fn actions(&mut self, manifests: &[Value]) -> Vec<String> {
        let applied = self.apply(manifests).await.expect("objects are applied");
        actions(&applied.log)
    }

    /// Deletes as a controller does; `name action` for each object.
    pub(crate) async fn prune(&self, inventory: &Inventory) -> Vec<String> {
        let pruner = Pruner {
            cluster: &self.cluster,
            owner: &self.owner,
            switches: &self.policy.switches,
        };
        let gone = pruner.prune(inventory).await;
        assert_eq!(gone.errors(), "");
        actions(&gone.log)
    }

    /// The object as it is.
    pub(crate) async fn live(&self, kind: &str, name: &str) -> Option<Value> {
        let api_version = if kind == "Deployment" {
            "apps/v1"
        } else {
            "v1"
        };
        let wanted = json!({
            "apiVersion": api_version, "kind": kind,
            "metadata": {"name": name, "namespace": self.namespace},
        });
        let api = manifest::api_of(&self.client, &wanted)
            .await
            .expect("the kind is served");
        let found = api.get_opt(name).await.expect("the server answers");
        found.map(|object| serde_json::to_value(object).expect("an object is JSON"))
    }

    /// Changes an object by a merge patch, as somebody else.
    pub(crate) async fn edit(&self, name: &str, manager: &str, patch: &Value) {
        use kube::api::{Patch, PatchParams};
        let api = manifest::api_of(&self.client, &self.config(name, ""))
            .await
            .expect("served");
        let params = PatchParams {
            field_manager: Some(manager.to_owned()),
            ..PatchParams::default()
        };
        api.patch(name, &params, &Patch::Merge(patch))
            .await
            .expect("the edit is taken");
    }
}

/// Who owns which fields of `data`, as `manager: fields`.
pub(crate) fn owners(object: &Value) -> Vec<String> {
    let entries = object["metadata"]["managedFields"]
        .as_array()
        .expect("managed fields");
    let mut owners: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let data = entry["fieldsV1"]["f:data"].as_object()?;
            let fields: Vec<&str> = data
                .keys()
                .filter_map(|key| key.strip_prefix("f:"))
                .collect();
            Some(format!(
                "{}: {}",
                entry["manager"].as_str()?,
                fields.join(" ")
            ))
        })
        .collect();
    owners.sort();
    owners
}

fn actions(log: &ChangeLog) -> Vec<String> {
    let line =
        |change: &rheostat_apply::Change| format!("{} {}", change.entry.id.name, change.action);
    log.changes.iter().map(line).collect()
}

fn told(error: &rheostat_apply::ApplyError, log: &ChangeLog) -> String {
    format!("{error}\n{}", actions(log).join("\n"))
}
