//! How large an item is, as DynamoDB counts.
//!
//! The rules are those of
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>,
//! which calls the size of a number approximate: an item within some bytes of the limit may still be
//! taken or refused by DynamoDB.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;
use super::number::Decimal;

/// Largest item, in bytes, names of attributes included
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
pub const MAX_ITEM_BYTES: usize = 400 * 1024;
/// Longest value of a partition key, in bytes (same page).
pub const MAX_PARTITION_KEY_BYTES: usize = 2048;
/// Longest value of a sort key, in bytes (same page).
pub const MAX_SORT_KEY_BYTES: usize = 1024;

/// Of a list or map, whatever is in it, in bytes.
const CONTAINER: usize = 3;
/// Of each element of a list or map, in bytes.
const ELEMENT: usize = 1;

/// The size of an item in bytes: names and values of its attributes.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::{N, S};
/// use migration_tools::engine::size::item_bytes;
///
/// let item = [("user".to_owned(), S("ada".into())), ("n".to_owned(), N("1200".into()))].into();
/// assert_eq!(item_bytes(&item), 4 + 3 + 1 + 2);
/// ```
#[must_use]
pub fn item_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

/// The size of a value in bytes, without the name of its attribute.
#[must_use]
pub fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => number_bytes(text),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(all) => all.iter().map(String::len).sum(),
        AttributeValue::Ns(all) => all.iter().map(|text| number_bytes(text)).sum(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| bytes.as_ref().len()).sum(),
        AttributeValue::L(all) => {
            CONTAINER + all.iter().map(|value| ELEMENT + value_bytes(value)).sum::<usize>()
        }
        AttributeValue::M(all) => CONTAINER + all.len() * ELEMENT + item_bytes(all),
        // Booleans and nulls; a type that the SDK does not know counts as one of them.
        _ => 1,
    }
}

/// One byte, and one for every two significant digits; one more below zero, which the page leaves out.
fn number_bytes(text: &str) -> usize {
    let Some(number) = Decimal::parse(text) else { return text.len() };
    1 + number.significant_digits().div_ceil(2) + usize::from(number.is_negative())
}

#[cfg(test)]
mod tests {
    use AttributeValue::{B, Bool, L, M, N, Ns, Null, S, Ss};
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    #[test]
    fn every_type_is_counted_as_documented() {
        let text = |text: &str| S(text.to_owned());
        for (value, bytes) in [
            (text("é"), 2),
            (text(""), 0),
            (N("0".into()), 1),
            (N("00120.00".into()), 2),
            (N("12345678901234567890123456789012345678".into()), 20),
            (N("-1".into()), 3),
            (B(Blob::new([1, 2, 3])), 3),
            (Bool(true), 1),
            (Null(true), 1),
            (Ss(vec!["ab".into(), "c".into()]), 3),
            (Ns(vec!["1".into(), "200".into()]), 4),
            (L(vec![]), 3),
            (L(vec![text("ab"), Null(true)]), 3 + 1 + 2 + 1 + 1),
            (M([("key".to_owned(), text("v"))].into()), 3 + 1 + 3 + 1),
        ] {
            assert_eq!(value_bytes(&value), bytes, "{value:?}");
        }
    }
}
