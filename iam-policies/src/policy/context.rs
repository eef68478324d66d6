//! What is known about a request.

use std::collections::BTreeMap;

/// Condition keys of a request and their values. Keys that are not in here are unknown, which is
/// not the same as missing from the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The request has this key with this value; called again, with this value as well.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.keys.entry(key.to_ascii_lowercase()).or_default().push(value.into());
        self
    }

    /// The request is known not to have this key.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), Vec::new());
        self
    }

    /// The values of the key, none if the request does not have it; `None` if that is not known.
    /// Keys have no letter case.
    #[must_use]
    pub fn values(&self, key: &str) -> Option<&[String]> {
        self.keys.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}
