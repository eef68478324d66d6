//! The filter of `ListUsers`: one attribute, `=` or `^=`, one quoted value.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html>.

use super::invalid;
use super::pool::User;
use crate::json::AwsError;

/// The longest filter, in characters.
const LONGEST: usize = 256;

/// The attributes that can be searched; custom ones cannot.
const SEARCHABLE: [&str; 10] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

/// Which users are listed.
#[derive(Debug, PartialEq)]
pub(super) struct Filter {
    attribute: String,
    prefix: bool,
    value: String,
}

impl Filter {
    /// Reads a filter; an empty one lists everybody.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, AwsError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.chars().count() > LONGEST {
            return Err(invalid("Filter is longer than 256 characters"));
        }
        let malformed = || {
            invalid(
                "Error while parsing filter: attribute-name = \"value\" or ^= \"value\" is \
                 expected",
            )
        };
        let (left, right) = text.split_once('=').ok_or_else(malformed)?;
        let (attribute, prefix) = match left.strip_suffix('^') {
            Some(attribute) => (attribute, true),
            None => (left, false),
        };
        let attribute = attribute.trim().trim_matches('"');
        if !SEARCHABLE.contains(&attribute) {
            return Err(invalid(format!("Invalid search attribute: {attribute}")));
        }
        let value = unquoted(right.trim()).ok_or_else(malformed)?;
        Ok(Some(Filter { attribute: attribute.to_owned(), prefix, value }))
    }

    /// Whether the filter lets the user through; one without the attribute never is.
    pub(super) fn matches(&self, user: &User) -> bool {
        match self.attribute.as_str() {
            "username" => self.fits(&user.name),
            "status" => self.fits(if user.enabled { "Enabled" } else { "Disabled" }),
            "cognito:user_status" => {
                let value = self.value.to_uppercase();
                if self.prefix { user.status.starts_with(&value) } else { user.status == value }
            }
            name => user.attributes.get(name).is_some_and(|value| self.fits(value)),
        }
    }

    fn fits(&self, value: &str) -> bool {
        if self.prefix { value.starts_with(&self.value) } else { value == self.value }
    }
}

/// The text between the quotes, in which a backslash stands before a quote or a backslash.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => value.push(characters.next()?),
            '"' => return None,
            other => value.push(other),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn filters_are_read_strictly() {
        let filter = |text| {
            Filter::parse(text).map(|filter| filter.map(|f| (f.attribute, f.prefix, f.value)))
        };
        let expected =
            |name: &str, prefix, value: &str| Ok(Some((name.to_owned(), prefix, value.to_owned())));
        assert_eq!(
            filter("email = \"ana@example.com\""),
            expected("email", false, "ana@example.com")
        );
        assert_eq!(filter("email ^= \"ana\""), expected("email", true, "ana"));
        assert_eq!(filter("sub=\"x\""), expected("sub", false, "x"));
        assert_eq!(
            filter("\"name\" = \"a \\\"b\\\" = c\""),
            expected("name", false, "a \"b\" = c")
        );
        assert_eq!(filter("  "), Ok(None));
        for bad in [
            "email",
            "email = ana",
            "email = \"ana",
            "email = \"a\"b\"",
            "custom:x = \"1\"",
            "Email = \"a\"",
            "= \"a\"",
        ] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_value_can_be_quoted(value in ".{0,60}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let filter = Filter::parse(&format!("name ^= \"{quoted}\"")).unwrap().unwrap();
            prop_assert_eq!(filter.value, value);
        }
    }
}
