//! The helm controller: charts become releases on a cluster, and stay what they are.
//!
//! A pass over a HelmRelease first makes sure of what a release needs: the HelmChart that the spec describes
//! ([`chart_template`]), dependencies and source ([`observe`]), values ([`values`]) and the chart itself ([`charts`]). Then it
//! compares what is there with what is wanted ([`state`], pure), decides on a step ([`next`], pure), takes it ([`execute`]) and
//! writes down what came of it ([`record`], pure), until nothing is left to do ([`attempt`]). What all that means for status,
//! events and the next pass says [`report`] (pure).
//!
//! Absent on purpose: Helm's actions themselves, which are `rheostat-release`'s, and the fields that
//! [`desired::unsupported`] names, which are refused.

pub mod args;
pub mod attempt;
pub mod chart_template;
pub mod chart_version;
pub mod charts;
pub mod desired;
pub mod digests;
pub mod draft;
pub mod drift;
pub mod execute;
pub mod finalize;
pub mod history;
pub mod inventory;
pub mod metrics;
pub mod next;
pub mod observe;
pub mod outcome;
pub mod policy;
pub mod post_render;
pub mod reconcile;
pub mod record;
pub mod report;
pub mod request;
pub mod run;
pub mod state;
pub mod target;
pub mod values;
pub mod wake;
pub mod witness;
