//! From uses of variables to the permissions they need.
//!
//! Each operation needs actions in tiers. Granted is what the plain call requires; what only certain
//! options need is granted when asked for, and where an operation requires nothing else (a
//! transaction has no action of its own). What KMS is asked for in the caller's name is granted
//! where the key is known. Everything left out is said.

mod options;
mod runtime;
mod targets;
mod wanted;

use std::collections::BTreeSet;
use std::sync::Arc;

use ops_enums::iam::Tier;

pub use options::{Basis, Options};

use crate::grant::{Asker, Grants, Permission, Reason};
use crate::model::{Problem, Seen, Usage, Use};
use targets::Found;
use wanted::Wanted;

/// What a group of uses needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// What has to be granted.
    pub grants: Grants,
    /// What may be granted without being too much: needs of certain options, of logging and
    /// tracing, of keys.
    pub optional: Grants,
    /// What should be granted and cannot be: the policy is incomplete without it.
    pub gaps: BTreeSet<Problem>,
    /// What was left out on purpose.
    pub notes: BTreeSet<Problem>,
}

impl Needed {
    fn grant(&mut self, required: bool, permission: Permission, reason: impl Into<Arc<Reason>>) {
        let grants = if required { &mut self.grants } else { &mut self.optional };
        grants.entry(permission).or_default().insert(reason.into());
    }

    fn gap(&mut self, key: &str, what: impl Into<String>) {
        self.gaps.insert(Problem { key: key.to_owned(), what: what.into() });
    }

    fn note(&mut self, key: &str, what: impl Into<String>) {
        self.notes.insert(Problem { key: key.to_owned(), what: what.into() });
    }
}

/// What these uses need together. Pure, and the same for the same uses in any order.
#[must_use]
pub fn needed(usages: &[&Usage], options: &Options) -> Needed {
    let mut needed = Needed::default();
    let mut others = Vec::new();
    for usage in usages {
        variable(usage, options, &mut needed, &mut others);
    }
    if options.runtime {
        runtime::add(usages, options, &mut needed);
    }
    runtime::add_basics(usages, options, &mut needed);
    elsewhere(&others, &mut needed);
    // What is granted needs no second mention.
    let Needed { grants, optional, .. } = &mut needed;
    optional.retain(|permission, _| !grants.contains_key(permission));
    needed
}

/// In front of everything said about a usage: `files / api::get / FILES_TABLE`.
pub(crate) fn key_of(usage: &Usage) -> String {
    let parts = [usage.service.as_deref(), usage.function.as_deref(), Some(&usage.variable)];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join(" / ").escape_debug().to_string()
}

/// Who asks, where a usage does.
pub(crate) fn asker(usage: &Usage) -> Arc<Asker> {
    Arc::new(Asker {
        service: usage.service.clone(),
        function: usage.function.clone(),
        lambda: usage.lambda.clone(),
        variable: usage.variable.clone(),
        places: usage.declared_at.keys().cloned().collect(),
    })
}

fn variable(
    usage: &Usage,
    options: &Options,
    needed: &mut Needed,
    others: &mut Vec<(Wanted, Reason)>,
) {
    let key = key_of(usage);
    let uses = current_uses(usage, options, &key, needed);
    let wanted: Vec<(Use, Vec<Wanted>)> =
        uses.iter().map(|used| (*used, wanted::of(*used))).collect();
    let found = Found::of(usage, &wanted, options, &key, needed);
    let by = asker(usage);
    for (used, wanted) in wanted {
        if wanted.is_empty() && wanted::is_unlisted(used) {
            needed.gap(
                &key,
                format!(
                    "no action is known that allows {used}, which is newer than the catalogue: \
                    nothing was granted for it"
                ),
            );
        }
        let optional_only = !wanted.iter().any(|w| w.tier == Tier::Required);
        for wanted in wanted {
            let operation = used.iam().to_owned();
            let reason = Reason { by: by.clone(), operation, remark: wanted.when() };
            if let (Some(what), Tier::Required | Tier::Option { .. }) =
                (wanted.elsewhere, wanted.tier)
            {
                if wanted.tier == Tier::Required {
                    others.push((wanted, Reason { remark: Some(what.to_owned()), ..reason }));
                }
                continue;
            }
            let required = match wanted.tier {
                Tier::Required => true,
                Tier::PassRole { when: None, .. } => true,
                Tier::Forwarded { .. } => options.kms_keys.contains_key(&usage.variable),
                _ => optional_only || options.with_options,
            };
            found.grant(&wanted, required, &Arc::new(reason), needed);
        }
        found.unmatched(used, &key, needed);
    }
}

