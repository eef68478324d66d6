//! Cognito user pools: the administrator's view of pools and users.
//!
//! Emulated: CreateUserPool, DescribeUserPool, ListUserPools, ListUsers, AdminCreateUser,
//! AdminGetUser, AdminEnableUser, AdminDisableUser and AdminDeleteUser. Sign-in, groups, clients
//! and triggers are not. API:
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html>.

mod filter;
mod list;
mod pool;
mod pools;
mod users;

use std::collections::BTreeMap;

use serde_json::Value;

use self::pool::{Pool, User};
use crate::json::{AwsError, Members};
use crate::shared::Shared;
use crate::{REGION, ids};

/// The user pools of one world. A clone is another handle on the same pools.
#[derive(Clone, Debug, Default)]
pub struct Store {
    pools: Shared<BTreeMap<String, Pool>>,
}

impl Store {
    /// Answers one call; `region` is the one the request was signed for.
    pub(crate) fn handle(
        &self,
        operation: &str,
        body: &Value,
        region: &str,
    ) -> Result<Value, AwsError> {
        let pools = &mut *self.pools.lock();
        let members = Members(body);
        match operation {
            "CreateUserPool" => pools::create(pools, members, region),
            "DescribeUserPool" => pools::describe(pools, members),
            "ListUserPools" => pools::list(pools, members),
            "ListUsers" => list::users(pools, members),
            "AdminCreateUser" => users::create(pools, members),
            "AdminGetUser" => users::get(pools, members),
            "AdminEnableUser" => users::set_enabled(pools, members, true),
            "AdminDisableUser" => users::set_enabled(pools, members, false),
            "AdminDeleteUser" => users::delete(pools, members),
            _ => Err(AwsError::unknown_operation("cognito-idp", operation)),
        }
    }

    /// Makes a pool in [`REGION`]; answers its id, such as `eu-west-1_aB3dE5fG7`.
    pub fn create_pool(&self, name: &str) -> String {
        let id = pools::new_id(REGION);
        self.pools.lock().insert(id.clone(), Pool::new(name, REGION));
        id
    }

    /// Adds a confirmed user with these attributes and answers the user's `sub`: a UUID that is not
    /// the user name, unless the attributes say otherwise. A user of that name is replaced; a pool
    /// of that id is made if there is none.
    pub fn add_user(&self, pool: &str, username: &str, attributes: &[(&str, &str)]) -> String {
        let mut pools = self.pools.lock();
        let pool = pools.entry(pool.to_owned()).or_insert_with(|| Pool::new(pool, REGION));
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        pool.remove(username);
        pool.add(User::new(username, attributes, "CONFIRMED"))
    }

    /// The user names of a pool, sorted; none where there is no such pool.
    pub fn users(&self, pool: &str) -> Vec<String> {
        let pools = self.pools.lock();
        let users = pools.get(pool).into_iter().flat_map(|pool| pool.users.values());
        let mut names: Vec<String> = users.map(|user| user.name.clone()).collect();
        names.sort();
        names
    }
}

/// The pool that a request names.
fn pool<'p>(
    pools: &'p mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<&'p mut Pool, AwsError> {
    let id = required(members, "UserPoolId")?;
    let well_formed = id.split_once('_').is_some_and(|(region, rest)| {
        !region.is_empty()
            && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    if !well_formed || id.len() > 55 {
        return Err(invalid(format!(
            "1 validation error detected: Value '{id}' at 'userPoolId' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+"
        )));
    }
    pools.get_mut(id).ok_or_else(|| {
        AwsError::new("ResourceNotFoundException", format!("User pool {id} does not exist."))
    })
}

/// A member that has to be there.
fn required<'a>(members: Members<'a>, name: &str) -> Result<&'a str, AwsError> {
    match members.str(name)? {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(invalid(format!("Missing required parameter {name}"))),
    }
}

/// Refuses members that this emulator would have to ignore.
fn only(members: Members<'_>, operation: &str, known: &[&str]) -> Result<(), AwsError> {
    let given = members.0.as_object().into_iter().flatten();
    match given.map(|(name, _)| name.as_str()).find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            Err(AwsError::unknown_operation("cognito-idp", &format!("{operation} with {name}")))
        }
    }
}

/// The refusal of a parameter.
fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

/// The size of a page, and the key behind which it starts.
fn page<'a>(
    members: Members<'a>,
    size: &str,
    most: i64,
    token: &str,
) -> Result<(usize, Option<&'a str>), AwsError> {
    let size = match members.integer(size)? {
        None | Some(0) => most,
        Some(size) if (1..=most).contains(&size) => size,
        Some(size_given) => {
            let (bound, relation) = if size_given < 0 { (0, "greater") } else { (most, "less") };
            let member = if size == "Limit" { "limit" } else { "maxResults" };
            return Err(invalid(format!(
                "1 validation error detected: Value '{size_given}' at '{member}' failed to satisfy \
                 constraint: Member must have value {relation} than or equal to {bound}"
            )));
        }
    };
    Ok((usize::try_from(size).unwrap_or_default(), members.str(token)?))
}
