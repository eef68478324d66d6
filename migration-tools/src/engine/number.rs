//! Numbers as DynamoDB keeps them: decimal, exact, up to 38 significant digits. Never through a
//! float.

use std::cmp::Ordering;
use std::fmt;

/// Most significant digits that DynamoDB stores
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).
pub const MAX_DIGITS: usize = 38;

/// Far beyond what DynamoDB stores (1E-130 to 9.9E+125); bounds the digits that aligning two numbers
/// takes.
const MAX_EXPONENT: i32 = 1000;

/// A decimal number in its one normal form, so that equality is equality of value: `1.0`, `1` and
/// `10E-1` are the same.
///
/// ```
/// use migration_tools::engine::number::Decimal;
///
/// assert_eq!(Decimal::parse("1.0"), Decimal::parse("10e-1"));
/// assert_eq!(Decimal::parse("0.10").map(|n| n.to_string()).as_deref(), Some("0.1"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Most significant first, 0 to 9, no zero at either end. Empty is zero.
    digits: Vec<u8>,
    /// Of the last digit: the value is `digits` times ten to this power.
    exponent: i32,
}

impl Decimal {
    /// Reads digits with an optional sign, point and exponent; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if exponent.abs() > MAX_EXPONENT || mantissa.len() > MAX_EXPONENT as usize {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let exponent = exponent - i32::try_from(fraction.len()).ok()?;
        Some(Self::normal(negative, digits, exponent))
    }

    fn normal(negative: bool, mut digits: Vec<u8>, mut exponent: i32) -> Self {
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..leading);
        if digits.is_empty() {
            return Self { negative: false, digits, exponent: 0 };
        }
        Self { negative, digits, exponent }
    }

    /// How many significant digits it has; 0 for zero.
    #[must_use]
    pub fn significant_digits(&self) -> usize {
        self.digits.len()
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The exact sum, or `None` where DynamoDB could not store it: more than [`MAX_DIGITS`] digits.
    ///
    /// ```
    /// # use migration_tools::engine::number::Decimal;
    /// let sum = Decimal::parse("0.1").zip(Decimal::parse("0.2")).and_then(|(a, b)| a.plus(&b));
    /// assert_eq!(sum.map(|n| n.to_string()).as_deref(), Some("0.3"));
    /// ```
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let (left, right) = (self.reversed(exponent), other.reversed(exponent));
        let width = left.len().max(right.len()) + 1;
        let sign = |n: &Self| if n.negative { -1i8 } else { 1 };
        let (ours, theirs) = (sign(self), sign(other));
        let mut negative = false;
        let mut digits = sum(&left, ours, &right, theirs, width);
        if digits.is_none() {
            negative = true;
            digits = sum(&left, -ours, &right, -theirs, width);
        }
        let mut digits = digits?;
        digits.reverse();
        let total = Self::normal(negative, digits, exponent);
        (total.digits.len() <= MAX_DIGITS).then_some(total)
    }

    /// Digits from the one of `exponent` on, least significant first.
    fn reversed(&self, exponent: i32) -> Vec<u8> {
        let zeros = usize::try_from(self.exponent - exponent).unwrap_or(0);
        let zeros = if self.digits.is_empty() { 0 } else { zeros };
        std::iter::repeat_n(0, zeros).chain(self.digits.iter().rev().copied()).collect()
    }

    /// The greatest whole number that is not above it, where an `i64` can hold it.
    #[must_use]
    pub fn floor(&self) -> Option<i64> {
        let whole = i32::try_from(self.digits.len()).ok()? + self.exponent;
        let mut value: i64 = 0;
        for at in 0..whole.max(0) {
            let digit = self.digits.get(usize::try_from(at).ok()?).copied().unwrap_or(0);
            value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
        }
        let fraction = self.exponent < 0;
        match (self.negative, fraction) {
            (false, _) => Some(value),
            (true, false) => Some(-value),
            (true, true) => Some(-value - 1),
        }
    }
}

