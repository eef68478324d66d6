//! What each operation needs: the action of its name, and what the reviewed file says instead or
//! besides.

use super::IamError;
use super::catalogue::{Action, On, Service};
use super::corrections::{Corrections, Entry, Wanted, Why};
use super::tables::Operation;
use super::wording::{with_article, words};

/// A need, as `ops_enums::iam::Need`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    /// In canonical case, with the prefix.
    pub(crate) action: String,
    pub(crate) resource: Option<String>,
    /// `None`: the variable.
    pub(crate) other: Option<String>,
    pub(crate) tier: Tier,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    Required,
    Option { when: String },
    Forwarded { via: String, when: String },
    PassRole { to: String, when: Option<String> },
}

/// The needs of one operation, or why it has none.
pub(crate) type Needs = Result<Vec<Need>, Why>;

/// What the rules look things up in.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) services: &'c [Service],
    pub(crate) corrections: &'c Corrections,
}

impl<'c> Context<'c> {
    /// The needs of an operation of the enum with this prefix.
    pub(crate) fn needs(self, prefix: &str, operation: &Operation) -> Result<Needs, IamError> {
        let full = format!("{prefix}:{}", operation.name);
        let Corrections { without, instead, besides, .. } = self.corrections;
        if let Some(entry) = without.iter().find(|entry| entry.operations.contains(&full)) {
            return Ok(Err(entry.why));
        }
        let named = |entry: &&Entry| entry.operations.contains(&full);
        let mut wanted: Vec<Wanted> =
            instead.iter().filter(named).flat_map(|entry| entry.needs.clone()).collect();
        if wanted.is_empty() {
            wanted.push(Wanted { action: full.clone(), ..Wanted::default() });
        }
        wanted.extend(besides.iter().filter(named).flat_map(|entry| entry.needs.clone()));
        let mut needs = Vec::new();
        for wanted in &wanted {
            needs.extend(self.resolve(prefix, operation, wanted)?);
        }
        self.check_dependents(&full, &needs)?;
        Ok(Ok(without_the_implied(needs)))
    }

    fn action(self, full: &str, operation: &str) -> Result<(&'c Service, &'c Action), IamError> {
        full.split_once(':')
            .and_then(|(prefix, name)| {
                let service = self.services.iter().find(|service| service.prefix == prefix)?;
                Some((service, service.action(name)?))
            })
            .ok_or_else(|| IamError::NoAction {
                operation: operation.to_owned(),
                action: full.to_owned(),
            })
    }

    /// One need for each resource type.
    fn resolve(
        self,
        prefix: &str,
        operation: &Operation,
        wanted: &Wanted,
    ) -> Result<Vec<Need>, IamError> {
        let full = format!("{prefix}:{}", operation.name);
        let (service, action) = self.action(&wanted.action, &full)?;
        let tier = tier(wanted).map_err(|what| IamError::Need { operation: full.clone(), what })?;
        let template = Need {
            action: format!("{}:{}", service.prefix, action.name),
            resource: None,
            other: wanted.of.clone(),
            tier,
        };
        let on = |kinds: Vec<&str>| {
            kinds.into_iter().map(|kind| template.on(kind, wanted.of.clone())).collect()
        };
        if let Some(kinds) = &wanted.on {
            if let Some(kind) = kinds.iter().find(|kind| !action.accepts(kind)) {
                let what = format!("{} does not accept `{kind}`", template.action);
                return Err(IamError::Need { operation: full, what });
            }
            // No resource types: explicitly `*`.
            if kinds.is_empty() {
                return Ok(vec![template]);
            }
            return Ok(on(kinds.iter().map(String::as_str).collect()));
        }
        if action.resource_types.is_empty() {
            return Ok(vec![template]);
        }
        let own = self.own_types(service.prefix, &operation.kind);
        let mine = some_of(action, |kind| own.iter().any(|own| own == kind));
        Ok(match (&wanted.of, mine) {
            (Some(_), _) => on(some_of(action, |kind| self.is_any_variables(service.prefix, kind))
                .or_else(|| some_of(action, |kind| action.requires(kind)))
                .unwrap_or_else(|| action.resource_types.iter().map(|on| &*on.name).collect())),
            (None, Some(mine)) => {
                // The call itself may always name another resource beside the variable's.
                let beside = operation.kind != "ByArn" && wanted.action == full;
                let others = action
                    .resource_types
                    .iter()
                    .filter(|on| beside && on.required && !mine.contains(&&*on.name));
                let others =
                    others.map(|other| template.on_others(&other.name)).collect::<Vec<_>>();
                mine.iter().map(|kind| template.on(kind, None)).chain(others).collect()
            }
            (None, None) => on_others(action, operation.kind == "ByArn", &template),
        })
    }

