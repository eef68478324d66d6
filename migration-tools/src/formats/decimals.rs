//! JSON as attributes, with numbers as the application stores them.
//!
//! Integers are stored exactly. Reals are stored as the decimal of what Python prints of them, which
//! rounds them to doubles first: that is what the application works with.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::json::{Json, Number};
use crate::engine::number::{Decimal, MAX_DIGITS};

/// How deep values may be inside each other, the whole one and the innermost ones counted
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
pub const MAX_DEPTH: usize = 32;
/// The least number above zero (same page).
const LEAST: &str = "1E-130";
/// The greatest number (same page).
const GREATEST: &str = "9.9999999999999999999999999999999999999E+125";

/// A value that DynamoDB does not store, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct UnstorableError {
    /// Where in the value.
    pub path: Path,
    /// Why it cannot be stored.
    pub why: Why,
}

/// Why a value cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// An integer of more digits than a number may have. Zeros at its end count, as they do for the
    /// application.
    #[error("the number has more than {MAX_DIGITS} digits")]
    Digits,
    /// Too near to zero, or too far from it.
    #[error("the number is outside of {LEAST} to {GREATEST}, on either side of zero")]
    Range,
    /// `NaN` or an infinity.
    #[error("it is not a finite number")]
    NotFinite,
    /// An attribute without a name, inside of another.
    #[error("a member has an empty name")]
    EmptyName,
    /// Too many lists and maps inside each other.
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    Depth,
}

/// Where in a value something is: names of members, places in lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// As in `steps[3].wait`; `the value` for the whole of it.
impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return out.write_str("the value");
        }
        for (at, step) in self.0.iter().rev().enumerate() {
            match step {
                Step::Member(name) if at == 0 => out.write_str(name)?,
                Step::Member(name) => write!(out, ".{name}")?,
                Step::Element(place) => write!(out, "[{place}]")?,
            }
        }
        Ok(())
    }
}

impl UnstorableError {
    fn under(mut self, step: Step) -> Self {
        // From the inside out.
        self.path.0.push(step);
        self
    }
}

impl From<Why> for UnstorableError {
    fn from(why: Why) -> Self {
        Self { path: Path::default(), why }
    }
}

/// The attribute that holds a value, which is not inside of another.
///
/// How large it is, [`value_bytes`](crate::engine::size::value_bytes) says.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::N;
/// use migration_tools::formats::{decimals::attribute, json::parse};
///
/// let stored = attribute(&parse(b"2.50")?.value)?;
/// assert_eq!(stored, N("2.5".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Where DynamoDB, or the application's own way to it, would refuse it.
pub fn attribute(value: &Json) -> Result<AttributeValue, UnstorableError> {
    at_depth(value, MAX_DEPTH)
}

fn at_depth(value: &Json, depth: usize) -> Result<AttributeValue, UnstorableError> {
    let inside = depth.checked_sub(1).ok_or(Why::Depth)?;
    Ok(match value {
        Json::Null => AttributeValue::Null(true),
        Json::Bool(value) => AttributeValue::Bool(*value),
        Json::Number(number) => AttributeValue::N(stored(number)?),
        Json::Text(text) => AttributeValue::S(text.clone()),
        Json::List(all) => {
            let each = |(at, value)| {
                at_depth(value, inside).map_err(|error| error.under(Step::Element(at)))
            };
            AttributeValue::L(all.iter().enumerate().map(each).collect::<Result<_, _>>()?)
        }
        Json::Map(all) => {
            let each = |(name, value): &(String, Json)| {
                if name.is_empty() {
                    return Err(Why::EmptyName.into());
                }
                let value = at_depth(value, inside);
                let value = value.map_err(|error| error.under(Step::Member(name.clone())))?;
                Ok((name.clone(), value))
            };
            AttributeValue::M(all.iter().map(each).collect::<Result<_, UnstorableError>>()?)
        }
    })
}

fn stored(number: &Number) -> Result<String, Why> {
    let text = number.python();
    let size = text.strip_prefix('-').unwrap_or(&text);
    if size == "NaN" || size == "Infinity" {
        return Err(Why::NotFinite);
    }
    if number.is_integer() && size.len() > MAX_DIGITS {
        return Err(Why::Digits);
    }
    let decimal = Decimal::parse(size).ok_or(Why::Range)?;
    let within = Decimal::parse(LEAST).is_some_and(|least| decimal >= least)
        && Decimal::parse(GREATEST).is_some_and(|greatest| decimal <= greatest);
    if !within && decimal.significant_digits() > 0 {
        return Err(Why::Range);
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use AttributeValue::{Bool, L, M, N, Null, S};

    use super::*;
    use crate::formats::json::parse;

    fn stored_as(text: &str) -> Result<AttributeValue, UnstorableError> {
        attribute(&parse(text.as_bytes()).unwrap().value)
    }

    #[test]
    fn values_are_stored_by_their_type() {
        let number = |text: &str| N(text.to_owned());
        let items = vec![number("1"), number("1.5"), Null(true), Bool(false), S(String::new())];
        let map = [("a".to_owned(), L(items)), ("b".to_owned(), M([].into()))].into();
        let text = r#"{"a": [1, 1.50, null, false, ""], "b": {}}"#;
        assert_eq!(stored_as(text), Ok(M(map)));
    }

    #[test]
    fn numbers_are_stored_as_python_prints_them() {
        let digits = "9".repeat(38);
        for (written, stored) in [
            ("-0", "0"),
            ("-0.0", "-0.0"),
            (digits.as_str(), digits.as_str()),
            ("0.12345678901234567890", "0.12345678901234568"),
            ("1E5", "100000.0"),
            ("1e-7", "1e-07"),
            ("1e38", "1e+38"),
            ("-9e125", "-9e+125"),
            ("1e-130", "1e-130"),
            ("1e-400", "0.0"),
        ] {
            assert_eq!(stored_as(written), Ok(N(stored.to_owned())), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_stored_is_refused_with_its_place() {
        let digits = "1".to_owned() + &"0".repeat(38);
        let deep = "[".repeat(33) + &"]".repeat(33);
        for (text, said) in [
            (digits.as_str(), "the value: the number has more than 38 digits"),
            ("1e300", "the value: the number is outside of 1E-130"),
            ("1e126", "the value: the number is outside of"),
            ("-1e-131", "the value: the number is outside of"),
            ("1e400", "the value: it is not a finite number"),
            (r#"{"steps": [1, {"wait": NaN}]}"#, "steps[1].wait: it is not a finite number"),
            ("[[-Infinity]]", "[0][0]: it is not a finite number"),
            (r#"{"a": {"": 1}}"#, "a: a member has an empty name"),
            (deep.as_str(), "[0][0][0]"),
        ] {
            let error = stored_as(text).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
        assert_eq!(stored_as(&deep).unwrap_err().why, Why::Depth);
        assert!(stored_as(&deep[1..65]).is_ok());
    }
}
