//! Policies against the catalogue of actions.

use ops_enums::iam::{self, Action, ResourceType};

use super::model::{Entries, Entry};
use super::pattern::{Pattern, Piece};

/// Parts of ARNs that never hold a slash, by AWS's rules for names. Other parts may.
const WITHOUT_SLASH: [&str; 13] = [
    "Account",
    "BucketName",
    "FunctionName",
    "IndexName",
    "KeyId",
    "Partition",
    "QueueName",
    "Region",
    "StateMachineName",
    "StreamLabel",
    "StreamName",
    "TableName",
    "TopicName",
];

/// The service prefix of an action's pattern, if it is written out.
pub(crate) fn prefix(text: &str) -> Option<&str> {
    let (prefix, _) = text.split_once(':')?;
    (!prefix.is_empty() && !prefix.contains(['*', '?'])).then_some(prefix)
}

/// Whether every action that this entry can mean is in the catalogue or invalid.
pub(crate) fn is_covered(entry: &Entry) -> bool {
    entry.pattern.unknown().is_empty() && prefix(entry.pattern.text()).is_some_and(iam::is_covered)
}

/// The actions of the catalogue that a pattern matches.
pub(crate) fn matching(pattern: &Pattern) -> Vec<&'static Action> {
    let is_in = |action: &&Action| {
        pattern.is_everything() || pattern.matches(&action.full().to_ascii_lowercase())
    };
    match prefix(pattern.text()) {
        Some(_) if !pattern.has_wildcard() => iam::action(pattern.text()).into_iter().collect(),
        Some(prefix) => iam::actions_of(prefix).iter().filter(is_in).collect(),
        None => iam::actions().filter(is_in).collect(),
    }
}

/// The actions of the catalogue that a statement is about, sorted.
pub(crate) fn expand(entries: &Entries) -> Vec<&'static Action> {
    let of = |entries: &[Entry]| -> Vec<&'static Action> {
        entries.iter().flat_map(|entry| matching(&entry.pattern)).collect()
    };
    let mut actions = match entries {
        Entries::Only(entries) => of(entries),
        Entries::AllBut(entries) => {
            let excluded = of(entries);
            iam::actions().filter(|action| !excluded.contains(action)).collect()
        }
    };
    actions.sort_by_key(|action| action.full());
    actions.dedup();
    actions
}

/// Whether a request for the action can be on a resource of this pattern: whether the pair can
/// grant anything.
pub(crate) fn accepts(action: &Action, resource: &Pattern) -> bool {
    resource.is_everything()
        || action.resource_types().iter().any(|kind| is_of_type(resource, kind))
        // Nothing is known about a value that may be `*` or any ARN.
        || (action.resource_types().is_empty() && resource.overlaps(&Pattern::literal("*")))
}

fn is_of_type(resource: &Pattern, kind: &ResourceType) -> bool {
    let (form, slash_free) = form(kind);
    // A name without slashes cannot take those that the pattern spells out.
    let too_many = slash_free && resource.spelled('/') > kind.arn.matches('/').count();
    !too_many && resource.overlaps(&form)
}

/// All ARNs of a type, and whether none of its names has slashes.
fn form(kind: &ResourceType) -> (Pattern, bool) {
    let mut text = String::new();
    let mut slash_free = true;
    let mut rest = kind.arn;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        // No part that has a name is empty.
        text.push_str("?*");
        slash_free &= WITHOUT_SLASH.contains(&name);
        rest = after;
    }
    text.push_str(rest);
    (Pattern::resource(&[Piece::Text(text)], false), slash_free)
}
