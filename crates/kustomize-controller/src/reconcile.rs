//! One pass over one Kustomization: observe, plan, execute; the report follows.

use std::sync::Arc;

use rheostat_api::{Artifact, ConditionType, Kustomization, KustomizationStatus, Reason};
use rheostat_kustomize::remote::Answers;
use rheostat_render::kustomization;
use rheostat_runtime::{Cause, Moment, Pass, Reconciler, Report};
use rheostat_tree::{Tree, TreePath};
use tokio::sync::Semaphore;

use crate::desired::Desired;
use crate::execute::{Execution, Means, Stop};
use crate::finalize::finalize;
use crate::inventory;
use crate::memory::{Memories, Memory};
use crate::observe::Surroundings;
use crate::outcome::{End, Facts, Halt, HaltVerdict, Outcome, Revision, Step};
use crate::plan::{self, Plan};
use crate::remote_bases::RemoteBases;
use crate::report::{progress, report};
use crate::trees::{TreeError, Trees};

/// Brings Kustomizations to the cluster.
#[derive(Debug)]
pub struct KustomizationReconciler {
    /// What passes look at.
    pub surroundings: Arc<Surroundings>,
    /// The unpacked artifacts.
    pub trees: Arc<Trees>,
    /// What is remembered between passes.
    pub memories: Arc<Memories>,
    /// What is done about bases that lie elsewhere.
    pub remote_bases: RemoteBases,
    /// How objects are applied.
    pub means: Means,
    /// Turns to build. A build keeps a core busy, so more of them at a time only take more memory.
    pub builders: Semaphore,
}

impl Reconciler for KustomizationReconciler {
    type Object = Kustomization;
    type Status = KustomizationStatus;
    type Outcome = Outcome;

    const OWNED_CONDITIONS: &'static [ConditionType] = &[
        ConditionType::Ready,
        ConditionType::Reconciling,
        ConditionType::Stalled,
        ConditionType::Healthy,
    ];

    async fn reconcile(&self, object: Arc<Kustomization>, pass: &Pass<Kustomization>) -> Outcome {
        let mut memory = self
            .memories
            .take(pass.key(), object.metadata.uid.as_deref());
        if object.is_being_deleted() {
            self.surroundings.forget(pass.key());
            let outcome = finalize(&self.means, &object, pass, &memory.unrecorded).await;
            if !matches!(outcome.end, End::Finalized) {
                self.memories.put(pass.key(), memory);
            }
            return outcome;
        }
        let mut facts = Facts::default();
        let desired = Desired::parse(&object);
        let end = if object.spec.suspend {
            End::Suspended
        } else if self.is_known(&object, &desired, pass.cause()) {
            End::Known
        } else {
            let work = Work {
                reconciler: self,
                object: &object,
                desired: &desired,
                pass,
            };
            match work.run(&mut memory, &mut facts).await {
                Ok(()) => End::Applied,
                Err(Stop::Halted(halt)) => End::Halted(halt),
                Err(Stop::Stopping) => End::Stopped,
            }
        };
        self.memories.put(pass.key(), memory);
        Outcome { facts, end }
    }

    fn report(
        &self,
        object: &Kustomization,
        outcome: &Outcome,
        moment: Moment,
    ) -> Report<KustomizationStatus> {
        report(object, outcome, moment)
    }
}

impl KustomizationReconciler {
    /// Whether a source woke the object for a revision that a pass, which had begun before, has applied.
    fn is_known(&self, object: &Kustomization, desired: &Desired, cause: &Cause) -> bool {
        let (Cause::Watch(source) | Cause::CatchUp(source)) = cause else {
            return false;
        };
        let Some(status) = &object.status else {
            return false;
        };
        let is_ready = object
            .condition(&ConditionType::Ready)
            .is_some_and(rheostat_api::Condition::is_true);
        source == &desired.source
            && is_ready
            && status.observed_generation == Some(object.generation())
            && self
                .surroundings
                .artifact(object, desired)
                .is_ok_and(|artifact| status.last_applied_revision == Some(artifact.revision))
    }
}

/// A pass at work.
struct Work<'a> {
    reconciler: &'a KustomizationReconciler,
    object: &'a Kustomization,
    desired: &'a Desired,
    pass: &'a Pass<Kustomization>,
}

