//! What the values of one variable are, for each resource type that is asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use ops_enums::iam::{ResourceType, Tier};

use super::wanted::Wanted;
use super::{Needed, Options, split_by_age};
use crate::arn::{Arn, Parameter};
use crate::grant::{Conditions, On, Permission, Reason};
use crate::model::{Usage, Use};
use crate::resource::{self, Deployment, Identity, Invalid, Target};

/// What a variable's resource is.
pub(super) struct Found<'f> {
    usage: &'f Usage,
    options: &'f Options,
    /// Where the functions run; more than one where they run in several regions.
    places: Vec<Deployment>,
    /// What the values name, by IAM prefix; none where no value is known.
    identities: Vec<(&'static str, Identity)>,
    /// The types that are asked for.
    kinds: Vec<&'static ResourceType>,
    /// A value was there and is not usable: nothing is granted in its place.
    is_invalid: bool,
}

impl<'f> Found<'f> {
    pub(super) fn of(
        usage: &'f Usage,
        wanted: &[(Use, Vec<Wanted>)],
        options: &'f Options,
        key: &str,
        needed: &mut Needed,
    ) -> Self {
        let mut found = Self {
            usage,
            options,
            places: places(usage, options),
            identities: Vec::new(),
            is_invalid: false,
            kinds: Vec::new(),
        };
        let kinds: Vec<&'static ResourceType> = wanted
            .iter()
            .flat_map(|(_, wanted)| wanted)
            .filter(|w| {
                w.elsewhere.is_none()
                    && !matches!(w.tier, Tier::Forwarded { .. } | Tier::PassRole { .. })
            })
            .filter_map(|w| w.kind)
            .collect();
        let services: BTreeSet<&'static str> = kinds.iter().map(|kind| kind.service).collect();
        let (values, old) = split_by_age(&usage.values, usage, options.max_age);
        if !old.is_empty() {
            let days = options.max_age;
            needed.note(key, format!("{} older values were not seen in the {days} days before the function last ran: left out", old.len()));
        }
        found.kinds.clone_from(&kinds);
        for value in &values {
            if let Err(why) = found.name(value, &services) {
                found.is_invalid = true;
                needed.gap(
                    key,
                    format!(
                        "{why}; nothing was granted for it. Correct the variable, or the record"
                    ),
                );
            }
        }
        found
    }

    /// Takes in what a value names for each service. An ARN is of one service alone.
    fn name(&mut self, value: &str, services: &BTreeSet<&'static str>) -> Result<(), Invalid> {
        let own = resource::service_of(value).and_then(|own| services.get(own));
        // Of another service: the operations' own one says what is wrong with it.
        let main = resource::service_of(value).and(self.kinds.first()).map(|kind| kind.service);
        let only = own.copied().or(main);
        for service in services.iter().copied().filter(|one| only.is_none_or(|only| *one == only)) {
            let of_service = self.kinds.iter().filter(|kind| kind.service == service);
            let fallback = resource::fallback(of_service.copied());
            self.identities.push((service, Identity::read(service, value, fallback)?));
        }
        Ok(())
    }

    /// Grants one need on everything it may be on.
    pub(super) fn grant(
        &self,
        wanted: &Wanted,
        required: bool,
        reason: &Arc<Reason>,
        needed: &mut Needed,
    ) {
        match wanted.tier {
            Tier::Forwarded { via, .. } => {
                return self.forwarded(wanted, via, required, reason, needed);
            }
            Tier::PassRole { to, .. } => {
                return self.pass_role(wanted, to, required, reason, needed);
            }
            _ => {}
        }
        let Some(kind) = wanted.kind else {
            let why =
                format!("{} has no permission on the level of resources", wanted.action.full());
            let permission = Permission {
                action: wanted.action.full(),
                on: On::Everything { why },
                conditions: Conditions::new(),
            };
            return needed.grant(required, permission, reason.clone());
        };
        for target in self.targets(kind) {
            let permission = Permission {
                action: wanted.action.full(),
                on: On::Arn(target.arn),
                conditions: target.conditions,
            };
            let reason = match target.remark {
                None => reason.clone(),
                Some(more) => {
                    let remarks: Vec<String> =
                        reason.remark.iter().cloned().chain([more]).collect();
                    let remark = Some(remarks.join("; "));
                    Arc::new(Reason { remark, ..Reason::clone(reason) })
                }
            };
            needed.grant(required, permission, reason);
        }
    }

    /// The ARNs of one type: of the values, or open where no value is known.
    fn targets(&self, kind: &ResourceType) -> Vec<Target> {
        if self.is_open() {
            let parameter = || Parameter {
                service: self.usage.service.clone(),
                name: self.usage.variable.clone(),
                what: resource::what(kind),
            };
            let places = self.places.iter().filter(|_| self.stands_for(kind));
            return places.filter_map(|at| resource::open(kind, parameter(), at)).collect();
        }
        let of_service = self.identities.iter().filter(|(service, _)| *service == kind.service);
        of_service
            .flat_map(|(_, identity)| {
                self.places.iter().flat_map(move |at| resource::targets(kind, identity, at))
            })
            .collect()
    }

