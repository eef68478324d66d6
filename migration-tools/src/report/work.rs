//! What a run did, read from what it said itself.
//!
//! Commands say different things, and earlier versions said less: what is not there, or is not what it
//! should be, is left out.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::engine::timeline::Timeline;

/// What is counted of a table, in the order in which it is told, with the words for it. They exclude each
/// other.
const COUNTS: [(&str, &str); 11] = [
    ("moved", "moved"),
    ("copied", "copied"),
    ("edited", "changed"),
    ("deleted", "deleted"),
    ("kept", "kept"),
    ("refused", "refused"),
    ("failed", "failed"),
    ("leftovers", "old ids left"),
    ("rolled_back", "taken back"),
    ("already", "as before already"),
    ("gone", "gone before"),
];
/// What is counted of some of these.
const OF_THESE: [(&str, &str); 2] = [
    ("merged", "brought together with others"),
    ("changed_copies", "with copies that were changed since"),
];
/// Counts that are told elsewhere.
const ASIDE: [&str; 3] = ["records", "bytes", "large"];
/// Numbers of a summary that have a place of their own.
const KNOWN: [&str; 8] =
    ["run", "users", "renamed", "passes", "calls", "read_units", "write_units", "throttles"];

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Work {
    /// Whether nothing was left to do, where the command knows that.
    pub complete: Option<bool>,
    /// Users of the id map, and those of them who get another id.
    pub users: Option<(u64, u64)>,
    /// What becomes of old records: `delete`, `keep` or `mark`.
    pub old: Option<String>,
    /// Passes over all tables.
    pub passes: Option<u64>,
    /// For each table what was done.
    pub tables: Vec<TableWork>,
    /// Tables that could not be worked on to their end.
    pub failed_tables: Vec<String>,
    /// Whether login rows were left alone because something before them failed.
    pub logins_held: bool,
    /// What was used.
    pub used: Used,
    /// What the plan said.
    pub planned: Option<Planned>,
    /// Other numbers that the command told.
    pub others: BTreeMap<String, u64>,
    /// When what was done.
    pub timeline: Option<Timeline>,
}

/// What was done to a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableWork {
    /// The table, by its key in the plan.
    pub table: String,
    /// Its name.
    pub name: String,
    /// How often what became of a record.
    pub counts: BTreeMap<String, u64>,
}

/// Calls and capacity units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Calls of AWS.
    pub calls: Option<u64>,
    /// Read units.
    pub read_units: Option<u64>,
    /// Write units.
    pub write_units: Option<u64>,
    /// Attempts that AWS throttled.
    pub throttles: Option<u64>,
}

/// What the plan said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// Read units.
    pub read_units: Option<u64>,
    /// Write units.
    pub write_units: Option<u64>,
    /// US dollars.
    pub dollars: Option<String>,
}

impl Work {
    /// Reads a summary.
    #[must_use]
    pub fn of(summary: &Value) -> Self {
        let number = |name: &str| summary.get(name).and_then(Value::as_u64);
        let list = |name: &str| summary.get(name).and_then(Value::as_array).into_iter().flatten();
        let planned = summary.get("planned").filter(|planned| planned.is_object());
        Self {
            complete: summary.get("complete").and_then(Value::as_bool),
            users: number("users").zip(number("renamed")),
            old: text(summary, "old"),
            passes: number("passes"),
            tables: tables(summary.get("tables")),
            failed_tables: list("failed_tables")
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            logins_held: summary.get("logins_held").and_then(Value::as_bool).unwrap_or_default(),
            used: Used {
                calls: number("calls"),
                read_units: number("read_units"),
                write_units: number("write_units"),
                throttles: number("throttles"),
            },
            planned: planned.map(|planned| Planned {
                read_units: planned.get("read_units").and_then(Value::as_u64),
                write_units: planned.get("write_units").and_then(Value::as_u64),
                dollars: text(planned, "dollars"),
            }),
            others: numbers(summary.as_object())
                .filter(|(name, _)| !KNOWN.contains(&name.as_str()))
                .collect(),
            timeline: summary
                .get("timeline")
                .and_then(|timeline| serde_json::from_value(timeline.clone()).ok()),
        }
    }

