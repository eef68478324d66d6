//! What a run found, gathered by what is to be done about it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::told::PAGE;
use crate::engine::journal::{Journal, JournalError, Kind};

/// How much of the findings is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Most findings of a group that are named.
    pub named: usize,
    /// Whether the keys of their records are told, which have ids of users.
    pub keys: bool,
}

/// Findings that are alike: in one table, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The table, by its key in the plan.
    pub table: String,
    /// What kind of findings.
    pub kind: &'static str,
    /// What is the matter.
    pub reason: String,
    /// What a person can do.
    pub remedy: String,
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub findings: Vec<One>,
}

/// One finding of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct One {
    /// Its number: the run's, a full stop, and its own, as `3.17`.
    pub number: String,
    /// The record's key, in DynamoDB's JSON, where keys were asked for and it is about a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What findings of a group have in common: table, kind, reason, remedy.
type Alike = (String, Kind, String, String);

impl Group {
    /// The first findings, `at_most` so many, and how many more there are.
    #[must_use]
    pub fn first(&self, at_most: usize) -> (&[One], u64) {
        let first = &self.findings[..self.findings.len().min(at_most)];
        (first, self.count.saturating_sub(u64::try_from(first.len()).unwrap_or(u64::MAX)))
    }
}

/// The findings of a run, by table, kind, reason and remedy.
///
/// # Errors
///
/// When the journal cannot be read.
pub fn groups(journal: &Journal, run: u64, keep: Keep) -> Result<Vec<Group>, JournalError> {
    let mut groups: BTreeMap<Alike, (u64, Vec<One>)> = BTreeMap::new();
    let mut last = 0;
    loop {
        let page = journal.findings(run, last, PAGE)?;
        let Some((number, _)) = page.last() else { break };
        last = *number;
        for (number, found) in page {
            let of = (found.table, found.kind, found.reason, found.remedy);
            let (count, named) = groups.entry(of).or_default();
            *count += 1;
            if named.len() < keep.named {
                let key = (keep.keys && !found.key.is_empty()).then_some(found.key);
                named.push(One { number: format!("{run}.{number}"), key });
            }
        }
    }
    let group = |((table, kind, reason, remedy), (count, findings))| Group {
        table,
        kind: Kind::word(kind),
        reason,
        remedy,
        count,
        findings,
    };
    Ok(groups.into_iter().map(group).collect())
}
