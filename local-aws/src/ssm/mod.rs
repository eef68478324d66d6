//! Systems Manager Parameter Store, as strict as its documentation
//! (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/>).
//!
//! Not emulated, and refused by name: parameter policies, allowed patterns, data types other than
//! `text`, and everything of Systems Manager that is not Parameter Store.

mod access;
mod describe;
mod filters;
mod labels;
mod names;
mod page;
mod parameter;
mod put;
mod read;
mod tags;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use self::access::Access;
use self::parameter::{Kind, Parameter};
use crate::json::{AwsError, Members};
use crate::shared::Shared;

/// The parameters of one world.
///
/// The methods here seed and inspect in process: they are not counted as calls and meet no faults.
#[derive(Clone, Default)]
pub struct Store(Shared<State>);

#[derive(Default)]
struct State {
    /// By [`names::key`].
    parameters: BTreeMap<String, Parameter>,
    access: Access,
}

impl Store {
    /// Sets a `String` parameter. Name and value are taken as they are, even where `PutParameter`
    /// would refuse them; a parameter of another type is replaced.
    pub fn put(&self, name: &str, value: &str) {
        self.seed(name, Kind::String, value);
    }

    /// Sets a `SecureString` parameter under the key `alias/aws/ssm`; otherwise like [`Store::put`].
    pub fn put_secure(&self, name: &str, value: &str) {
        self.seed(name, Kind::SecureString, value);
    }

    /// Sets a `StringList` parameter, items separated by commas; otherwise like [`Store::put`].
    pub fn put_list(&self, name: &str, value: &str) {
        self.seed(name, Kind::StringList, value);
    }

    /// The latest value in the clear.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let state = self.0.lock();
        Some(state.parameters.get(&names::key(name))?.latest()?.value.clone())
    }

    /// The type of the latest version: `String`, `StringList` or `SecureString`.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&'static str> {
        let state = self.0.lock();
        Some(state.parameters.get(&names::key(name))?.latest()?.kind.name())
    }

    /// The names of all parameters, sorted by path.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.lock().parameters.values().map(|parameter| parameter.name.clone()).collect()
    }

    /// Removes a parameter with all its versions; whether there was one.
    pub fn remove(&self, name: &str) -> bool {
        self.0.lock().parameters.remove(&names::key(name)).is_some()
    }

    /// From now on every call that names this parameter, or one below this path, fails as a whole with
    /// `AccessDeniedException`.
    pub fn deny(&self, name_or_path: &str) {
        self.0.lock().access.deny(name_or_path);
    }

    /// From now on every decrypting read that includes this `SecureString` fails as a whole with
    /// `AccessDeniedException`, as if the KMS key were out of reach.
    pub fn make_undecryptable(&self, name: &str) {
        self.0.lock().access.make_undecryptable(name);
    }

    /// Takes back [`Store::deny`] and [`Store::make_undecryptable`] for this name or path.
    pub fn allow(&self, name_or_path: &str) {
        self.0.lock().access.allow(name_or_path);
    }

    /// Answers one call; `region` is the one the request was signed for.
    pub(crate) fn handle(
        &self,
        operation: &str,
        body: &Value,
        region: &str,
    ) -> Result<Value, AwsError> {
        let members = Members(body);
        let state = &mut *self.0.lock();
        match operation {
            "AddTagsToResource" => tags::add(state, members, region),
            "DeleteParameter" => write::delete(state, members, region),
            "DeleteParameters" => write::delete_many(state, members, region),
            "DescribeParameters" => describe::describe(state, members, region),
            "GetParameter" => read::one(state, members, region),
            "GetParameterHistory" => describe::history(state, members, region),
            "GetParameters" => read::many(state, members, region),
            "GetParametersByPath" => read::by_path(state, members, region),
            "LabelParameterVersion" => labels::attach(state, members, region),
            "ListTagsForResource" => tags::list(state, members, region),
            "PutParameter" => put::put(state, members, region),
            "RemoveTagsFromResource" => tags::remove(state, members, region),
            "UnlabelParameterVersion" => labels::detach(state, members, region),
            _ => Err(AwsError::unknown_operation("ssm", operation)),
        }
    }

    fn seed(&self, name: &str, kind: Kind, value: &str) {
        write::seed(&mut self.0.lock(), name, kind, value);
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.names()).finish()
    }
}
