//! Asking the server what it would make of a stage, and having it make it.
//!
//! A single object is asked about, too, although an apply that changes nothing costs no more than the question: which
//! objects are dirty is known from the answers alone, the ids of new ones must be recorded before they are created, and
//! the words of a refusal tell that nothing was done.

mod error;
mod question;
mod whole;
mod write;

use std::collections::HashSet;
use std::time::Duration;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use rheostat_cluster::{Cluster, MapperError, Target};
use serde_json::Value;
use tokio::time::Instant;

use crate::change::ChangeLog;
use crate::id::ObjectId;
use crate::inventory::{Entry, Inventory};
use crate::ledger::{Fingerprint, Ledger};
use crate::object::Object;
use crate::stage::{Stage, StageKind};
use crate::switches::Switches;
use crate::takeover::Takeover;
use crate::wait::{self, Subject, WaitRules};

pub use error::{ApplyError, RefusalCause};
pub use whole::ApplyAllError;

/// How long definitions and classes may take until they are in effect; the reference's fixed value.
pub const SETTLE_TIMEOUT: Duration = Duration::from_mins(1);

/// How long discovery may lag behind a definition that is established.
const DISCOVERY_LAG: Duration = Duration::from_secs(10);

/// How objects are applied.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The field manager.
    pub manager: String,
    /// Whose fields are taken over.
    pub takeover: Takeover,
    /// How objects ask to be treated otherwise.
    pub switches: Switches,
    /// Questions at a time.
    pub concurrency: usize,
}

/// What one owner asks for beyond the policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApplyOptions {
    /// Whether answers must show the whole object, because its health will be asked for.
    pub is_health_wanted: bool,
    /// Whether any object may be recreated where it cannot be changed; else only one that asks for
    /// it by a switch.
    pub is_forced: bool,
}

impl Policy {
    /// Applies as `manager`, takes over nobody's fields, and reads switches under the key prefix `group`.
    pub fn new(manager: &str, group: &str) -> Self {
        Self {
            manager: manager.to_owned(),
            takeover: Takeover::default(),
            switches: Switches {
                group: group.to_owned(),
            },
            concurrency: 4,
        }
    }
}

/// Applies the objects of one owner. Nothing is kept between two of them but the [`Ledger`].
#[derive(Debug)]
pub struct Applier<'a> {
    cluster: &'a Cluster,
    policy: &'a Policy,
    options: ApplyOptions,
    /// Kinds (group, kind) that the objects themselves define.
    defined: HashSet<(String, String)>,
}

/// What the server would make of a stage.
#[derive(Debug)]
pub struct Answers<'a> {
    answers: Vec<Answer<'a>>,
}

/// What became of a stage.
#[derive(Debug, Default)]
pub struct Applied {
    /// What became of each object.
    pub log: ChangeLog,
    /// Whom to ask for health, skipped ones apart.
    pub subjects: Vec<Subject>,
    /// As `subjects`, for the skipped ones.
    pub skipped: Vec<Subject>,
}

#[derive(Debug)]
struct Answer<'a> {
    object: &'a Object,
    target: Target,
    id: ObjectId,
    fingerprint: Fingerprint,
    verdict: Verdict,
    /// The object as the server has it, where it was asked for whole and nothing would change.
    seen: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is to be left alone.
    Skip,
    /// It is not there.
    Create,
    /// It is as wanted.
    Keep,
    /// Something would change, or the answer does not tell.
    Change,
    /// It cannot become what is wanted, and may be recreated.
    Recreate {
        /// Which incarnation is there.
        uid: Option<String>,
    },
}

impl<'a> Applier<'a> {
    /// An applier for `objects`.
    pub fn new(
        cluster: &'a Cluster,
        policy: &'a Policy,
        objects: &[Object],
        options: ApplyOptions,
    ) -> Self {
        let definitions = objects.iter().filter(|object| object.is_definition());
        let defined = definitions.filter_map(|definition| {
            let spec = &definition.value()["spec"];
            let group = spec["group"].as_str()?;
            let kind = spec["names"]["kind"].as_str()?;
            Some((group.to_owned(), kind.to_owned()))
        });
        Self {
            cluster,
            policy,
            options,
            defined: defined.collect(),
        }
    }

