//! Parameter names, and the references that requests make to them
//! (<https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html>).

use crate::ACCOUNT_ID;
use crate::json::AwsError;

/// The longest name, the ARN in front of it included.
const LONGEST: usize = 1011;

/// The deepest hierarchy.
const DEEPEST: usize = 15;

/// What a name is stored under. `/name` and `name` are the same parameter.
pub(super) fn key(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { format!("/{name}") }
}

/// The ARN of a parameter. A name without a leading slash gets one.
pub(super) fn arn(name: &str, region: &str) -> String {
    format!("arn:aws:ssm:{region}:{ACCOUNT_ID}:parameter{}", key(name))
}

/// Whether a new parameter may have this name.
pub(super) fn check(name: &str, region: &str) -> Result<(), AwsError> {
    let refuse = |why: &str| Err(AwsError::validation(format!("Parameter name: {why}")));
    if arn(name, region).len() > LONGEST {
        return refuse("its ARN is longer than 1011 characters");
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    if !name.chars().all(allowed) {
        return refuse("only letters, digits and the symbols _ . - / are allowed");
    }
    if name.contains('/') && !name.starts_with('/') {
        return refuse("a name with a path has to start with a slash");
    }
    if name.ends_with('/') || name.contains("//") {
        return refuse("a part of the path is empty");
    }
    let parts: Vec<&str> = name.trim_start_matches('/').split('/').collect();
    if parts.len() > DEEPEST {
        return Err(AwsError::new(
            "HierarchyLevelLimitExceededException",
            "A hierarchy can have a maximum of 15 levels.",
        ));
    }
    let first = parts.first().copied().unwrap_or_default().to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return refuse("the prefixes \"aws\" and \"ssm\" are reserved");
    }
    Ok(())
}

/// Whether a key lies below a path (`""` is the root): directly, or at any depth.
pub(super) fn is_below(key: &str, path: &str, recursive: bool) -> bool {
    let rest = key.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| recursive || !rest.contains('/'))
}

/// Which version of a parameter a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selector<'a> {
    Latest,
    Version(u64),
    Label(&'a str),
}

/// A parsed reference: `name`, `name:version`, `name:label`, or either behind an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// What the parameter is stored under, if it can exist here.
    pub(super) key: String,
    pub(super) selector: Selector<'a>,
}

/// Reads a reference; `None` for one that cannot be a parameter of this account and region.
pub(super) fn parse<'a>(reference: &'a str, region: &str) -> Option<Reference<'a>> {
    let rest = match reference.strip_prefix("arn:") {
        Some(_) => strip_arn(reference, region)?,
        None => reference,
    };
    let (name, selector) = match rest.split_once(':') {
        None => (rest, Selector::Latest),
        Some((name, selector)) => (name, parse_selector(selector)?),
    };
    if name.is_empty() {
        return None;
    }
    Some(Reference { key: key(name), selector })
}

fn parse_selector(selector: &str) -> Option<Selector<'_>> {
    if selector.is_empty() || selector.contains(':') {
        return None;
    }
    if selector.bytes().all(|byte| byte.is_ascii_digit()) {
        return selector.parse().ok().map(Selector::Version);
    }
    Some(Selector::Label(selector))
}

fn strip_arn<'a>(arn: &'a str, region: &str) -> Option<&'a str> {
    let mut parts = arn.splitn(6, ':');
    let head = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    if head != ["arn", "aws", "ssm", region, ACCOUNT_ID] {
        return None;
    }
    let name = parts.next()?.strip_prefix("parameter")?;
    name.starts_with('/').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REGION: &str = "eu-west-1";

    #[test]
    fn names_follow_the_documented_rules() {
        for good in ["a", "/a", "/shop/prod/DB_HOST", "a.b-c_d", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o"] {
            assert_eq!(check(good, REGION), Ok(()), "{good}");
        }
        let deep = "/a".repeat(16);
        let long = format!("/{}", "a".repeat(1000));
        for bad in ["a b", "a/b", "/a/", "//a", "/aws/x", "SSM-x", "ä", "a:1", &deep, &long] {
            assert!(check(bad, REGION).is_err(), "{bad}");
        }
    }

    #[test]
    fn references_are_read() {
        let of = |text| parse(text, REGION).map(|r| (r.key, r.selector));
        assert_eq!(of("name"), Some(("/name".into(), Selector::Latest)));
        assert_eq!(of("/a/b:7"), Some(("/a/b".into(), Selector::Version(7))));
        assert_eq!(of("/a/b:live"), Some(("/a/b".into(), Selector::Label("live"))));
        assert_eq!(of("/a/b:"), None);
        assert_eq!(of("/a:1:2"), None);
        assert_eq!(of("arn:aws:ssm:us-east-1:111122223333:parameter/a"), None);
    }

    proptest! {
        #[test]
        fn an_arn_refers_to_its_parameter(name in "(/[a-z0-9_.-]{1,8}){1,5}|[a-z0-9_.-]{1,8}") {
            let arn = arn(&name, REGION);
            prop_assert_eq!(parse(&arn, REGION), parse(&name, REGION));
            let versioned = format!("{}:3", arn);
            prop_assert_eq!(parse(&versioned, REGION).unwrap().selector, Selector::Version(3));
        }
    }
}
