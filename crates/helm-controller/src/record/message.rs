//! The words in which conditions and events tell of releases; people and programs search for them.

use rheostat_api::helm::snapshot::Snapshot;

use crate::policy::Action;

/// `namespace/name.v<revision>`.
pub fn full_name(snapshot: &Snapshot) -> String {
    let Snapshot {
        namespace,
        name,
        version,
        ..
    } = snapshot;
    format!("{namespace}/{name}.v{version}")
}

/// `name@version`.
pub fn chart(snapshot: &Snapshot) -> String {
    format!("{}@{}", snapshot.chart_name, snapshot.chart_version)
}

/// An install or an upgrade succeeded.
pub fn succeeded(action: Action, snapshot: &Snapshot) -> String {
    format!(
        "Helm {} succeeded for release {} with chart {}",
        action.name(),
        full_name(snapshot),
        chart(snapshot)
    )
}

/// Tests are about to be run.
pub fn awaiting_tests(snapshot: &Snapshot) -> String {
    format!(
        "Helm release {} with chart {} is awaiting tests",
        full_name(snapshot),
        chart(snapshot)
    )
}

/// Tests were run, `count` of them.
pub fn tested(snapshot: &Snapshot, count: usize) -> String {
    let tests = match count {
        0 => "no test hooks".to_owned(),
        1 => "1 test hook completed successfully".to_owned(),
        count => format!("{count} test hooks completed successfully"),
    };
    format!(
        "Helm test succeeded for release {} with chart {}: {tests}",
        full_name(snapshot),
        chart(snapshot)
    )
}

/// What a failure says at its end: the last things that were done.
pub fn with_log(message: &str, log: &[String]) -> String {
    if log.is_empty() {
        return message.to_owned();
    }
    format!("{message}\n\nLast Helm logs:\n\n{}", log.join("\n"))
}