    /// Dry-runs a stage. Nothing is written.
    ///
    /// # Errors
    /// The first refusal, in the order of the stage.
    pub async fn ask<'o>(
        &self,
        stage: &Stage<'o>,
        ledger: &Ledger,
    ) -> Result<Answers<'o>, ApplyError> {
        let is_whole = self.options.is_health_wanted || stage.kind.is_waited_for();
        let mut questions = Vec::with_capacity(stage.objects.len());
        for &object in &stage.objects {
            questions.push(self.ask_one(object, ledger, is_whole).boxed());
        }
        let answers = stream::iter(questions)
            .buffered(self.policy.concurrency.max(1))
            .try_collect()
            .await?;
        Ok(Answers { answers })
    }

    /// Deletes what is to be recreated, and tells what that is. Once it is [gone](wait::until_gone),
    /// the stage has to be asked about again.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn make_room(&self, answers: &Answers<'_>) -> Result<Inventory, ApplyError> {
        let mut removed = Inventory::default();
        for answer in &answers.answers {
            if let Verdict::Recreate { uid } = &answer.verdict {
                self.remove(&answer.target, uid.as_deref()).await?;
                removed.entries.push(answer.entry());
            }
        }
        Ok(removed)
    }

    /// Applies what the answers say is to be applied, one after the other, in order.
    ///
    /// # Errors
    /// The first refusal; what was done before it is in `applied`, which grows in any case.
    pub async fn write(
        &self,
        answers: Answers<'_>,
        ledger: &mut Ledger,
        applied: &mut Applied,
    ) -> Result<(), ApplyError> {
        for answer in answers.answers {
            self.write_one(answer, ledger, applied).await?;
        }
        Ok(())
    }

    /// Waits until what others need is in effect; returns at once for other stages.
    ///
    /// # Errors
    /// When it is not in effect within a minute.
    pub async fn settle(&self, stage: StageKind, subjects: Vec<Subject>) -> Result<(), ApplyError> {
        if !stage.is_waited_for() {
            return Ok(());
        }
        let rules = WaitRules {
            until: Instant::now() + SETTLE_TIMEOUT,
            is_failing_fast: false,
        };
        wait::until_current(self.cluster, subjects, rules)
            .await
            .map_err(ApplyError::Settle)
    }

    async fn target(&self, object: &Object) -> Result<Target, ApplyError> {
        let deadline = Instant::now() + DISCOVERY_LAG;
        let is_defined = self
            .defined
            .contains(&(object.group().to_owned(), object.kind().to_owned()));
        let resource = loop {
            let mapper = self.cluster.mapper();
            match mapper.exact(object.api_version(), object.kind()).await {
                Ok(resource) => break resource,
                Err(MapperError::NoMatch { .. }) if is_defined && Instant::now() < deadline => {}
                Err(error) => return Err(ApplyError::refused(object, error.into())),
            }
        };
        Target::new(resource, Some(object.namespace()), object.name())
            .map_err(|error| ApplyError::refused(object, error.into()))
    }
}

impl Answers<'_> {
    /// The objects that will be written, unless they turn out to be as wanted, in order.
    pub fn to_write(&self) -> Inventory {
        let written = self.answers.iter().filter(|answer| match answer.verdict {
            Verdict::Create | Verdict::Change | Verdict::Recreate { .. } => true,
            Verdict::Skip | Verdict::Keep => false,
        });
        written.map(Answer::entry).collect()
    }
}

impl Answer<'_> {
    fn entry(&self) -> Entry {
        Entry {
            id: self.id.clone(),
            version: self.object.version().to_owned(),
        }
    }
}

fn id_of(object: &Object, target: &Target) -> ObjectId {
    ObjectId {
        namespace: target.namespace().unwrap_or_default().to_owned(),
        name: object.name().to_owned(),
        group: object.group().to_owned(),
        kind: object.kind().to_owned(),
    }
}
