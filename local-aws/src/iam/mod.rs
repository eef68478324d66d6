//! IAM: roles, their inline policies and managed policies, as an audit reads them.
//!
//! Emulated: GetRole, ListRoles, ListRolePolicies, GetRolePolicy, ListAttachedRolePolicies, GetPolicy
//! and GetPolicyVersion. Everything that writes is not: roles and policies are seeded in process, and
//! documents are never evaluated. As IAM is global, ARNs have no region; clients sign for `us-east-1`
//! or, with an endpoint URL of their own, for the region they are configured with, and both are
//! answered. API: <https://docs.aws.amazon.com/IAM/latest/APIReference/Welcome.html>.

mod names;
mod parameters;
mod policies;
mod policy;
mod role;
mod roles;

use std::collections::BTreeMap;
use std::fmt;

use self::parameters::Parameters;
use self::policy::{Policy, version_id};
use self::role::Role;
use crate::json::AwsError;
use crate::request::Request;
use crate::shared::Shared;
use crate::{ACCOUNT_ID, query};

/// The namespace of answers, which ends in the version of the API.
const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// The roles and managed policies of one world. A clone is another handle on the same ones.
///
/// The methods here seed in process: they are not counted as calls and meet no faults. They take
/// names and documents as they are, even where IAM would refuse them, and make the role or policy
/// they are about if there is none.
#[derive(Clone, Default)]
pub struct Store(Shared<State>);

#[derive(Default)]
struct State {
    /// By name.
    roles: BTreeMap<String, Role>,
    /// By ARN.
    policies: BTreeMap<String, Policy>,
    /// The most entries that a page gets, whatever is asked for.
    page_size: Option<usize>,
}

/// Shows which roles and policies there are and nothing of their documents.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.debug_struct("Store")
            .field("roles", &state.roles.keys())
            .field("policies", &state.policies.keys())
            .finish()
    }
}

impl Store {
    /// Answers one call in XML.
    pub(crate) fn handle(&self, request: &Request) -> Result<String, AwsError> {
        let operation = request.operation.as_str();
        let parameters = Parameters::of(request)?;
        let state = &*self.0.lock();
        let result = match operation {
            "GetPolicy" => policies::get(state, &parameters),
            "GetPolicyVersion" => policies::version(state, &parameters),
            "GetRole" => roles::get(state, &parameters),
            "GetRolePolicy" => roles::inline_policy(state, &parameters),
            "ListAttachedRolePolicies" => roles::attached_policies(state, &parameters),
            "ListRolePolicies" => roles::inline_policies(state, &parameters),
            "ListRoles" => roles::list(state, &parameters),
            _ => Err(AwsError::unknown_operation("iam", operation)),
        }?;
        Ok(query::answer(NAMESPACE, operation, &result))
    }

    /// Makes a role with the path `/` that Lambda may assume, unless there is one of that name;
    /// answers its ARN.
    pub fn create_role(&self, name: &str) -> String {
        self.create_role_in("/", name)
    }

    /// Makes a role with a path, such as `/service-role/`; otherwise like [`Store::create_role`].
    pub fn create_role_in(&self, path: &str, name: &str) -> String {
        let role = || Role::new(path);
        self.0.lock().roles.entry(name.to_owned()).or_insert_with(role).arn(name)
    }

    /// Sets who may assume a role: its trust policy, in JSON.
    pub fn set_trust_policy(&self, role: &str, json: &str) {
        self.change(role, |role| json.clone_into(&mut role.trust));
    }

    /// Sets an inline policy of a role, in JSON; one of that name is replaced.
    pub fn put_role_policy(&self, role: &str, name: &str, json: &str) {
        self.change(role, |role| role.inline.insert(name.to_owned(), json.to_owned()));
    }

    /// Makes a policy of the account with the path `/` and this JSON as its only version `v1`; answers
    /// its ARN. One of that name is replaced.
    pub fn create_managed_policy(&self, name: &str, json: &str) -> String {
        self.insert_policy(format!("arn:aws:iam::{ACCOUNT_ID}:policy/{name}"), json)
    }

    /// Makes a policy that AWS manages. Its name begins with its path if that is not `/`, such as
    /// `service-role/AWSLambdaBasicExecutionRole`; otherwise like [`Store::create_managed_policy`].
    pub fn create_aws_managed_policy(&self, name: &str, json: &str) -> String {
        self.insert_policy(format!("arn:aws:iam::aws:policy/{name}"), json)
    }

    /// Adds a version to a managed policy and makes it the default; answers its id, such as `v2`.
    /// Earlier versions stay, more than the five that IAM keeps too.
    pub fn put_policy_version(&self, arn: &str, json: &str) -> String {
        let mut state = self.0.lock();
        let policy = state.policies.entry(arn.to_owned()).or_default();
        policy.add(json);
        version_id(policy.versions.len())
    }

    /// Attaches a managed policy to a role. If there is no policy of that ARN, the role lists it all
    /// the same and reading it fails: what a caller sees when the policy goes away in between.
    pub fn attach_role_policy(&self, role: &str, arn: &str) {
        self.change(role, |role| role.attached.insert(arn.to_owned()));
    }

    /// Sets the managed policy that bounds what a role may do, whether there is one of that ARN or not.
    pub fn set_permissions_boundary(&self, role: &str, arn: &str) {
        self.change(role, |role| role.boundary = Some(arn.to_owned()));
    }

    /// From now on no page has more than `size` entries, or 1 if that is 0, whatever the request asks
    /// for: IAM may answer less than `MaxItems` too.
    pub fn set_page_size(&self, size: usize) {
        self.0.lock().page_size = Some(size.max(1));
    }

    fn change<T>(&self, role: &str, change: impl FnOnce(&mut Role) -> T) {
        let mut state = self.0.lock();
        change(state.roles.entry(role.to_owned()).or_insert_with(|| Role::new("/")));
    }

    fn insert_policy(&self, arn: String, json: &str) -> String {
        let mut policy = Policy::default();
        policy.add(json);
        self.0.lock().policies.insert(arn.clone(), policy);
        arn
    }
}

/// What is not there, in the words of IAM.
fn no_such_entity(message: String) -> AwsError {
    AwsError::new("NoSuchEntity", message).with_status(404)
}
