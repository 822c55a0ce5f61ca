//! The names under which a controller acts.

/// The names of one controller. All of them are part of the wire contract: tools, RBAC rules,
/// dashboards and the counterpart that we replace know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// For example `kustomize-controller`: the source of events, the user agent and the stem of the
    /// lease's name.
    pub name: &'static str,
    /// The field manager of status and finalizer writes.
    pub field_manager: &'static str,
    /// The version that is told to servers in the user agent.
    pub version: &'static str,
    /// The default of `--concurrent`.
    pub concurrent: &'static str,
    /// Whether the environment variables `METRICS_ADDR` and `EVENTS_ADDR` stand for the flags of these
    /// names where those are unset.
    pub reads_address_variables: bool,
}
