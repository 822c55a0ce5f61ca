//! Brings objects to a cluster and keeps account of them: staged server-side apply after a
//! dry-run of the stage, inventory, prune, order, waits.
//!
//! One apply is a short loop that the caller runs, because it has to write down what it is about
//! to create before it is created:
//!
//! 1. [`normalize`] and label the objects, and split them into [`Stage`]s;
//! 2. [`Applier::ask`] what the server would make of a stage (nothing is written);
//! 3. record the new ids; where something is to be recreated, [`Applier::make_room`] and ask again;
//!    then [`Applier::write`];
//! 4. [`Applier::settle`]: definitions and classes are waited for before what needs them.
//!
//! [`Applier::apply_all`] is that loop for those who keep nothing between two applies.
//! Then [`Pruner`] deletes what is no longer wanted and [`wait`] follows the rest until it is
//! healthy. Owner labels, field managers and switches are parameters: nothing here knows which
//! controller, or which kind, is behind them.
//!
//! Absent on purpose: rendering, status, events, retries.

mod applier;
mod change;
mod drift;
mod id;
mod inventory;
mod ledger;
pub mod normalize;
mod object;
mod order;
mod owner;
mod prune;
mod stage;
mod switches;
mod takeover;
pub mod wait;

pub use applier::{
    Answers, Applied, Applier, ApplyAllError, ApplyError, ApplyOptions, Policy, RefusalCause,
    SETTLE_TIMEOUT,
};
pub use change::{Action, Change, ChangeLog};
pub use id::{IdError, ObjectId};
pub use inventory::{Entry, Inventory};
pub use ledger::Ledger;
pub use object::{Object, ObjectError};
pub use owner::Owner;
pub use prune::{PruneFailure, Pruned, Pruner};
pub use stage::{Stage, StageKind, stages};
pub use switches::Switches;
pub use takeover::Takeover;
