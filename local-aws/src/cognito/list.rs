//! `ListUsers`
//! (<https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html>).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::filter::Filter;
use super::pool::{Pool, User};
use super::{invalid, only, page, pool};
use crate::json::{AwsError, Members};

/// The largest page, and the default.
const PAGE: i64 = 60;

/// `ListUsers`.
pub(super) fn users(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    only(
        members,
        "ListUsers",
        &["UserPoolId", "AttributesToGet", "Limit", "PaginationToken", "Filter"],
    )?;
    let (size, token) = page(members, "Limit", PAGE, "PaginationToken")?;
    let after = token.map(position).transpose()?;
    let filter = members.str("Filter")?.map(Filter::parse).transpose()?.flatten();
    let wanted = match members.0.get("AttributesToGet") {
        None | Some(Value::Null) => None,
        Some(_) => Some(members.strings("AttributesToGet")?),
    };
    let pool = pool(pools, members)?;
    if let Some(unknown) = wanted.iter().flatten().find(|name| !pool.has_attribute(name)) {
        return Err(invalid(format!("One or more requested attributes do not exist: {unknown}")));
    }

    let mut rest = pool
        .users
        .iter()
        .filter(|(sub, _)| after.as_ref().is_none_or(|after| *sub > after))
        .map(|(_, user)| user)
        .filter(|user| filter.as_ref().is_none_or(|filter| filter.matches(user)));
    let listed: Vec<&User> = rest.by_ref().take(size).collect();
    if let Some(wanted) = &wanted {
        check_values(wanted, &listed)?;
    }
    let lines: Vec<Value> =
        listed.iter().map(|user| user.shown("Attributes", wanted.as_deref())).collect();
    let mut answer = json!({ "Users": lines });
    if let (Some(_), Some(last)) = (rest.next(), listed.last()) {
        answer["PaginationToken"] = json!(BASE64.encode(last.sub()));
    }
    Ok(answer)
}

/// The API fails when a user of the result has no value for an attribute that is asked for.
fn check_values(wanted: &[&str], listed: &[&User]) -> Result<(), AwsError> {
    let lacks = |name: &&&str| listed.iter().any(|user| !user.attributes.contains_key(**name));
    match wanted.iter().find(lacks) {
        None => Ok(()),
        Some(name) => Err(invalid(format!(
            "One or more requested attributes do not exist: not every user in the result has {name}"
        ))),
    }
}

fn position(token: &str) -> Result<String, AwsError> {
    BASE64
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| invalid("Invalid pagination token given."))
}