    /// Whether a value that nobody knows yet is taken to name this type.
    fn stands_for(&self, kind: &ResourceType) -> bool {
        let mut of_service = self.kinds.iter().filter(|other| other.service == kind.service);
        if of_service.clone().any(|other| resource::is_usual(other)) {
            return resource::is_usual(kind);
        }
        resource::fallback(of_service.by_ref().copied()).is_some()
    }

    fn is_open(&self) -> bool {
        self.identities.is_empty() && !self.is_invalid
    }

    /// Says which required actions of a use found nothing to be on.
    pub(super) fn unmatched(&self, used: Use, key: &str, needed: &mut Needed) {
        if self.is_invalid && self.identities.is_empty() {
            return;
        }
        let wanted = super::wanted::of(used);
        let optional_only = !wanted.iter().any(|w| w.tier == Tier::Required);
        let counts = |w: &&Wanted| {
            let option = matches!(w.tier, Tier::Option { .. }) && optional_only;
            w.elsewhere.is_none() && (w.tier == Tier::Required || option)
        };
        let mut actions: Vec<&str> =
            wanted.iter().filter(counts).map(|w| w.action.full()).collect();
        actions.dedup();
        for action in actions {
            let mut kinds =
                wanted.iter().filter(|w| w.action.full() == action && w.elsewhere.is_none());
            if kinds.clone().any(|w| w.kind.is_none_or(|kind| !self.targets(kind).is_empty())) {
                continue;
            }
            let names: Vec<&str> =
                kinds.by_ref().filter_map(|w| w.kind).map(|kind| kind.name).collect();
            needed.gap(
                key,
                format!(
                    "{used} needs {action} on another kind of resource ({}) than the value names; \
                    nothing was granted for it",
                    names.join(", ")
                ),
            );
        }
    }

    fn forwarded(
        &self,
        wanted: &Wanted,
        via: &str,
        required: bool,
        reason: &Arc<Reason>,
        needed: &mut Needed,
    ) {
        let known = self.options.kms_keys.get(&self.usage.variable);
        for at in &self.places {
            let (arn, region) = match known {
                Some(key) => (
                    Arn::from(key.as_str()),
                    key.split(':').nth(3).map_or_else(|| at.part("Region"), |region| region.into()),
                ),
                None => (super::runtime::any_key(at), at.part("Region")),
            };
            let service =
                Arn::new([format!("{via}.").as_str().into(), region, ".amazonaws.com".into()]);
            let condition = ("StringEquals".to_owned(), "kms:ViaService".to_owned());
            let conditions = match known {
                Some(_) => Conditions::from([(condition, [service].into())]),
                None => Conditions::new(),
            };
            let permission =
                Permission { action: wanted.action.full(), on: On::Arn(arn), conditions };
            needed.grant(required && known.is_some(), permission, reason.clone());
        }
    }

    fn pass_role(
        &self,
        wanted: &Wanted,
        to: &str,
        required: bool,
        reason: &Arc<Reason>,
        needed: &mut Needed,
    ) {
        let Some(kind) = wanted.kind else { return };
        for target in self.roles(kind, to, needed) {
            let condition = ("StringEquals".to_owned(), "iam:PassedToService".to_owned());
            let permission = Permission {
                action: wanted.action.full(),
                on: On::Arn(target.arn),
                conditions: Conditions::from([(condition, [Arn::from(to)].into())]),
            };
            needed.grant(required, permission, reason.clone());
        }
    }

    fn roles(&self, kind: &ResourceType, to: &str, needed: &mut Needed) -> Vec<Target> {
        let Some(role) = self.options.roles.get(&self.usage.variable) else {
            let parameter = || Parameter {
                service: self.usage.service.clone(),
                name: format!("{}_ROLE", self.usage.variable),
                what: format!("name of the role that is passed to {to}"),
            };
            return self
                .places
                .iter()
                .filter_map(|at| resource::open(kind, parameter(), at))
                .collect();
        };
        match Identity::read("iam", role, None) {
            Ok(identity) => {
                self.places.iter().flat_map(|at| resource::targets(kind, &identity, at)).collect()
            }
            Err(why) => {
                needed.gap("--pass-role", why.to_string());
                Vec::new()
            }
        }
    }
}

/// Where a usage runs: the regions of its record, else the operator's.
pub(super) fn places(usage: &Usage, options: &Options) -> Vec<Deployment> {
    let (regions, _) = split_by_age(&usage.regions, usage, options.max_age);
    let regions: Vec<String> =
        regions.into_iter().filter(|region| resource::is_region(region)).collect();
    if regions.is_empty() {
        return vec![options.deployment.clone()];
    }
    let place = |region| Deployment { region: Some(region), ..options.deployment.clone() };
    regions.into_iter().map(place).collect()
}
