//! One record of the tracking table, as any of its three writers leaves it.
//!
//! Beside the attributes that all writers know, a record of the Rust runtime has a map for each
//! function and deployed Lambda, `function:{path}@{lambda}`. What `operations` has beyond those maps
//! was written by the others, who name no function: it becomes a use of the service as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Field, Record};
use super::operations::{Misunderstood, Spellings};
use crate::model::{Inventory, Problem, Seen, Usage, Use};
use crate::resource::{is_region, service_of};

const KEY: &str = "service_var_key";

/// Whether an item claims to be a tracking record.
pub(super) fn has_key(record: &Record) -> bool {
    record.get(KEY).and_then(Field::as_text).is_some()
}

/// Reads records into an inventory.
#[derive(Default)]
pub(super) struct Reader {
    spellings: Spellings,
    usages: Vec<Usage>,
    problems: BTreeSet<Problem>,
}

impl Reader {
    /// `place` names the item where its key does not: `item 7`.
    pub(super) fn read(&mut self, record: &Record, place: &str) {
        let key = record.get(KEY).and_then(Field::as_text).unwrap_or(place).to_owned();
        if let Err(what) = self.usages_of(record, &key) {
            self.problem(&key, what);
        }
    }

    pub(super) fn finish(mut self) -> Inventory {
        self.usages.sort();
        self.usages.dedup();
        Inventory { usages: self.usages, problems: self.problems }
    }

    fn problem(&mut self, key: &str, what: impl Into<String>) {
        // Keys come from outside and end up in terminals and reports.
        let key = key.escape_debug().to_string();
        self.problems.insert(Problem { key, what: what.into() });
    }

    fn usages_of(&mut self, record: &Record, key: &str) -> Result<(), String> {
        if !has_key(record) {
            return Err(format!("left out: no text attribute `{KEY}`, so no tracking record"));
        }
        let (service, variable) = key
            .rsplit_once('#')
            .filter(|(service, variable)| !service.is_empty() && is_variable(variable))
            .ok_or_else(|| {
                format!("left out: `{KEY}` should be a service, `#` and a variable's name")
            })?;
        for (name, expected) in [("service_name", service), ("var_name", variable)] {
            match text(record, name)? {
                Some(found) if found != expected => {
                    return Err(format!("left out: `{name}` does not fit `{KEY}`"));
                }
                _ => {}
            }
        }
        let value = text(record, "resolved_value")?;
        let shared = Usage {
            service: Some(service.to_owned()),
            variable: variable.to_owned(),
            parameter_path: text(record, "parameter_path")?.map(str::to_owned),
            ..Usage::default()
        };
        let mut of_functions: BTreeSet<Use> = BTreeSet::new();
        let mut found = Vec::new();
        for (name, field) in record.iter().filter(|(name, _)| name.starts_with("function:")) {
            let map = field.as_map().ok_or_else(|| format!("left out: `{name}` is not a map"))?;
            let usage = self.function(map, name, key, &shared)?;
            of_functions.extend(usage.declared.keys());
            found.push(usage);
        }
        let all = texts(record, "operations")?;
        let all = self.understood(&all, key, value.and_then(service_of), "`operations`");
        let others: Seen<Use> = all
            .into_iter()
            .filter(|used| !of_functions.contains(used))
            .map(|u| (u, None))
            .collect();
        if !others.is_empty() || found.is_empty() {
            let operations = !others.is_empty();
            found.push(Usage {
                declared: others,
                // The value of a plain variable is nobody's business: other writers record it.
                values: value
                    .filter(|_| operations)
                    .map(|v| (v.to_owned(), None))
                    .into_iter()
                    .collect(),
                versions: text(record, "version")?
                    .map(|v| (v.to_owned(), None))
                    .into_iter()
                    .collect(),
                ..shared
            });
        }
        self.usages.append(&mut found);
        Ok(())
    }

