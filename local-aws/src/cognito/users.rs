//! The operations on single users.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::pool::{Pool, User};
use super::{invalid, only, pool, required};
use crate::clock::seconds;
use crate::json::{AwsError, Members};

/// The longest user name, in characters.
const LONGEST_NAME: usize = 128;

/// `AdminCreateUser`. No message is sent, and the password is not kept: nobody signs in here.
pub(super) fn create(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    const KNOWN: [&str; 6] = [
        "UserPoolId",
        "Username",
        "UserAttributes",
        "TemporaryPassword",
        "MessageAction",
        "DesiredDeliveryMediums",
    ];
    only(members, "AdminCreateUser", &KNOWN)?;
    if members.str("MessageAction")?.is_some_and(|action| action != "SUPPRESS") {
        return Err(AwsError::unknown_operation(
            "cognito-idp",
            "AdminCreateUser with MessageAction RESEND",
        ));
    }
    let name = required(members, "Username")?;
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_whitespace) {
        return Err(invalid(
            "1 validation error detected: Value at 'username' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        ));
    }
    let pool = pool(pools, members)?;
    let mut attributes = BTreeMap::new();
    for attribute in members.list("UserAttributes")? {
        let attribute = Members(attribute);
        let name = required(attribute, "Name")?;
        if name == "sub" {
            return Err(invalid("Cannot modify the non-mutable attribute sub"));
        }
        if !pool.has_attribute(name) {
            return Err(invalid(format!(
                "Attributes did not conform to the schema: {name}: Attribute does not exist in the \
                 schema.\n"
            )));
        }
        attributes.insert(name.to_owned(), attribute.str("Value")?.unwrap_or_default().to_owned());
    }
    if pool.user_mut(name).is_some() {
        return Err(AwsError::new("UsernameExistsException", "User account already exists"));
    }
    let user = User::new(name, attributes, "FORCE_CHANGE_PASSWORD");
    let shown = user.shown("Attributes", None);
    pool.add(user);
    Ok(json!({ "User": shown }))
}

/// `AdminGetUser`, by user name or `sub`.
pub(super) fn get(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    Ok(user(pools, members)?.shown("UserAttributes", None))
}

/// `AdminEnableUser` and `AdminDisableUser`.
pub(super) fn set_enabled(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
    enabled: bool,
) -> Result<Value, AwsError> {
    let user = user(pools, members)?;
    user.enabled = enabled;
    user.modified = seconds();
    Ok(json!({}))
}

/// `AdminDeleteUser`.
pub(super) fn delete(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let name = required(members, "Username")?;
    if pool(pools, members)?.remove(name) { Ok(json!({})) } else { Err(unknown_user()) }
}

fn user<'p>(
    pools: &'p mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<&'p mut User, AwsError> {
    let name = required(members, "Username")?;
    pool(pools, members)?.user_mut(name).ok_or_else(unknown_user)
}

fn unknown_user() -> AwsError {
    AwsError::new("UserNotFoundException", "User does not exist.")
}
