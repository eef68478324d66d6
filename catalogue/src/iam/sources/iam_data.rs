//! iam-data's files: per service one of actions and one of resource types. It is the fresher
//! source, and has no dependent actions.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One action.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    /// In canonical case.
    pub(crate) name: String,
    pub(crate) access_level: String,
    pub(crate) resource_types: Vec<OnResource>,
    pub(crate) condition_keys: Vec<String>,
}

/// A resource type that an action accepts.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OnResource {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) condition_keys: Vec<String>,
}

/// A resource type.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceType {
    /// The name.
    pub(crate) key: String,
    pub(crate) arn: String,
    #[serde(default)]
    pub(crate) condition_keys: Vec<String>,
}

/// The actions in a file `data/actions/PREFIX.json`, sorted by name.
pub(crate) fn actions(json: &[u8]) -> Result<Vec<Action>, serde_json::Error> {
    let mut actions = values::<Action>(json)?;
    actions.sort_by_cached_key(|action| action.name.to_ascii_lowercase());
    Ok(actions)
}

/// The resource types in a file `data/resourceTypes/PREFIX.json`, sorted by name.
pub(crate) fn resource_types(json: &[u8]) -> Result<Vec<ResourceType>, serde_json::Error> {
    let mut types = values::<ResourceType>(json)?;
    types.sort_by_cached_key(|kind| kind.key.to_ascii_lowercase());
    Ok(types)
}

/// The prefixes in the file `data/services.json`, sorted.
pub(crate) fn prefixes(json: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    let mut prefixes: Vec<String> = serde_json::from_slice(json)?;
    prefixes.sort_unstable();
    Ok(prefixes)
}

fn values<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<Vec<T>, serde_json::Error> {
    Ok(serde_json::from_slice::<BTreeMap<String, T>>(json)?.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_and_resource_types_are_read_and_sorted() {
        let json = br#"{"b": {"name": "B", "accessLevel": "Write", "conditionKeys": ["s:K"],
            "resourceTypes": [{"name": "thing", "required": true, "conditionKeys": ["s:T"]}]},
            "a": {"name": "a", "accessLevel": "Read", "conditionKeys": [], "resourceTypes": []}}"#;
        let actions = actions(json).unwrap();
        assert_eq!((&*actions[0].name, &*actions[1].name), ("a", "B"));
        assert_eq!(actions[1].resource_types[0].condition_keys, ["s:T"]);
        let types = resource_types(br#"{"thing": {"key": "Thing", "arn": "arn:x"}}"#).unwrap();
        assert_eq!((&*types[0].key, &*types[0].arn), ("Thing", "arn:x"));
    }
}
