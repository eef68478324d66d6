//! Region and account in ARNs: dynoxide has fixed ones, AWS the caller's.

use bytes::Bytes;

use crate::ACCOUNT_ID;
use crate::json::AwsError;

/// What dynoxide writes where AWS writes region and account.
pub(super) const EMBEDDED: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

fn real(region: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:")
}

/// An answer with the ARNs that a client in `region` expects.
pub(super) fn to_real(body: Bytes, region: &str) -> Bytes {
    replace(body, EMBEDDED, &real(region))
}

/// A request whose ARNs dynoxide can look up; streams are found by their whole ARN.
pub(super) fn to_embedded(body: Bytes, region: &str) -> Bytes {
    replace(body, &real(region), EMBEDDED)
}

fn replace(body: Bytes, from: &str, to: &str) -> Bytes {
    match std::str::from_utf8(&body) {
        Ok(text) if text.contains(from) => text.replace(from, to).into(),
        _ => body,
    }
}

/// The table that a name or a table ARN is about.
pub(super) fn table_name(name_or_arn: &str) -> &str {
    match resource(name_or_arn).and_then(|resource| resource.strip_prefix("table/")) {
        Some(name) if !name.contains('/') => name,
        _ => name_or_arn,
    }
}

/// The ARN of a backup, as dynoxide would write it.
pub(super) fn backup(table: &str, id: &str) -> String {
    format!("{EMBEDDED}table/{table}/backup/{id}")
}

/// The table and the id in the ARN of a backup. Any region will do: all see the same tables.
pub(super) fn read_backup(arn: &str) -> Result<(&str, &str), AwsError> {
    resource(arn)
        .and_then(|resource| resource.strip_prefix("table/")?.split_once("/backup/"))
        .filter(|(table, id)| ![table, id].iter().any(|part| part.is_empty() || part.contains('/')))
        .ok_or_else(|| AwsError::validation(format!("Invalid backup ARN: {arn}")))
}

fn resource(arn: &str) -> Option<&str> {
    let (_region, rest) = arn.strip_prefix("arn:aws:dynamodb:")?.split_once(':')?;
    let (_account, resource) = rest.split_once(':')?;
    Some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_arns() {
        assert_eq!(table_name("orders"), "orders");
        assert_eq!(table_name("arn:aws:dynamodb:eu-west-1:111122223333:table/orders"), "orders");
        let stream = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/1";
        assert_eq!(table_name(stream), stream);
        let arn = backup("orders", "1-a");
        assert_eq!(read_backup(&arn), Ok(("orders", "1-a")));
        for wrong in ["1-a", "arn:aws:dynamodb:r:1:table/orders", "arn:aws:s3:::table/a/backup/b"] {
            assert!(read_backup(wrong).is_err(), "{wrong}");
        }
    }
}
