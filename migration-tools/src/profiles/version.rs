//! Which version of its schema a profile has.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::engine::item::Item;
use crate::engine::number::Decimal;

/// The attribute with the version of a profile.
pub const VERSION: &str = "version";

/// A version, counted from 1.
pub type Version = u64;

/// A version that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It is of another type.
    #[error("its `version` is {0} and no number")]
    NoNumber(&'static str),
    /// It has digits behind the point.
    #[error("its `version` is a fraction")]
    Fraction,
    /// It is below 1.
    #[error("its `version` is below 1, with which versions begin")]
    TooSmall,
    /// Nobody counts so far.
    #[error("its `version` is above everything that can be counted")]
    TooLarge,
}

/// The version of a profile; one that does not say is of the first.
///
/// # Errors
///
/// Where what it says is no version.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::N;
/// use migration_tools::profiles::{VersionError, version_of};
///
/// let profile = |version: &str| [("version".to_owned(), N(version.to_owned()))].into();
/// assert_eq!(version_of(&profile("3.0")), Ok(3));
/// assert_eq!(version_of(&profile("2.5")), Err(VersionError::Fraction));
/// assert_eq!(version_of(&Default::default()), Ok(1));
/// ```
pub fn version_of(profile: &Item) -> Result<Version, VersionError> {
    let text = match profile.get(VERSION) {
        None => return Ok(1),
        Some(AttributeValue::N(text)) => text,
        Some(other) => return Err(VersionError::NoNumber(kind(other))),
    };
    let number = Decimal::parse(text).ok_or(VersionError::NoNumber("unreadable"))?;
    if number.is_negative() {
        return Err(VersionError::TooSmall);
    }
    if number.to_string().contains('.') {
        return Err(VersionError::Fraction);
    }
    let whole = number.floor().and_then(|whole| Version::try_from(whole).ok());
    match whole {
        None => Err(VersionError::TooLarge),
        Some(0) => Err(VersionError::TooSmall),
        Some(version) => Ok(version),
    }
}

/// What a value is, in words.
pub(super) fn kind(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::S(_) => "text",
        AttributeValue::N(_) => "a number",
        AttributeValue::Bool(_) => "true or false",
        AttributeValue::Null(_) => "null",
        AttributeValue::B(_) => "binary",
        AttributeValue::L(_) => "a list",
        AttributeValue::M(_) => "an object",
        _ => "a set",
    }
}

#[cfg(test)]
mod tests {
    use AttributeValue::{Bool, L, M, N, Null, S};

    use super::*;

    #[test]
    fn only_whole_numbers_from_1_are_versions() {
        let of = |value: AttributeValue| version_of(&[(VERSION.to_owned(), value)].into());
        let number = |text: &str| of(N(text.to_owned()));
        for (text, version) in
            [("1", 1), ("1.0", 1), ("30e-1", 3), ("9007199254740993", 9_007_199_254_740_993)]
        {
            assert_eq!(number(text), Ok(version), "{text}");
        }
        for (text, error) in [
            ("0", VersionError::TooSmall),
            ("-0.0", VersionError::TooSmall),
            ("-1", VersionError::TooSmall),
            ("-1.5", VersionError::TooSmall),
            ("1.5", VersionError::Fraction),
            ("0.1", VersionError::Fraction),
            ("1e100", VersionError::TooLarge),
        ] {
            assert_eq!(number(text), Err(error), "{text}");
        }
        for value in [S("2".into()), Null(true), Bool(true), L(vec![]), M(Item::new())] {
            assert!(matches!(of(value), Err(VersionError::NoNumber(_))));
        }
    }
}
