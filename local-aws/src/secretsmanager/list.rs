//! `ListSecrets`
//! (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::only;
use super::secret::Secret;
use crate::json::{AwsError, Members};

/// The largest page, and the default.
const PAGE: usize = 100;

/// `ListSecrets`, in the order in which the secrets were made.
pub(super) fn secrets(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    only(
        members,
        "ListSecrets",
        &["MaxResults", "NextToken", "Filters", "SortOrder", "IncludePlannedDeletion"],
    )?;
    let size = members.page_size("MaxResults", PAGE, PAGE)?;
    let newest_first = match members.str("SortOrder")? {
        None | Some("desc") => true,
        Some("asc") => false,
        Some(other) => {
            return Err(AwsError::validation(format!(
                "Value '{other}' at 'sortOrder' is not asc or desc"
            )));
        }
    };
    let prefixes = name_prefixes(members)?;
    let planned = members.bool("IncludePlannedDeletion")?;
    let after = members.str("NextToken")?.map(position).transpose()?;

    let mut sorted: Vec<&Secret> = secrets.values().collect();
    sorted.sort_by_key(|secret| secret.sequence);
    if newest_first {
        sorted.reverse();
    }
    let is_behind = |secret: &Secret| {
        after.is_none_or(|after| {
            if newest_first { secret.sequence < after } else { secret.sequence > after }
        })
    };
    let mut rest = sorted.into_iter().filter(|secret| {
        is_behind(secret)
            && (planned || secret.deletion.is_none())
            && prefixes.iter().all(|any| any.iter().any(|prefix| secret.name.starts_with(prefix)))
    });
    let listed: Vec<&Secret> = rest.by_ref().take(size).collect();
    let lines: Vec<Value> = listed
        .iter()
        .map(|secret| Value::Object(secret.described("SecretVersionsToStages")))
        .collect();
    let mut answer = json!({ "SecretList": lines });
    if let (Some(_), Some(last)) = (rest.next(), listed.last()) {
        answer["NextToken"] = json!(BASE64.encode(format!("after:{}", last.sequence)));
    }
    Ok(answer)
}

/// The prefixes of the `name` filters: all filters must hold, by any of their values.
fn name_prefixes(members: Members<'_>) -> Result<Vec<Vec<&str>>, AwsError> {
    let filters = members.list("Filters")?.iter().map(|filter| {
        let filter = Members(filter);
        let values = filter.strings("Values")?;
        match filter.str("Key")? {
            Some("name") if !values.iter().any(|value| value.starts_with('!')) => Ok(values),
            Some("name") => Err(AwsError::unknown_operation(
                "secretsmanager",
                "ListSecrets with a negated filter",
            )),
            key => {
                let what = format!("ListSecrets with the filter key {}", key.unwrap_or_default());
                Err(AwsError::unknown_operation("secretsmanager", &what))
            }
        }
    });
    filters.collect()
}

fn position(token: &str) -> Result<u64, AwsError> {
    let decoded = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let sequence = decoded.and_then(|text| text.strip_prefix("after:")?.parse().ok());
    sequence.ok_or_else(|| {
        AwsError::new("InvalidNextTokenException", "The NextToken value is invalid.")
    })
}
