//! What each operation needs: the action of its name, and what the reviewed file says instead or
//! besides.

use super::IamError;
use super::catalogue::{Action, Service};
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
        let name = format!("{}:{}", service.prefix, action.name);
        let tier = tier(wanted).map_err(|what| IamError::Need { operation: full.clone(), what })?;
        let need = |resource: Option<&str>, other: Option<String>, tier: &Tier| Need {
            action: name.clone(),
            resource: resource.map(str::to_owned),
            other,
            tier: tier.clone(),
        };
        if let Some(on) = &wanted.on {
            let unknown = on.iter().find(|kind| !action.accepts(kind));
            if let Some(kind) = unknown {
                let what = format!("{name} does not accept `{kind}`");
                return Err(IamError::Need { operation: full, what });
            }
            if on.is_empty() {
                return Ok(vec![need(None, wanted.of.clone(), &tier)]);
            }
            return Ok(on.iter().map(|kind| need(Some(kind), wanted.of.clone(), &tier)).collect());
        }
        if action.resource_types.is_empty() {
            return Ok(vec![need(None, wanted.of.clone(), &tier)]);
        }
        let own = self.own_types(service.prefix, &operation.kind);
        let is_own = |kind: &str| own.iter().any(|own| own == kind);
        if let Some(of) = &wanted.of {
            let chosen = some_of(action, |kind| self.is_any_variables(service.prefix, kind))
                .or_else(|| some_of(action, |kind| action.requires(kind)))
                .unwrap_or_else(|| action.resource_types.iter().map(|on| &*on.name).collect());
            return Ok(chosen
                .into_iter()
                .map(|kind| need(Some(kind), Some(of.clone()), &tier))
                .collect());
        }
        let mine = some_of(action, is_own);
        let others = || action.resource_types.iter().filter(|on| !is_own(&on.name));
        let mut needs: Vec<Need> = Vec::new();
        needs.extend(mine.iter().flatten().map(|kind| need(Some(kind), None, &tier)));
        let alone = others().count() == 1;
        let is_same_name = wanted.action == full;
        for on in others() {
            let of = Some(format!("the {}", words(&on.name)));
            let by_arn = operation.kind == "ByArn";
            if mine.is_some() {
                // The call itself may always name another resource beside the variable's.
                if on.required && !by_arn && is_same_name {
                    needs.push(need(Some(&on.name), of, &tier));
                }
            } else if !by_arn && (on.required || alone && action.level != "List") {
                needs.push(need(Some(&on.name), of, &tier));
            } else if action.level != "List" || by_arn {
                let when = format!("the call names {}", with_article(&on.name));
                needs.push(need(Some(&on.name), of, &tier.or_option(when)));
            }
        }
        if needs.is_empty() {
            // A list that may name a resource, and does not have to.
            needs.push(need(None, None, &tier));
        }
        Ok(needs)
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
