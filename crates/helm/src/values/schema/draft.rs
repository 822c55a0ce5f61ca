//! Drafts of JSON Schema.

use serde_json::Value as Json;

/// A draft, in the order of their making.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    Year2019,
    Year2020,
}

impl Draft {
    /// The draft that a schema names; the newest, where it names none.
    pub(super) fn of(schema: &Json) -> Self {
        let name = schema
            .get("$schema")
            .and_then(Json::as_str)
            .unwrap_or_default();
        [
            ("draft-04", Self::Four),
            ("draft-06", Self::Six),
            ("draft-07", Self::Seven),
            ("2019-09", Self::Year2019),
        ]
        .into_iter()
        .find_map(|(mark, draft)| name.contains(mark).then_some(draft))
        .unwrap_or(Self::Year2020)
    }
}
