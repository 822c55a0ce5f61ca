//! Coalescing: user values over parents' values over subcharts' defaults, with Helm 4.2's way with nulls.

use std::sync::Arc;

use rheostat_gotemplate::{Map, Text, Value};
use thiserror::Error;

use super::MAX_DEPTH;
use crate::chart::Chart;

/// The table that all charts share.
const GLOBAL: &[u8] = b"global";

/// Values cannot be coalesced; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CoalesceError {
    /// The value under a subchart's name is no table.
    #[error("type mismatch on {name}: {value}")]
    TypeMismatch {
        /// The subchart.
        name: String,
        /// The value, as Go's `%t` prints it.
        value: String,
    },
    /// Values nest too deeply.
    #[error("values nest too deeply")]
    TooDeep,
}

/// What nulls do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A null takes away what it stands over, and nulls of defaults vanish.
    Coalesce,
    /// Nulls are values.
    Merge,
}

/// Values for a chart and its subcharts: the user's over all defaults. Warnings are those that Helm logs.
///
/// # Errors
/// [`CoalesceError`].
pub fn coalesce(
    chart: &Chart,
    user: &Map,
    warnings: &mut Vec<String>,
) -> Result<Arc<Map>, CoalesceError> {
    whole(chart, user, Mode::Coalesce, warnings)
}

/// The same with nulls kept, as importing values wants it.
///
/// # Errors
/// [`CoalesceError`].
pub fn merge_all(
    chart: &Chart,
    user: &Map,
    warnings: &mut Vec<String>,
) -> Result<Arc<Map>, CoalesceError> {
    whole(chart, user, Mode::Merge, warnings)
}

fn whole(
    chart: &Chart,
    user: &Map,
    mode: Mode,
    warnings: &mut Vec<String>,
) -> Result<Arc<Map>, CoalesceError> {
    let target = Arc::new(user.deep_copy(MAX_DEPTH).ok_or(CoalesceError::TooDeep)?);
    let mut work = Work { mode, warnings };
    work.chart(chart, &target, "")?;
    Ok(target)
}

/// Puts what `source` has into `target` where it has nothing; nulls take away.
pub fn coalesce_tables(target: &Arc<Map>, source: &Arc<Map>, warnings: &mut Vec<String>) {
    Work {
        mode: Mode::Coalesce,
        warnings,
    }
    .tables(target, source, "", Mode::Coalesce);
}

/// The same with nulls kept.
pub fn merge_tables(target: &Arc<Map>, source: &Arc<Map>, warnings: &mut Vec<String>) {
    Work {
        mode: Mode::Merge,
        warnings,
    }
    .tables(target, source, "", Mode::Merge);
}

struct Work<'w> {
    mode: Mode,
    warnings: &'w mut Vec<String>,
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

