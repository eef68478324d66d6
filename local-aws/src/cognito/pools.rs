//! The operations on pools.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::pool::{Pool, STANDARD_ATTRIBUTES};
use super::{ids, invalid, only, page, pool, required};
use crate::ACCOUNT_ID;
use crate::json::{AwsError, Members};

/// The largest page of `ListUserPools`.
const PAGE: i64 = 60;

/// A new pool id: the region and nine letters and digits.
pub(super) fn new_id(region: &str) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut number = ids::number();
    let mut id = format!("{region}_");
    for _ in 0..9 {
        let letter = usize::try_from(number % 62).ok().and_then(|at| LETTERS.get(at));
        id.extend(letter.map(|letter| char::from(*letter)));
        number /= 62;
    }
    id
}

/// `CreateUserPool`.
pub(super) fn create(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    only(members, "CreateUserPool", &["PoolName", "Schema", "UserPoolTags"])?;
    let name = required(members, "PoolName")?;
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_+=,.@-".contains(c);
    if name.chars().count() > 128 || !name.chars().all(allowed) {
        return Err(invalid(
            "1 validation error detected: Value at 'poolName' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w\\s+=,.@-]+",
        ));
    }
    let mut pool = Pool::new(name, region);
    for attribute in members.list("Schema")? {
        let name = required(Members(attribute), "Name")?;
        if !STANDARD_ATTRIBUTES.contains(&name) {
            pool.custom.push(format!("custom:{name}"));
        }
    }
    let id = new_id(region);
    let shown = shown(&id, &pool);
    pools.insert(id, pool);
    Ok(json!({ "UserPool": shown }))
}

/// `DescribeUserPool`.
pub(super) fn describe(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let pool = pool(pools, members)?;
    Ok(json!({ "UserPool": shown(required(members, "UserPoolId")?, pool) }))
}

/// `ListUserPools`.
pub(super) fn list(
    pools: &mut BTreeMap<String, Pool>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    if members.integer("MaxResults")?.is_none_or(|size| size == 0) {
        return Err(invalid(
            "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: \
             Member must have value greater than or equal to 1",
        ));
    }
    let (size, after) = page(members, "MaxResults", PAGE, "NextToken")?;
    let mut rest = pools.iter().filter(|(id, _)| after.is_none_or(|after| id.as_str() > after));
    let listed: Vec<(&String, &Pool)> = rest.by_ref().take(size).collect();
    let lines: Vec<Value> = listed
        .iter()
        .map(|(id, pool)| {
            json!({
                "Id": id,
                "Name": pool.name,
                "CreationDate": pool.created,
                "LastModifiedDate": pool.created,
            })
        })
        .collect();
    let mut answer = json!({ "UserPools": lines });
    if let (Some(_), Some((id, _))) = (rest.next(), listed.last()) {
        answer["NextToken"] = json!(id);
    }
    Ok(answer)
}

fn shown(id: &str, pool: &Pool) -> Value {
    let attributes = STANDARD_ATTRIBUTES.into_iter().chain(pool.custom.iter().map(String::as_str));
    let attributes: Vec<Value> = attributes
        .map(
            |name| json!({ "Name": name, "AttributeDataType": "String", "Mutable": name != "sub" }),
        )
        .collect();
    json!({
        "Id": id,
        "Name": pool.name,
        "Arn": format!("arn:aws:cognito-idp:{}:{ACCOUNT_ID}:userpool/{id}", pool.region),
        "CreationDate": pool.created,
        "LastModifiedDate": pool.created,
        "EstimatedNumberOfUsers": pool.users.len(),
        "SchemaAttributes": attributes,
    })
}