/// The operations that count: those of the basis asked for that are not out of date.
fn current_uses(usage: &Usage, options: &Options, key: &str, needed: &mut Needed) -> Vec<Use> {
    let (current, old) = split_by_age(&usage.declared, usage, options.max_age);
    for (used, day) in old {
        needed.note(key, format!("{used} was last declared on {day}, longer than {} days before the function last ran: left out", options.max_age));
    }
    // Where no function is named, and where calls cannot be seen, declarations are all there is.
    let observes = usage.function.is_some() && options.basis == Basis::Observed;
    let (seen, unseen): (Vec<Use>, Vec<Use>) = current
        .into_iter()
        .partition(|used| !observes || !is_observable(*used) || usage.observed.contains_key(used));
    for used in unseen {
        needed.note(key, format!("{used} is declared and was never observed: left out"));
    }
    seen
}

/// Whether the runtime sees calls of this operation: those made through its typed handles.
#[must_use]
pub fn is_observable(used: Use) -> bool {
    let prefix = used.iam().split_once(':').map_or("", |(prefix, _)| prefix);
    matches!(used, Use::Operation(_))
        && ["dynamodb", "s3", "sqs", "secretsmanager", "ssm", "lambda", "bedrock", "cognito-idp"]
            .contains(&prefix)
}

/// What was seen within `max_age` days before the function's last day, and what was not.
pub(crate) fn split_by_age<'s, T: Ord + Clone>(
    seen: &'s Seen<T>,
    usage: &Usage,
    max_age: u32,
) -> (Vec<T>, Vec<(&'s T, &'s str)>) {
    let last = usage.last_seen.as_deref().and_then(crate::day::number);
    let is_old = |day: &Option<String>| {
        let day = day.as_deref().and_then(crate::day::number);
        last.zip(day)
            .is_some_and(|(last, day)| i64::from(last) - i64::from(day) > i64::from(max_age))
    };
    let (mut current, mut old) = (Vec::new(), Vec::new());
    for (what, day) in seen {
        match day {
            Some(text) if is_old(day) => old.push((what, text.as_str())),
            _ => current.push(what.clone()),
        }
    }
    (current, old)
}

/// Needs that are on another variable's resource: fine if the same function has them there.
fn elsewhere(others: &[(Wanted, Reason)], needed: &mut Needed) {
    let actions: BTreeSet<&str> = others.iter().map(|(wanted, _)| wanted.action.full()).collect();
    let of_actions = needed.grants.iter().filter(|(granted, _)| actions.contains(granted.action));
    let has: BTreeSet<(&str, Option<String>, Option<String>)> = of_actions
        .flat_map(|(granted, reasons)| reasons.iter().map(|reason| (granted.action, reason)))
        .filter(|(_, reason)| !reason.by.variable.is_empty())
        .map(|(action, reason)| (action, reason.by.service.clone(), reason.by.function.clone()))
        .collect();
    for (wanted, reason) in others {
        let action = wanted.action.full();
        if has.contains(&(action, reason.by.service.clone(), reason.by.function.clone())) {
            continue;
        }
        let parts = [
            reason.by.service.as_deref(),
            reason.by.function.as_deref(),
            Some(&reason.by.variable),
        ];
        let key: Vec<&str> = parts.into_iter().flatten().collect();
        needed.gap(
            &key.join(" / ").escape_debug().to_string(),
            format!(
                "{} also needs {action} on {}: declare the operation that reads it on the variable \
                that names it",
                reason.operation,
                reason.remark.as_deref().unwrap_or("another resource"),
            ),
        );
    }
}
