//! One function's part of a tracking record: the attribute `function:{path}@{lambda}`, a map.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `path`, `lambda` | S | the function, and the deployed Lambda that ran it, where it was one |
//! | `last_seen` | S | last day on which it ran |
//! | `declared` | M | operation → last day on which it was declared |
//! | `observed` | M | operation → last day on which a request of it was sent |
//! | `values` | M | name or ARN of the resource → last day on which the variable meant it |
//! | `value_sources` | M | `environment`, `service-parameter`, `shared-parameter` → last day |
//! | `declared_at` | M | `file:line` → last day |
//! | `versions`, `regions` | M | → last day |
//!
//! Days are UTC, `2026-11-21`. They let permissions shrink: an operation that newer versions no
//! longer declare keeps its old day, while two versions that are live at the same time both stand
//! and do not overwrite each other at every cold start. A day costs at most one write per record
//! and function over all containers.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// Days kept in one map: what is older than this many others is forgotten, so that a record does
/// not grow with every deployment.
const KEPT: usize = 50;

/// What one function has to say about one variable.
#[derive(Clone, Debug)]
pub(super) struct Entry<'e> {
    /// Path of the function.
    pub(super) function: &'e str,
    /// Name of the deployed Lambda.
    pub(super) lambda: Option<&'e str>,
    pub(super) declared: Vec<&'e str>,
    pub(super) observed: Vec<&'e str>,
    /// Name or ARN of the resource; `None` for what must not be recorded.
    pub(super) value: Option<&'e str>,
    pub(super) value_source: &'e str,
    /// `file:line`
    pub(super) declared_at: String,
    pub(super) version: Option<&'e str>,
    pub(super) region: Option<&'e str>,
    /// Today, UTC.
    pub(super) day: String,
}

type Map = HashMap<String, AttributeValue>;

impl Entry<'_> {
    /// Name of the attribute. One for each function and Lambda, at the top level, so that they
    /// never get into each other's way, and a role's permissions can be told from its own entries.
    pub(super) fn attribute(&self) -> String {
        match self.lambda {
            Some(lambda) => format!("function:{}@{lambda}", self.function),
            None => format!("function:{}", self.function),
        }
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
        let days = [
            ("declared", self.declared.as_slice(), usize::MAX),
            ("observed", &self.observed, usize::MAX),
            ("values", self.value.as_slice(), KEPT),
            ("value_sources", &[self.value_source], KEPT),
            ("declared_at", &[self.declared_at.as_str()], KEPT),
            ("versions", self.version.as_slice(), KEPT),
            ("regions", self.region.as_slice(), KEPT),
        ];
        for (name, seen, kept) in days {
            self.merge_days(&mut map, name, seen, kept)?;
        }
        let last_seen = later(map.get("last_seen"), &self.day);
        map.insert("last_seen".to_owned(), last_seen);
        for (name, text) in [("path", Some(self.function)), ("lambda", self.lambda)] {
            if let Some(text) = text {
                map.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
            }
        }
        Ok(AttributeValue::M(map))
    }

    fn merge_days(
        &self,
        map: &mut Map,
        name: &str,
        seen: &[&str],
        kept: usize,
    ) -> Result<(), String> {
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
        while days.len() > kept {
            let day = |value: &AttributeValue| value.as_s().cloned().unwrap_or_default();
            let others = days.iter().filter(|(name, _)| !seen.contains(&name.as_str()));
            let oldest = others.map(|(name, value)| (day(value), name.clone())).min();
            let Some((_, oldest)) = oldest else { break };
            days.remove(&oldest);
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