/// Adds digits with their signs, or `None` where the sum is below zero.
fn sum(left: &[u8], ours: i8, right: &[u8], theirs: i8, width: usize) -> Option<Vec<u8>> {
    let digit = |of: &[u8], at: usize| of.get(at).copied().unwrap_or(0).cast_signed();
    let mut carry = 0;
    let mut digits = Vec::with_capacity(width);
    for at in 0..width {
        let here = ours * digit(left, at) + theirs * digit(right, at) + carry;
        digits.push(here.rem_euclid(10).cast_unsigned());
        carry = here.div_euclid(10);
    }
    (carry == 0).then_some(digits)
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |n: &Self| match (n.digits.is_empty(), n.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let highest = |n: &Self| n.digits.len() as i64 + i64::from(n.exponent);
        // Without zeros at the ends, digits compare like text once the first stands at the same place.
        let size = highest(self).cmp(&highest(other)).then_with(|| self.digits.cmp(&other.digits));
        match (sign(self), sign(other)) {
            (1, 1) => size,
            (-1, -1) => size.reverse(),
            (left, right) => left.cmp(&right),
        }
    }
}

/// Digits with a point where one is needed, and never an exponent.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        match usize::try_from(self.exponent) {
            Ok(zeros) => text.push_str(&"0".repeat(zeros)),
            Err(_) => {
                let behind = self.exponent.unsigned_abs() as usize;
                if text.len() <= behind {
                    text.insert_str(0, &"0".repeat(behind + 1 - text.len()));
                }
                text.insert(text.len() - behind, '.');
            }
        }
        let sign = if self.negative { "-" } else { "" };
        write!(out, "{sign}{}", if text.is_empty() { "0" } else { &text })
    }
}

/// Numbers are content: only how many digits there are.
impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Decimal({} digits)", self.digits.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn spellings_of_one_value_are_equal_and_print_alike() {
        for (spellings, plain) in [
            (&["1", "1.0", "+1", "10e-1", "0.1E1", "01.00", "1."][..], "1"),
            (&["0", "-0", "0.00", "0e5", ".0"], "0"),
            (&["-0.5", "-.5", "-5E-1"], "-0.5"),
            (&["1e3", "1000"], "1000"),
            (&["12345678901234567890123456789012345678"], "12345678901234567890123456789012345678"),
        ] {
            for spelling in spellings {
                assert_eq!(decimal(spelling).to_string(), plain, "{spelling}");
            }
        }
        assert_eq!(decimal("1E-130").to_string().len(), 132);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".", "e1", "1e", "1e1.5", "0x1", "1 ", "NaN", "é", "1e9999", "--1"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_sum_that_could_not_be_stored_is_none() {
        assert_eq!(decimal("1E38").plus(&decimal("1E-3")), None);
        assert_eq!(decimal("1E125").plus(&decimal("-1E125")), Some(decimal("0")));
        assert_eq!(decimal("0.0421").plus(&decimal("1.5")), Some(decimal("1.5421")));
    }

    #[test]
    fn floors_go_down() {
        for (text, floor) in [("1.9", 1), ("-1.1", -2), ("-3", -3), ("17E2", 1700), ("0.4", 0)] {
            assert_eq!(decimal(text).floor(), Some(floor), "{text}");
        }
        assert_eq!(decimal("1e30").floor(), None);
    }

    proptest! {
        #[test]
        fn sums_and_order_are_those_of_integers(
            left in -10i128.pow(30)..10i128.pow(30),
            right in -10i128.pow(30)..10i128.pow(30),
            scale in 0i32..60,
        ) {
            let scaled = |n: i128| decimal(&format!("{n}e-{scale}"));
            prop_assert_eq!(scaled(left).plus(&scaled(right)), Some(scaled(left + right)));
            prop_assert_eq!(scaled(left).cmp(&scaled(right)), left.cmp(&right));
        }

        #[test]
        fn printing_and_reading_gives_the_same(text in "-?[0-9]{1,20}(\\.[0-9]{0,18})?([eE][+-]?[0-9]{1,2})?") {
            let number = decimal(&text);
            prop_assert_eq!(decimal(&number.to_string()), number);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,12}") {
            let _ = Decimal::parse(&text);
        }
    }
}