    /// The tables in which something was to be done.
    pub fn busy(&self) -> impl Iterator<Item = &TableWork> {
        self.tables.iter().filter(|table| !table.parts().is_empty())
    }

    /// The tables that were worked on to their end and in which there was nothing to do.
    pub fn idle(&self) -> impl Iterator<Item = &TableWork> {
        let idle = |table: &&TableWork| {
            table.parts().is_empty() && !self.failed_tables.contains(&table.table)
        };
        self.tables.iter().filter(idle)
    }

    /// How often something became of a record, in all tables.
    #[must_use]
    pub fn total(&self, name: &str) -> u64 {
        self.tables.iter().map(|table| table.count(name)).fold(0, u64::saturating_add)
    }
}

impl TableWork {
    fn of(value: &Value) -> Self {
        Self {
            table: text(value, "table").unwrap_or_default(),
            name: text(value, "name").unwrap_or_default(),
            counts: numbers(value.get("counts").and_then(Value::as_object)).collect(),
        }
    }

    /// How often something became of a record.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// What became of records, in words, without what did not happen.
    #[must_use]
    pub fn parts(&self) -> Vec<(&str, u64)> {
        let known = COUNTS.iter().map(|(name, word)| (*word, self.count(name)));
        let is_known = |name: &str| {
            COUNTS.iter().chain(&OF_THESE).any(|(known, _)| *known == name) || ASIDE.contains(&name)
        };
        let other = self.counts.iter().filter(|(name, _)| !is_known(name.as_str()));
        let other = other.map(|(name, count)| (name.as_str(), *count));
        known.chain(other).filter(|(_, count)| *count > 0).collect()
    }

    /// What is to be said of some of these records.
    #[must_use]
    pub fn of_these(&self) -> Vec<(&str, u64)> {
        let all = OF_THESE.iter().map(|(name, word)| (*word, self.count(name)));
        all.filter(|(_, count)| *count > 0).collect()
    }
}

/// A list with the names of tables in it, or counts by the names of tables.
fn tables(of: Option<&Value>) -> Vec<TableWork> {
    match of {
        Some(Value::Array(all)) => all.iter().map(TableWork::of).collect(),
        Some(Value::Object(all)) => {
            let one = |(table, counts): (&String, &Value)| TableWork {
                table: table.clone(),
                name: String::new(),
                counts: numbers(counts.as_object()).collect(),
            };
            all.iter().map(one).collect()
        }
        _ => Vec::new(),
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn numbers(of: Option<&Map<String, Value>>) -> impl Iterator<Item = (String, u64)> + '_ {
    let all = of.into_iter().flatten();
    all.filter_map(|(name, value)| Some((name.clone(), value.as_u64()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_there_is_left_out() {
        for summary in [json!(null), json!([]), json!("x"), json!({"tables": 1, "timeline": 2})] {
            assert_eq!(Work::of(&summary), Work::default());
        }
        let tables = json!({"tables": [{"table": "T", "counts": {"moved": 1, "x": "y"}}, 7]});
        let work = Work::of(&tables);
        assert_eq!(work.tables[0].parts(), [("moved", 1)]);
        assert_eq!((work.tables[1].table.as_str(), work.total("moved")), ("", 1));
    }

    #[test]
    fn what_another_command_counts_is_told_too() {
        let work = Work::of(&json!({
            "run": 3, "looked_at": 5, "tables": {"T": {"restored": 2, "deleted": 7, "changed_copies": 1}}
        }));
        assert_eq!(work.others, [("looked_at".to_owned(), 5)].into());
        assert_eq!(work.tables[0].parts(), [("deleted", 7), ("restored", 2)]);
        assert_eq!(work.tables[0].of_these(), [("with copies that were changed since", 1)]);
    }
}
