//! What a user sees when the built controllers run: one file for each behaviour.

mod charts;
mod crash;
mod failure;
mod flux_cli;
mod follow;
mod helm;
mod registry;
mod suspend;
