//! Answers: how it ended, in the form that callers of such functions know, and what there is to say, capped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::journal::Finding;

/// Most kinds of findings in an answer.
pub const MAX_GROUPS: usize = 50;
/// Most records that are named in an answer, of all kinds together.
pub const MAX_ROWS: usize = 100;

/// What a handler answers. An answer takes 6 MB at most
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>); this one is far below.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// 200 where everything asked for is done, or goes on at the next invocation; 500 where a person has to
    /// see to something.
    #[serde(rename = "statusCode")]
    pub status_code: u16,
    /// That in words.
    pub body: String,
    /// That in numbers.
    pub summary: Value,
}

impl Answer {
    /// Everything is done, or goes on.
    #[must_use]
    pub fn good(body: String, summary: Value) -> Self {
        Self { status_code: 200, body, summary }
    }

    /// A person has to see to something.
    #[must_use]
    pub fn bad(body: String, summary: Value) -> Self {
        Self { status_code: 500, body, summary }
    }
}

/// Findings as an answer has them: all are counted, few are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capped {
    /// By table, kind, reason and remedy.
    pub groups: Vec<Group>,
    /// Findings of kinds for which there was no room.
    pub in_more_groups: u64,
    /// The records of the first findings that have some.
    pub records: Vec<Named>,
    /// How many findings have records that are not named here.
    pub more_records: u64,
}

/// Findings that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The table.
    pub table: String,
    /// What kind of findings.
    pub kind: String,
    /// What is the matter.
    pub reason: String,
    /// What a person can do.
    pub remedy: String,
    /// How many there are.
    pub count: u64,
}

/// A record that has to be seen to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The table.
    pub table: String,
    /// The record's key, in DynamoDB's JSON. It may have the id of a user.
    pub key: String,
    /// What is the matter.
    pub reason: String,
}

impl Capped {
    /// Takes a finding in.
    pub fn take(&mut self, finding: &Finding) {
        let Finding { table, key, kind, reason, remedy } = finding;
        let full = self.groups.len() >= MAX_GROUPS;
        let known = self
            .groups
            .iter_mut()
            .find(|one| one.table == *table && one.kind == kind.word() && one.reason == *reason);
        match known {
            Some(group) => group.count += 1,
            None if full => self.in_more_groups += 1,
            None => self.groups.push(Group {
                table: table.clone(),
                kind: kind.word().to_owned(),
                reason: reason.clone(),
                remedy: remedy.clone(),
                count: 1,
            }),
        }
        if key.is_empty() {
            return;
        }
        if self.records.len() >= MAX_ROWS {
            self.more_records += 1;
            return;
        }
        let (table, key, reason) = (table.clone(), key.clone(), reason.clone());
        self.records.push(Named { table, key, reason });
    }

    /// How many findings are of each kind.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<&str, u64> {
        let mut kinds = BTreeMap::new();
        for group in &self.groups {
            *kinds.entry(group.kind.as_str()).or_default() += group.count;
        }
        kinds
    }
}

/// Without the key, which may have the id of a user.
impl std::fmt::Debug for Named {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Named({}, {})", self.table, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::journal::Kind;

    #[test]
    fn a_long_story_is_short_and_says_so() {
        let mut capped = Capped::default();
        for n in 0..10_000 {
            capped.take(&Finding {
                table: "servers".to_owned(),
                key: format!("{{\"id\":{{\"S\":\"i-{n}\"}}}}"),
                kind: Kind::Refused,
                reason: format!("reason {}", n % 70),
                remedy: "see".to_owned(),
            });
        }
        assert_eq!((capped.groups.len(), capped.records.len()), (MAX_GROUPS, MAX_ROWS));
        let counted: u64 = capped.groups.iter().map(|group| group.count).sum();
        assert_eq!(counted + capped.in_more_groups, 10_000);
        assert_eq!(capped.more_records, 9_900);
        assert!(serde_json::to_vec(&capped).unwrap().len() < 100_000);
    }
}