impl Work<'_> {
    async fn run(&self, memory: &mut Memory, facts: &mut Facts) -> Result<(), Stop> {
        let around = &self.reconciler.surroundings;
        let artifact = around.artifact(self.object, self.desired)?; // (pure)
        facts.revision = Some(Revision {
            name: artifact.revision.clone(),
            origin: artifact.origin_revision().map(str::to_owned),
        });
        around.check_dependencies(self.desired, &artifact)?; // (pure)
        facts.step = Some(Step::Fetching);
        let (tree, root) = self.fetch(&artifact, facts).await?; // (client)
        facts.is_attempted = true;
        facts.step = Some(Step::Building);
        let before = memory.built.as_ref().map(|built| built.plan.digest.clone());
        let plan = self.plan(tree, root, memory, facts).await?; // (pure, but for remote bases)
        if matches!(self.pass.cause(), Cause::Watch(_)) && before.as_ref() == Some(&plan.digest) {
            // A commit that changed one of many is to be seen there first.
            self.pass.give_way().await.map_err(|_| Stop::Stopping)?;
        }
        facts.step = Some(Step::Applying);
        facts.digest = Some(plan.digest.clone());
        self.execute(&plan, &artifact, memory, facts).await // (client)
    }

    async fn fetch(&self, artifact: &Artifact, facts: &Facts) -> Result<(Tree, TreePath), Stop> {
        let trees = &self.reconciler.trees;
        let tree = if let Some(tree) = trees.known(artifact) {
            tree
        } else {
            // A server that is away is asked again for minutes, in which others need the worker.
            let fetch = self.pass.aside(Box::pin(trees.get(artifact)));
            let fetched = self.step(facts, fetch).await;
            let fetched = fetched.map_err(|_| Stop::Stopping)?;
            fetched.map_err(|error| self.not_fetched(&error))?
        };
        let path = self.object.spec.path.as_deref().unwrap_or_default();
        let root = kustomization::directory(&tree, path).map_err(|error| {
            Halt::failed(
                Reason::ArtifactFailed,
                error.to_string(),
                self.desired.retry,
            )
        })?;
        Ok((tree, root))
    }

    fn not_fetched(&self, error: &TreeError) -> Halt {
        if error.is_not_found() {
            let around = &self.reconciler.surroundings;
            return around.artifact_missing("Source is not ready, artifact not found");
        }
        Halt::failed(
            Reason::ArtifactFailed,
            error.to_string(),
            self.desired.retry,
        )
    }

    async fn plan(
        &self,
        tree: Tree,
        root: TreePath,
        memory: &mut Memory,
        facts: &Facts,
    ) -> Result<Arc<Plan>, Halt> {
        let request = Arc::new(plan::Request::new(self.object, self.desired, tree, root));
        let mut remote_bases = self.reconciler.remote_bases.for_a_build();
        let mut answers = Answers::default();
        let built = loop {
            let (request, last) = (Arc::clone(&request), memory.built.take());
            let work = move || {
                let step = plan::plan(&request, last, &answers);
                (step, answers)
            };
            let planning = async {
                let turn = self.reconciler.builders.acquire().await;
                let planned = tokio::task::spawn_blocking(work).await;
                drop(turn);
                planned
            };
            let planned = self.step(facts, planning).await;
            let (step, given) = planned.map_err(|panic| Halt {
                verdict: HaltVerdict::Backoff,
                ..self.not_built(panic.to_string())
            })?;
            answers = given;
            match step.map_err(|error| self.not_built(error.to_string()))? {
                plan::Step::Done(built) => break *built,
                plan::Step::Needs(needs) => {
                    let fetch = remote_bases.answer(&needs, &mut answers);
                    self.step(facts, fetch).await;
                }
            }
        };
        let plan = Arc::clone(&built.plan);
        memory.built = Some(built);
        Ok(plan)
    }

    fn not_built(&self, message: String) -> Halt {
        Halt::failed(Reason::BuildFailed, message, self.desired.retry)
    }

    async fn execute(
        &self,
        plan: &Plan,
        artifact: &Artifact,
        memory: &mut Memory,
        facts: &mut Facts,
    ) -> Result<(), Stop> {
        let execution = Execution {
            means: &self.reconciler.means,
            object: self.object,
            desired: self.desired,
            pass: self.pass,
        };
        let stored = inventory::stored(self.object).map_err(|error| {
            let message = error.to_string();
            Halt::failed(Reason::ReconciliationFailed, message, self.desired.retry)
        })?;
        if let Some(secret) = &plan.encrypted {
            let message = format!(
                "{secret} is SOPS encrypted, configuring decryption is required for this secret \
                 to be reconciled"
            );
            let retry = self.desired.retry;
            return Err(Halt::failed(Reason::ReconciliationFailed, message, retry).into());
        }
        let applied = execution
            .apply(&plan.objects(), &stored, memory, facts)
            .await?;
        let wanted = applied.log.inventory();
        let stale = stored.joined(&memory.unrecorded).without(&wanted);
        memory.ledger.retain_of(&wanted);
        facts.inventory = Some(wanted);
        execution.prune(&stale, facts).await?;
        memory.unrecorded = rheostat_apply::Inventory::default();
        let last = self.object.status.as_ref();
        let last = last.and_then(|status| status.last_applied_revision.as_deref());
        let is_new = last != Some(artifact.revision.as_str());
        let has_news = is_new && !applied.log.written().is_empty();
        execution
            .check_health(applied.subjects, has_news, facts)
            .await
    }

    /// One step, which status tells of if it takes long.
    async fn step<T>(&self, facts: &Facts, work: impl Future<Output = T>) -> T {
        let tell = || progress(self.object, facts, self.pass.now());
        self.pass.step(tell, work).await
    }
}
