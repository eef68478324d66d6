//! Items of a table: when two are the same, and in what they differ.
//!
//! DynamoDB gives numbers back in another spelling than they were written in, and sets in any order.
//! Two items are the same where nobody could tell them apart by reading them: numbers by value, sets
//! by members, everything else exactly.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use super::number::Decimal;

/// An item as the SDK has it: attributes by name. Never printed: what is in it is people's data.
pub type Item = HashMap<String, AttributeValue>;

/// Whether two items are the same.
#[must_use]
pub fn same(left: &Item, right: &Item) -> bool {
    left.len() == right.len() && differing(left, right).is_empty()
}

/// Whether two values are the same.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::{N, S};
/// use migration_tools::engine::item::same_value;
///
/// assert!(same_value(&N("1.0".into()), &N("1".into())));
/// assert!(!same_value(&N("1".into()), &S("1".into())));
/// ```
#[must_use]
pub fn same_value(left: &AttributeValue, right: &AttributeValue) -> bool {
    canonical_value(left) == canonical_value(right)
}

/// The attributes that only one of them has or that differ, in order of their names.
#[must_use]
pub fn differing(left: &Item, right: &Item) -> Vec<String> {
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differs = |name: &&String| match (left.get(*name), right.get(*name)) {
        (Some(left), Some(right)) => !same_value(left, right),
        _ => true,
    };
    names.into_iter().filter(differs).cloned().collect()
}

/// The canonical form of an item: equal for the same items, different for others. For hashes and for
/// comparing with what was journalled; it is not made to be read back.
#[must_use]
pub fn canonical(item: &Item) -> Vec<u8> {
    let mut out = Vec::new();
    map(item, &mut out);
    out
}

/// The canonical form of one value.
#[must_use]
pub fn canonical_value(value: &AttributeValue) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

fn write(value: &AttributeValue, out: &mut Vec<u8>) {
    match value {
        AttributeValue::S(text) => part(b'S', text.as_bytes(), out),
        AttributeValue::N(text) => part(b'N', number(text).as_bytes(), out),
        AttributeValue::B(bytes) => part(b'B', bytes.as_ref(), out),
        AttributeValue::Bool(is) => part(b'Z', &[u8::from(*is)], out),
        AttributeValue::Null(is) => part(b'0', &[u8::from(*is)], out),
        AttributeValue::Ss(all) => set(b's', all.iter().map(|text| text.clone().into_bytes()), out),
        AttributeValue::Ns(all) => set(b'n', all.iter().map(|text| number(text).into_bytes()), out),
        AttributeValue::Bs(all) => set(b'b', all.iter().map(|bytes| bytes.as_ref().to_vec()), out),
        AttributeValue::L(all) => {
            head(b'L', all.len(), out);
            all.iter().for_each(|value| write(value, out));
        }
        AttributeValue::M(all) => map(all, out),
        // A type that this version of the SDK does not know; it carries nothing to compare.
        _ => head(b'?', 0, out),
    }
}

fn map(all: &Item, out: &mut Vec<u8>) {
    head(b'M', all.len(), out);
    let mut names: Vec<&String> = all.keys().collect();
    names.sort_unstable();
    for name in names {
        part(b'K', name.as_bytes(), out);
        write(&all[name], out);
    }
}

fn set(kind: u8, members: impl Iterator<Item = Vec<u8>>, out: &mut Vec<u8>) {
    let members: BTreeSet<Vec<u8>> = members.collect();
    head(kind, members.len(), out);
    members.iter().for_each(|member| part(kind, member, out));
}

/// A kind and a length first, so that no two values run together.
fn part(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    head(kind, bytes.len(), out);
    out.extend_from_slice(bytes);
}

fn head(kind: u8, length: usize, out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(&(length as u64).to_be_bytes());
}

/// What is no number cannot come out of DynamoDB; it is then compared as text.
fn number(text: &str) -> String {
    Decimal::parse(text).map_or_else(|| text.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use AttributeValue::{B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    fn item(attributes: &[(&str, AttributeValue)]) -> Item {
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn spelling_of_numbers_and_order_of_sets_do_not_count() {
        let nested = |n: &str| M(item(&[("a", L(vec![N(n.to_owned())]))]));
        let bytes = |all: &[&[u8]]| Bs(all.iter().map(|bytes| Blob::new(*bytes)).collect());
        for (left, right) in [
            (N("1.0".into()), N("1".into())),
            (N("1E3".into()), N("1000".into())),
            (Ns(texts(&["2", "1.0"])), Ns(texts(&["1", "2.00"]))),
            (Ss(texts(&["a", "b"])), Ss(texts(&["b", "a"]))),
            (bytes(&[b"x", b"y"]), bytes(&[b"y", b"x"])),
            (nested("0.10"), nested("0.1")),
        ] {
            assert!(same_value(&left, &right), "{left:?} {right:?}");
        }
    }

    #[test]
    fn everything_else_counts() {
        let text = |text: &str| S(text.into());
        let all = [
            text("1"),
            text(""),
            N("1".into()),
            N("12345678901234567890123456789012345678".into()),
            N("12345678901234567890123456789012345679".into()),
            B(Blob::new(b"1")),
            Bool(true),
            Bool(false),
            Null(true),
            L(vec![]),
            L(vec![text("a"), text("b")]),
            L(vec![text("b"), text("a")]),
            L(vec![text("ab")]),
            M(Item::new()),
            M(item(&[("a", text("b"))])),
            Ss(texts(&["1"])),
            Ns(texts(&["1"])),
            Bs(vec![Blob::new(b"1")]),
        ];
        for (at, left) in all.iter().enumerate() {
            for (other, right) in all.iter().enumerate() {
                assert_eq!(same_value(left, right), at == other, "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn differences_are_named_in_order() {
        let left = item(&[("b", N("1".into())), ("a", S("x".into())), ("c", Bool(true))]);
        let right = item(&[("b", N("1.0".into())), ("a", S("y".into())), ("d", Bool(true))]);
        assert_eq!(differing(&left, &right), ["a", "c", "d"]);
        assert!(!same(&left, &right));
        assert!(same(&left, &left.clone()));
        assert_ne!(canonical(&left), canonical(&right));
    }
}
