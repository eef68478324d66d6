//! Who the users are: the rows of the users table, and the identities of a user pool.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::Client as Pools;
use aws_sdk_cognitoidentityprovider::operation::list_users::ListUsersError;
use aws_sdk_cognitoidentityprovider::types::UserType;
use aws_sdk_dynamodb::Client as Tables;
use aws_sdk_dynamodb::operation::scan::ScanError;
use required_env_vars::Failure;

use super::generate::Identity;

/// Most users that `ListUsers` gives at once
/// (<https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html>).
const PAGE: i32 = 60;

/// Why users cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// There is no such table or pool.
    #[error("it does not exist")]
    Absent,
    /// A call failed.
    #[error("{0}")]
    Failed(Failure),
}

/// All values of `user_id` in a table, by a consistent scan of one page after the other.
///
/// # Errors
///
/// Where there is no such table, or a page cannot be read.
pub async fn user_ids(client: &Tables, table: &str) -> Result<BTreeSet<String>, UsersError> {
    let scan = client.scan().table_name(table).consistent_read(true);
    let scan = scan.projection_expression("#id").expression_attribute_names("#id", "user_id");
    let mut pages = scan.into_paginator().send();
    let mut ids = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| match error.as_service_error() {
            Some(ScanError::ResourceNotFoundException(_)) => UsersError::Absent,
            _ => UsersError::Failed(Failure::of(&error)),
        })?;
        for mut item in page.items.unwrap_or_default() {
            ids.extend(item.remove("user_id").and_then(|id| id.as_s().ok().cloned()));
        }
    }
    ids.remove("");
    Ok(ids)
}

/// All users of a pool, whatever their state, 60 a call.
///
/// # Errors
///
/// Where there is no such pool, or a page cannot be read.
pub async fn identities(client: &Pools, pool: &str) -> Result<Vec<Identity>, UsersError> {
    let mut pages = client.list_users().user_pool_id(pool).limit(PAGE).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| match error.as_service_error() {
            Some(ListUsersError::ResourceNotFoundException(_)) => UsersError::Absent,
            _ => UsersError::Failed(Failure::of(&error)),
        })?;
        all.extend(page.users.unwrap_or_default().into_iter().map(identity));
    }
    Ok(all)
}

fn identity(user: UserType) -> Identity {
    let mut identity =
        Identity { username: user.username.unwrap_or_default(), ..Identity::default() };
    for attribute in user.attributes.unwrap_or_default() {
        match attribute.name.as_str() {
            "email" => identity.email = attribute.value,
            "sub" => identity.sub = attribute.value,
            _ => {}
        }
    }
    identity
}