impl Work<'_> {
    fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    fn chart(
        &mut self,
        chart: &Chart,
        target: &Arc<Map>,
        prefix: &str,
    ) -> Result<(), CoalesceError> {
        self.defaults(chart, target, prefix)?;
        let prefix = join(prefix, chart.name());
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let inner = match target.get(name.as_bytes()) {
                None => {
                    let inner = Arc::new(Map::new());
                    target.insert(name, Value::Map(Arc::clone(&inner)));
                    inner
                }
                Some(Value::Map(inner)) => inner,
                Some(other) => {
                    let text = rheostat_gocompat::fmt::sprintf(b"%t", &[other])
                        .map_err(|_| CoalesceError::TooDeep)?;
                    let value = String::from_utf8_lossy(&text).into_owned();
                    return Err(CoalesceError::TypeMismatch {
                        name: name.to_owned(),
                        value,
                    });
                }
            };
            self.globals(&inner, target, &prefix);
            self.chart(subchart, &inner, &prefix)?;
        }
        Ok(())
    }

    /// Copies the parent's globals down; the parent's scalars win, tables are merged from the top.
    fn globals(&mut self, target: &Arc<Map>, source: &Arc<Map>, prefix: &str) {
        let mut tables = [target, source]
            .into_iter()
            .map(|map| match map.get(GLOBAL) {
                None => Ok(Arc::new(Map::new())),
                Some(Value::Map(table)) => Ok(table),
                Some(_) => Err(()),
            });
        let (target_table, source_table) = (tables.next(), tables.next());
        let (Some(Ok(target_table)), Some(Ok(source_table))) = (target_table.clone(), source_table)
        else {
            let side = if matches!(target_table, Some(Err(()))) {
                "destination"
            } else {
                "source"
            };
            self.warn(format!(
                "warning: skipping globals because {side} global is not a table."
            ));
            return;
        };
        for (key, value) in source_table.entries() {
            let present = target_table.get(&key);
            let Value::Map(table) = &value else {
                if matches!(present, Some(Value::Map(_))) {
                    self.warn(format!("key {key} is table. Skipping"));
                } else {
                    target_table.insert(key, value);
                }
                continue;
            };
            let copy: Arc<Map> = Arc::new(table.entries().into_iter().collect());
            match present {
                None => target_table.insert(key, Value::Map(copy)),
                Some(Value::Map(present)) => {
                    self.tables(&copy, &present, &join(prefix, &key.to_str()), Mode::Merge);
                    target_table.insert(key, Value::Map(copy));
                }
                Some(_) => self.warn(format!(
                    "Conflict: cannot merge map onto non-map for \"{key}\". Skipping."
                )),
            }
        }
        target.insert(GLOBAL, Value::Map(target_table));
    }

    /// Puts a chart's own defaults below what is there.
    fn defaults(
        &mut self,
        chart: &Chart,
        target: &Arc<Map>,
        prefix: &str,
    ) -> Result<(), CoalesceError> {
        let prefix = join(prefix, chart.name());
        let defaults = chart
            .values
            .deep_copy(MAX_DEPTH)
            .ok_or(CoalesceError::TooDeep)?;
        for (key, value) in defaults.entries() {
            match target.get(&key) {
                None => self.add_default(target, key, value),
                Some(Value::Nil) if self.mode == Mode::Coalesce => {
                    target.remove(&key);
                }
                Some(Value::Map(present)) => match value {
                    Value::Map(table) => {
                        let is_subchart = chart
                            .dependencies
                            .iter()
                            .any(|subchart| subchart.name().as_bytes() == &*key);
                        let mode = if is_subchart { Mode::Merge } else { self.mode };
                        if mode == Mode::Coalesce {
                            remove_nulls(&table);
                        }
                        self.tables(&present, &table, &join(&prefix, &key.to_str()), mode);
                    }
                    Value::Nil => {}
                    _ => self.warn(format!(
                        "warning: skipped value for {prefix}.{key}: Not a table."
                    )),
                },
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn add_default(&mut self, target: &Arc<Map>, key: Text, value: Value) {
        if self.mode == Mode::Coalesce {
            match &value {
                Value::Nil => return,
                Value::Map(table) => remove_nulls(table),
                _ => {}
            }
        }
        target.insert(key, value);
    }

    fn tables(&mut self, target: &Arc<Map>, source: &Arc<Map>, prefix: &str, mode: Mode) {
        if target.is_same(source) {
            return;
        }
        let had_value = |key: &Text| source.get(key).is_some_and(|value| !value.is_nil());
        let original: Vec<Text> = source.keys().into_iter().filter(had_value).collect();
        for (key, value) in target.entries() {
            if value.is_nil() {
                source.insert(key, Value::Nil);
            }
        }
        for (key, value) in source.entries() {
            let Some(present) = target.get(&key) else {
                target.insert(key, value);
                continue;
            };
            let full_key = || join(prefix, &key.to_str());
            if mode == Mode::Coalesce && present.is_nil() && original.binary_search(&key).is_ok() {
                // The user takes away a default; a null over nothing stays.
                target.remove(&key);
                continue;
            }
            match (&value, &present) {
                (Value::Map(table), Value::Map(present)) => {
                    self.tables(present, table, &full_key(), mode);
                }
                (Value::Map(_), _) => {
                    self.warn(format!(
                        "warning: cannot overwrite table with non table for {} ({})",
                        full_key(),
                        printed(&value)
                    ));
                }
                (other, Value::Map(_)) if !other.is_nil() => self.warn(format!(
                    "warning: destination for {} is a table. Ignoring non-table value ({})",
                    full_key(),
                    printed(other)
                )),
                _ => {}
            }
        }
    }
}

fn printed(value: &Value) -> String {
    String::from_utf8_lossy(&value.to_text().unwrap_or_default()).into_owned()
}

fn remove_nulls(table: &Map) {
    for (key, value) in table.entries() {
        match value {
            Value::Nil => {
                table.remove(&key);
            }
            Value::Map(inner) => remove_nulls(&inner),
            _ => {}
        }
    }
}
