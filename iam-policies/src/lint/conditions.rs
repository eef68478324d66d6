//! Condition keys that requests for the actions never have.

use ops_enums::iam::{self, Action};

use crate::audit::{Finding, Rule, some};
use crate::policy::catalogue::{is_covered, matching};
use crate::policy::{Condition, Entries, Statement};

pub(super) fn check(statement: &Statement) -> Vec<Finding> {
    statement.conditions.iter().filter_map(|one| unknown_key(statement, one)).collect()
}

/// Only keys of services in the catalogue: every request may have keys of `aws:`.
fn unknown_key(statement: &Statement, condition: &Condition) -> Option<Finding> {
    let (prefix, _) = condition.key.split_once(':')?;
    let Entries::Only(entries) = &statement.actions else { return None };
    if !iam::is_covered(prefix) || prefix.eq_ignore_ascii_case("aws") {
        return None;
    }
    let without: Vec<&str> = entries
        .iter()
        .filter(|entry| is_covered(entry))
        .filter(|entry| {
            let actions = matching(&entry.pattern);
            !actions.is_empty() && !actions.iter().any(|action| knows(action, &condition.key))
        })
        .map(|entry| entry.pattern.text())
        .collect();
    if without.is_empty() {
        return None;
    }
    let message = format!(
        "in {:#}, requests for {} never have the key {}: {}",
        statement.at,
        some(&without),
        condition.key,
        "use a key that the actions support, or give them a statement of their own",
    );
    Some(Finding::of_statement(
        Rule::UnknownConditionKey,
        &statement.at,
        condition.place,
        &condition.key,
        message,
    ))
}

/// Where the part of a key starts that users choose, in the spellings of AWS's reference.
const CHOSEN: [&str; 3] = ["${", "<key>", "tag-key"];

fn knows(action: &Action, key: &str) -> bool {
    action.condition_keys().iter().any(|known| {
        match CHOSEN.iter().find_map(|mark| known.split_once(mark)) {
            Some((before, _)) => {
                key.get(..before.len()).is_some_and(|start| start.eq_ignore_ascii_case(before))
            }
            None => known.eq_ignore_ascii_case(key),
        }
    })
}