    fn function(
        &mut self,
        map: &Record,
        name: &str,
        key: &str,
        shared: &Usage,
    ) -> Result<Usage, String> {
        let wrong = |what: String| format!("left out: `{name}`: {what}");
        let path = text(map, "path").map_err(wrong)?;
        let path = path.ok_or_else(|| wrong("`path` is missing".to_owned()))?;
        let days = |attribute| days(map, attribute).map_err(wrong);
        let values = days("values")?;
        let service = values.keys().find_map(|value| service_of(value));
        let (declared, observed) = (days("declared")?, days("observed")?);
        let (regions, strange): (Seen<String>, Seen<String>) =
            days("regions")?.into_iter().partition(|(region, _)| is_region(region));
        for region in strange.keys() {
            self.problem(key, format!("`regions` of `{path}`: {region:?} is no region: left out"));
        }
        Ok(Usage {
            function: Some(path.to_owned()),
            lambda: text(map, "lambda").map_err(wrong)?.map(str::to_owned),
            declared: self.dated(declared, key, service, &format!("`declared` of `{path}`")),
            observed: self.dated(observed, key, service, &format!("`observed` of `{path}`")),
            values,
            sources: days("value_sources")?,
            declared_at: days("declared_at")?,
            versions: days("versions")?,
            regions,
            last_seen: text(map, "last_seen").map_err(wrong)?.map(str::to_owned),
            ..shared.clone()
        })
    }

    fn dated(
        &mut self,
        texts: Seen<String>,
        key: &str,
        service: Option<&str>,
        place: &str,
    ) -> Seen<Use> {
        let names: Vec<&str> = texts.keys().map(String::as_str).collect();
        let understood: BTreeMap<&str, Use> = self.meanings(&names, key, service, place);
        understood
            .into_iter()
            .map(|(name, used)| (used, texts.get(name).cloned().flatten()))
            .collect()
    }

    fn understood(
        &mut self,
        texts: &[&str],
        key: &str,
        service: Option<&str>,
        place: &str,
    ) -> BTreeSet<Use> {
        self.meanings(texts, key, service, place).into_values().collect()
    }

    fn meanings<'t>(
        &mut self,
        texts: &[&'t str],
        key: &str,
        service: Option<&str>,
        place: &str,
    ) -> BTreeMap<&'t str, Use> {
        let mut meanings = BTreeMap::new();
        for (text, meaning) in self.spellings.read(texts, service) {
            let why = match meaning {
                Ok(used) => {
                    meanings.insert(text, used);
                    continue;
                }
                Err(Misunderstood::Unknown) => {
                    "is neither an operation nor an IAM action known here"
                }
                Err(Misunderstood::Ambiguous) => "is an operation of several services",
            };
            self.problem(key, format!("{place}: {text:?} {why}; no permission was made of it"));
        }
        meanings
    }
}

/// `[A-Z_][A-Z0-9_]*`, and in any case: other writers are less strict.
fn is_variable(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn text<'r>(record: &'r Record, name: &str) -> Result<Option<&'r str>, String> {
    match record.get(name) {
        None => Ok(None),
        Some(Field::Text(text)) => Ok(Some(text)),
        Some(_) => Err(format!("left out: `{name}` is not a text")),
    }
}

fn texts<'r>(record: &'r Record, name: &str) -> Result<Vec<&'r str>, String> {
    let texts: Option<Vec<&str>> = match record.get(name) {
        None => return Ok(Vec::new()),
        Some(Field::List(list)) => list.iter().map(Field::as_text).collect(),
        Some(_) => None,
    };
    texts.ok_or_else(|| format!("left out: `{name}` is not a list or set of texts"))
}

fn days(map: &Record, name: &str) -> Result<Seen<String>, String> {
    let days = match map.get(name) {
        None => return Ok(Seen::new()),
        Some(field) => field.as_map().ok_or_else(|| format!("`{name}` is not a map"))?,
    };
    days.iter()
        .map(|(seen, day)| match day.as_text() {
            Some(day) if is_day(day) => Ok((seen.clone(), Some(day.to_owned()))),
            _ => Err(format!("`{name}` holds something else than days")),
        })
        .collect()
}

/// `2026-11-21`
pub(crate) fn is_day(text: &str) -> bool {
    crate::day::number(text).is_some()
}
