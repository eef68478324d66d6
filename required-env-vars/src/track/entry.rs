//! One function's part of a tracking record: the attribute `function:{path}`, a map.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `declared` | M | IAM spelling of each declared operation → last day it was declared |
//! | `observed` | M | IAM spelling of each operation that really ran → last day it did |
//! | `lambdas` | M | name of each deployed Lambda that runs the function → last day it did |
//! | `last_seen` | S | last day the function ran |
//! | `value_source` | S | `environment`, `service-parameter` or `shared-parameter` |
//! | `file`, `line` | S, N | where the variable is declared |
//! | `version`, `region` | S | of the last writer, where known |
//!
//! Days are UTC, `2026-11-21`. They are what lets permissions shrink: an operation that newer
//! versions no longer declare keeps its old day, while two versions that are live at the same time
//! both stand. A day costs at most one write per record and day over all containers.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// What one function has to say about one variable.
#[derive(Clone, Debug)]
pub(super) struct Entry<'e> {
    /// Path of the function.
    pub(super) function: &'e str,
    pub(super) file: &'e str,
    pub(super) line: u32,
    pub(super) value_source: &'e str,
    pub(super) declared: Vec<&'e str>,
    pub(super) observed: Vec<&'e str>,
    pub(super) lambda: Option<&'e str>,
    pub(super) version: Option<&'e str>,
    pub(super) region: Option<&'e str>,
    /// Today, UTC.
    pub(super) day: String,
}

type Map = HashMap<String, AttributeValue>;

impl Entry<'_> {
    /// Name of the attribute. One for each function, at the top level, so that functions never
    /// get into each other's way.
    pub(super) fn attribute(&self) -> String {
        format!("function:{}", self.function)
    }

    /// The entry that says this and everything that `old` said. Keys it does not know stay.
    pub(super) fn merged_into(
        &self,
        old: Option<&AttributeValue>,
    ) -> Result<AttributeValue, String> {
        let mut map = match old {
            None => Map::new(),
            Some(AttributeValue::M(map)) => map.clone(),
            Some(_) => return Err("not a map".to_owned()),
        };
        self.merge_days(&mut map, "declared", &self.declared)?;
        self.merge_days(&mut map, "observed", &self.observed)?;
        self.merge_days(&mut map, "lambdas", self.lambda.as_slice())?;
        let last_seen = later(map.get("last_seen"), &self.day);
        map.insert("last_seen".to_owned(), last_seen);
        map.insert("line".to_owned(), AttributeValue::N(self.line.to_string()));
        let texts = [
            ("file", Some(self.file)),
            ("value_source", Some(self.value_source)),
            ("version", self.version),
            ("region", self.region),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                map.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
            }
        }
        Ok(AttributeValue::M(map))
    }

    fn merge_days(&self, map: &mut Map, name: &str, seen: &[&str]) -> Result<(), String> {
        if seen.is_empty() {
            return Ok(());
        }
        let days = map.entry(name.to_owned()).or_insert_with(|| AttributeValue::M(Map::new()));
        let AttributeValue::M(days) = days else {
            return Err(format!("`{name}` is not a map"));
        };
        for seen in seen {
            let day = later(days.get(*seen), &self.day);
            days.insert((*seen).to_owned(), day);
        }
        Ok(())
    }
}

/// Days only move forward, whatever the clocks of two machines say.
fn later(old: Option<&AttributeValue>, day: &str) -> AttributeValue {
    match old {
        Some(AttributeValue::S(old)) if old.as_str() >= day => AttributeValue::S(old.clone()),
        _ => AttributeValue::S(day.to_owned()),
    }
}