    /// The resource types that a variable of this kind names.
    fn own_types(self, prefix: &str, kind: &str) -> &'c [String] {
        self.corrections
            .kinds
            .get(prefix)
            .and_then(|kinds| kinds.get(kind))
            .map_or(&[], Vec::as_slice)
    }

    fn is_any_variables(self, prefix: &str, kind: &str) -> bool {
        let kinds = self.corrections.kinds.get(prefix);
        kinds.is_some_and(|kinds| kinds.values().flatten().any(|own| own == kind))
    }

    /// Nothing that AWS lists as needed beside an operation's actions is left out unseen.
    fn check_dependents(self, operation: &str, needs: &[Need]) -> Result<(), IamError> {
        for need in needs.iter().filter(|need| need.tier == Tier::Required) {
            let (_, action) = self.action(&need.action, operation)?;
            for dependent in &action.dependents {
                let is_need = needs.iter().any(|need| need.action.eq_ignore_ascii_case(dependent));
                let is_left_out =
                    self.corrections.no_dependent.iter().any(|entry| {
                        entry.operation == operation && entry.actions.contains(dependent)
                    });
                if !is_need && !is_left_out {
                    return Err(IamError::Dependent {
                        operation: operation.to_owned(),
                        action: need.action.clone(),
                        dependent: dependent.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// The needs where no resource type is the variable's. An ARN is one of those accepted; what is not
/// always named is an option, beside `*` for the call that names nothing.
fn on_others(action: &Action, by_arn: bool, template: &Need) -> Vec<Need> {
    let named = |kind: &str| {
        let when = format!("the call names {}", with_article(kind));
        Need { tier: template.tier.or_option(when), ..template.on_others(kind) }
    };
    let types = &action.resource_types;
    if by_arn || types.iter().any(|on| on.required) {
        let need = |on: &On| {
            if on.required && !by_arn { template.on_others(&on.name) } else { named(&on.name) }
        };
        return types.iter().map(need).collect();
    }
    match types.as_slice() {
        _ if action.level == "List" => vec![template.clone()],
        [only] => vec![template.clone(), named(&only.name)],
        several => several.iter().map(|on| named(&on.name)).collect(),
    }
}

impl Need {
    fn on(&self, kind: &str, other: Option<String>) -> Self {
        Self { resource: Some(kind.to_owned()), other, ..self.clone() }
    }

    fn on_others(&self, kind: &str) -> Self {
        self.on(kind, Some(format!("the {}", words(kind))))
    }
}

impl Action {
    fn accepts(&self, kind: &str) -> bool {
        self.resource_types.iter().any(|on| on.name == kind)
    }

    fn requires(&self, kind: &str) -> bool {
        self.resource_types.iter().any(|on| on.name == kind && on.required)
    }
}

impl Tier {
    /// An option, unless it is something more special already.
    fn or_option(&self, when: String) -> Self {
        match self {
            Self::Required => Self::Option { when },
            other => other.clone(),
        }
    }
}

/// The resource types of an action that fit, if there are any.
fn some_of(action: &Action, fits: impl Fn(&str) -> bool) -> Option<Vec<&str>> {
    let some: Vec<&str> =
        action.resource_types.iter().map(|on| &*on.name).filter(|kind| fits(kind)).collect();
    (!some.is_empty()).then_some(some)
}

fn tier(wanted: &Wanted) -> Result<Tier, String> {
    let Wanted { action, when, via, to, .. } = wanted;
    match (via.clone(), to.clone(), when.clone()) {
        (None, None, None) if action == "iam:PassRole" => {
            Err("iam:PassRole has to say `to` whom".to_owned())
        }
        (None, None, None) => Ok(Tier::Required),
        (None, None, Some(when)) => Ok(Tier::Option { when }),
        (Some(via), None, Some(when)) => Ok(Tier::Forwarded { via, when }),
        (Some(_), None, None) => Err(format!("{action} with `via` has to say `when`")),
        (None, Some(to), when) => Ok(Tier::PassRole { to, when }),
        (Some(_), Some(_), _) => Err(format!("{action} has both `via` and `to`")),
    }
}

/// Sorted, each once, and no option that only repeats what is required anyway.
fn without_the_implied(mut needs: Vec<Need>) -> Vec<Need> {
    let place = |need: &Need| match need.tier {
        Tier::Required => 0,
        Tier::Option { .. } => 1,
        Tier::Forwarded { .. } => 2,
        Tier::PassRole { .. } => 3,
    };
    needs.sort_by_cached_key(|need| (place(need), need.clone()));
    needs.dedup();
    let required: Vec<Need> =
        needs.iter().filter(|need| need.tier == Tier::Required).cloned().collect();
    needs.retain(|need| {
        !matches!(need.tier, Tier::Option { .. })
            || !required.iter().any(|required| {
                let Need { tier: _, action, resource, other } = required;
                (action, resource, other) == (&need.action, &need.resource, &need.other)
            })
    });
    needs
}

#[cfg(test)]
mod tests;
