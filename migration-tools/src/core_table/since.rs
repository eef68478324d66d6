//! Which of two rows was written last, by what they say themselves.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::engine::number::Decimal;

/// From this number on, a time is one in milliseconds: in seconds it is the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// A time of a row, the newer the greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Since {
    /// It has none that can be read.
    Unknown,
    /// Text that is no RFC 3339; compared as text.
    Text(String),
    /// Nanoseconds since 1970.
    At(i128),
}

impl Since {
    /// RFC 3339, with any offset from UTC, or seconds or milliseconds since 1970.
    pub(super) fn of(value: Option<&AttributeValue>) -> Self {
        match value {
            Some(AttributeValue::S(text)) => {
                match DateTime::from_str(text, Format::DateTimeWithOffset) {
                    Ok(time) => Self::At(time.as_nanos()),
                    Err(_) if text.is_empty() => Self::Unknown,
                    Err(_) => Self::Text(text.clone()),
                }
            }
            Some(AttributeValue::N(text)) => {
                let whole = Decimal::parse(text).and_then(|number| number.floor());
                whole.map_or(Self::Unknown, |whole| {
                    let unit = if whole.abs() >= MILLISECONDS { 1_000_000 } else { 1_000_000_000 };
                    Self::At(i128::from(whole) * unit)
                })
            }
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue::{Bool, N, S};

    use super::*;

    #[test]
    fn times_of_all_kinds_are_in_one_order() {
        let all = [
            Bool(true),
            S("around noon".into()),
            N("1700000000".into()),
            S("2023-11-14T22:13:21Z".into()),
            S("2023-11-14T23:13:21.500+01:00".into()),
            N("1700000002000".into()),
        ];
        let order: Vec<Since> = all.iter().map(|value| Since::of(Some(value))).collect();
        assert!(order.is_sorted() && order.windows(2).all(|pair| pair[0] != pair[1]), "{order:?}");
        for none in [S(String::new()), N("1e99".into())] {
            assert_eq!(Since::of(Some(&none)), Since::Unknown);
        }
    }
}
