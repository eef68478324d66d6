//! Which names AWS takes for tables and buckets.

use super::Kind;

/// Whether AWS takes this name, or which rule it breaks.
///
/// Tables: 3 to 255 letters, digits, `_`, `-` and `.`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).
/// Buckets: 3 to 63 lower case letters, digits, `.` and `-`, with a letter or digit at both ends
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
///
/// # Errors
///
/// The rule, as the end of a sentence that starts with the name.
pub fn check_name(kind: Kind, name: &str) -> Result<(), String> {
    let longest = match kind {
        Kind::Table => 255,
        Kind::Bucket => 63,
    };
    let allowed = |c: char| match kind {
        Kind::Table => c.is_ascii_alphanumeric() || "_-.".contains(c),
        Kind::Bucket => c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c),
    };
    let what = match kind {
        Kind::Table => "table",
        Kind::Bucket => "bucket",
    };
    if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
        let bad = bad.escape_debug();
        return Err(format!("has the character `{bad}`, which no {what} has in its name"));
    }
    if !(3..=longest).contains(&name.len()) {
        return Err(format!("has {} characters; a {what} has 3 to {longest}", name.len()));
    }
    if kind == Kind::Table {
        return Ok(());
    }
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !ends(name.chars().next()) || !ends(name.chars().last()) {
        return Err("does not start and end with a letter or digit".to_owned());
    }
    if name.contains("..") {
        return Err("has two dots in a row".to_owned());
    }
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("looks like an IP address".to_owned());
    }
    let reserved = name.starts_with("xn--")
        || name.starts_with("sthree-")
        || name.ends_with("-s3alias")
        || name.ends_with("--ol-s3");
    if reserved {
        return Err("has a beginning or an end that AWS keeps for itself".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::amplify::{Deployment, RESOURCES};

    #[test]
    fn rules_are_told_by_name() {
        let long = "a".repeat(64);
        for (kind, name, rule) in [
            (Kind::Bucket, "Ab1", "the character `A`"),
            (Kind::Bucket, "ab", "has 2 characters; a bucket has 3 to 63"),
            (Kind::Bucket, long.as_str(), "has 64 characters"),
            (Kind::Bucket, "-ab", "start and end"),
            (Kind::Bucket, "a..b", "two dots"),
            (Kind::Bucket, "10.0.0.1", "IP address"),
            (Kind::Bucket, "xn--abc", "keeps for itself"),
            (Kind::Table, "a/b", "the character `/`"),
            (Kind::Table, "", "has 0 characters"),
        ] {
            let error = check_name(kind, name);
            assert!(error.as_ref().is_err_and(|text| text.contains(rule)), "{name}: {error:?}");
        }
        assert_eq!(check_name(Kind::Table, "A_b.c-1"), Ok(()));
        assert_eq!(check_name(Kind::Table, &long), Ok(()));
    }

    proptest! {
        #[test]
        fn names_of_short_deployments_are_all_taken(
            dep in "[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?",
            stage in "[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?",
        ) {
            let of = Deployment::new(&dep, &stage).unwrap();
            for resource in RESOURCES {
                prop_assert_eq!(check_name(resource.kind, &resource.name(&of)), Ok(()));
            }
        }
    }
}
