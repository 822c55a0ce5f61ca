//! The shell against a real API server: what a controller leaves on its objects, and what happens when the server, the
//! lease or a reconcile fails.

#[path = "shell/drive.rs"]
mod drive;
#[path = "shell/fixture.rs"]
mod fixture;
#[path = "shell/lease.rs"]
mod lease;
