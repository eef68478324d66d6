//! What one set of policies allows beyond another.

use std::collections::{BTreeMap, BTreeSet};

use ops_enums::iam::Action;

use super::target::{Target, actions, implied, resources};
use super::unread::unread;
use super::{Change, Changes, Why};
use crate::policy::catalogue::{is_covered, matching};
use crate::policy::{Effect, Entries, Kind, ReadPolicy, Statement, StatementRef};

/// Compares what two versions of policies allow, whatever their statements are called and however
/// they are ordered.
///
/// Actions are compared one by one over the catalogue, outside of it as patterns; resources by what
/// their patterns match. What several statements only allow together counts as not allowed. A
/// condition that is dropped, or one whose values change other than by being restricted, counts as
/// widening, and so does a Deny that is dropped, narrowed or put under more conditions.
///
/// Each role, function, user or managed policy is compared with the one of the same name; where
/// there is only one on each side, with that one.
#[must_use]
pub fn policies(old: &[ReadPolicy], new: &[ReadPolicy]) -> Changes {
    let mut changes = Changes::default();
    for (owner, (old, new)) in by_owner(old, new) {
        changes.unread.extend(unread(owner, &old, &new));
        let (old, new) = (Side::of(&old), Side::of(&new));
        for (all, more) in
            [(&mut changes.added, new.beyond(&old)), (&mut changes.removed, old.beyond(&new))]
        {
            // What functions of a service inherit is the same statement for each.
            all.extend(more.into_iter().filter(|one| !all.contains(one)).collect::<Vec<_>>());
        }
    }
    changes
}

/// The old and the new policies of one owner.
type Versions<'p> = (Vec<&'p ReadPolicy>, Vec<&'p ReadPolicy>);

fn by_owner<'p>(old: &'p [ReadPolicy], new: &'p [ReadPolicy]) -> BTreeMap<&'p str, Versions<'p>> {
    let owner = |policy: &'p ReadPolicy| match policy.kind {
        // The owner of a document alone is its file.
        Kind::Document => "",
        _ => policy.owner.as_str(),
    };
    let owners = |policies: &'p [ReadPolicy]| policies.iter().map(owner).collect::<BTreeSet<_>>();
    let single = owners(old).len() <= 1 && owners(new).len() <= 1;
    let key = |policy: &'p ReadPolicy| if single { "" } else { owner(policy) };
    let mut versions: BTreeMap<&str, Versions<'_>> = BTreeMap::new();
    for policy in old {
        versions.entry(key(policy)).or_default().0.push(policy);
    }
    for policy in new {
        versions.entry(key(policy)).or_default().1.push(policy);
    }
    versions
}

struct Side<'a> {
    allows: Vec<&'a Statement>,
    denies: Vec<&'a Statement>,
}

/// Changes by statement, resource and reason; the actions of each.
type Grouped = BTreeMap<(StatementRef, String, Why), BTreeSet<String>>;

impl<'a> Side<'a> {
    fn of(policies: &[&'a ReadPolicy]) -> Self {
        let all = || policies.iter().flat_map(|policy| &policy.statements);
        let of = |effect| all().filter(move |one| one.effect == effect).collect();
        Self { allows: of(Effect::Allow), denies: of(Effect::Deny) }
    }

    /// What this side allows beyond the other.
    fn beyond(&self, other: &Self) -> Vec<Change> {
        let mut grouped = Grouped::new();
        for statement in &self.allows {
            for_each_pair(statement, |action, resource| {
                if self.denies_wholly(action, resource) {
                    return;
                }
                if let Some(why) = other.falls_short(statement, action, resource) {
                    add(&mut grouped, statement, action, resource, why);
                }
            });
        }
        for statement in &other.denies {
            for_each_pair(statement, |action, resource| {
                let kept = self.denies.iter().any(|own| {
                    action.is_in(&own.actions)
                        && resource.is_in(&own.resources)
                        && implied(&own.conditions, &statement.conditions)
                });
                let allowed = || {
                    self.allows
                        .iter()
                        .any(|own| action.touches(&own.actions) && resource.touches(&own.resources))
                };
                if !kept && allowed() && other.allows_some(action, resource) {
                    add(&mut grouped, statement, action, resource, Why::Deny);
                }
            });
        }
        let statements: BTreeMap<&StatementRef, &Statement> =
            self.allows.iter().chain(&other.denies).map(|one| (&one.at, *one)).collect();
        grouped
            .into_iter()
            .map(|((statement, resource, why), actions)| {
                let actions = match statements.get(&statement) {
                    Some(of) => as_written(of, actions),
                    None => actions,
                };
                Change { actions: actions.into_iter().collect(), resource, why, statement }
            })
            .collect()
    }

    /// Why this side does not allow what a statement of the other side does; `None` if it does.
    fn falls_short(
        &self,
        statement: &Statement,
        action: &Target<'_>,
        resource: &Target<'_>,
    ) -> Option<Why> {
        let mut why = Why::Allowed;
        for own in &self.allows {
            if action.is_in(&own.actions) && resource.is_in(&own.resources) {
                if implied(&own.conditions, &statement.conditions) {
                    return None;
                }
                let conditions = own.conditions.iter().map(ToString::to_string).collect();
                why = Why::Condition { conditions };
            }
        }
        Some(why)
    }

    /// Otherwise what the Deny took away was not there to begin with, and is reported as allowed.
    fn allows_some(&self, action: &Target<'_>, resource: &Target<'_>) -> bool {
        self.allows
            .iter()
            .any(|own| action.touches(&own.actions) && resource.touches(&own.resources))
    }

    fn denies_wholly(&self, action: &Target<'_>, resource: &Target<'_>) -> bool {
        self.denies.iter().any(|own| {
            own.conditions.is_empty()
                && action.is_in(&own.actions)
                && resource.is_in(&own.resources)
        })
    }
}

/// Puts a pattern in place of its actions where all of them are there.
fn as_written(statement: &Statement, mut actions: BTreeSet<String>) -> BTreeSet<String> {
    let Entries::Only(entries) = &statement.actions else { return actions };
    for entry in entries.iter().filter(|entry| entry.pattern.has_wildcard()) {
        let all: Vec<&str> = matching(&entry.pattern).into_iter().map(Action::full).collect();
        let outside = is_covered(entry) || actions.contains(entry.pattern.text());
        if outside && !all.is_empty() && all.iter().all(|action| actions.contains(*action)) {
            actions.retain(|action| !all.contains(&action.as_str()));
            actions.insert(entry.pattern.text().to_owned());
        }
    }
    actions
}

fn for_each_pair(statement: &Statement, mut each: impl FnMut(&Target<'_>, &Target<'_>)) {
    let resources = resources(&statement.resources);
    for action in actions(&statement.actions) {
        for resource in &resources {
            each(&action, resource);
        }
    }
}

fn add(
    grouped: &mut Grouped,
    statement: &Statement,
    action: &Target<'_>,
    resource: &Target<'_>,
    why: Why,
) {
    let key = (statement.at.clone(), resource.text(), why);
    grouped.entry(key).or_default().insert(action.text());
}
