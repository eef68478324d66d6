//! One value of a request against one value of a condition.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::condition::Truth;
use crate::policy::model::ConditionValue;
use crate::policy::pattern::Pattern;

/// `operator` is the positive form: `StringEquals` for `StringNotEquals`.
pub(super) fn compare(operator: &str, value: &str, wanted: &ConditionValue) -> Truth {
    match operator {
        "StringLike" => fits(&wanted.text_pattern(), value),
        "ArnEquals" | "ArnLike" => {
            let pattern = wanted.pattern();
            let is_arn = value.starts_with("arn:");
            Truth::all([is_arn.into(), fits(&pattern, value)])
        }
        _ => match wanted.exact() {
            Some(text) => exactly(operator, value, &text),
            None => Truth::Unknown,
        },
    }
}

fn fits(pattern: &Pattern, value: &str) -> Truth {
    if pattern.matches(value) {
        Truth::Yes
    } else if pattern.overlaps(&Pattern::literal(value)) {
        Truth::Unknown
    } else {
        Truth::No
    }
}

fn exactly(operator: &str, value: &str, wanted: &str) -> Truth {
    match operator {
        "StringEquals" | "BinaryEquals" => (value == wanted).into(),
        "StringEqualsIgnoreCase" => (value.to_lowercase() == wanted.to_lowercase()).into(),
        "Bool" => value.eq_ignore_ascii_case(wanted).into(),
        "IpAddress" => in_range(value, wanted).map_or(Truth::Unknown, Truth::from),
        _ => {
            let ordering = if operator.starts_with("Numeric") {
                numbers(value, wanted)
            } else {
                dates(value, wanted)
            };
            ordering.map_or(Truth::Unknown, |found| ordered(operator, found).into())
        }
    }
}

fn ordered(operator: &str, found: Ordering) -> bool {
    if operator.ends_with("LessThanEquals") {
        found.is_le()
    } else if operator.ends_with("GreaterThanEquals") {
        found.is_ge()
    } else if operator.ends_with("LessThan") {
        found.is_lt()
    } else if operator.ends_with("GreaterThan") {
        found.is_gt()
    } else {
        found.is_eq()
    }
}

/// Compares decimal numbers digit by digit; `None` if one is not of that form.
fn numbers(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (Decimal::parse(left)?, Decimal::parse(right)?);
    Some(match (left.negative, right.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => left.size(&right),
        (true, true) => right.size(&left),
    })
}

struct Decimal<'a> {
    negative: bool,
    /// Without leading zeros.
    whole: &'a str,
    /// Without trailing zeros.
    part: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (negative, text) = match text.trim().strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text.trim().strip_prefix('+').unwrap_or(text.trim())),
        };
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let part = part.trim_end_matches('0');
        let zero = whole.is_empty() && part.is_empty();
        Some(Self { negative: negative && !zero, whole, part })
    }

    fn size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then(self.whole.cmp(other.whole));
        whole.then(self.part.cmp(other.part))
    }
}

/// Compares moments in UTC (`2026-11-21`, `2026-11-21T10:00:00Z`) or seconds since 1970; `None`
/// if the forms differ.
fn dates(left: &str, right: &str) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (moment(left), moment(right)) {
        return Some(left.cmp(&right));
    }
    numbers(left, right)
}

/// The moment with its time written out, so that moments compare as texts.
fn moment(text: &str) -> Option<String> {
    const DAY: &str = "0000-00-00";
    const WHOLE: &str = "0000-00-00T00:00:00Z";
    let fits = |form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    if fits(WHOLE) { Some(text.to_owned()) } else { fits(DAY).then(|| format!("{text}T00:00:00Z")) }
}

/// Whether the address is in the range (`203.0.113.0/24`, or one address).
fn in_range(address: &str, range: &str) -> Option<bool> {
    let address: IpAddr = address.parse().ok()?;
    let (network, length) = match range.split_once('/') {
        Some((network, length)) => (network, Some(length.parse::<u32>().ok()?)),
        None => (range, None),
    };
    let (left, right, bits) = match (address, network.parse::<IpAddr>().ok()?) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            (u128::from(u32::from(left)), u128::from(u32::from(right)), 32)
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => (u128::from(left), u128::from(right), 128),
        _ => return Some(false),
    };
    let ignored = bits - length.unwrap_or(bits).min(bits);
    let kept = |address: u128| address.checked_shr(ignored).unwrap_or(0);
    Some(kept(left) == kept(right))
}
