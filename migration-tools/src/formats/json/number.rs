//! Numbers of JSON: their digits, and how Python prints them.

use std::borrow::Cow;
use std::fmt;

/// Below this power of ten, Python writes a real with an exponent.
const SMALLEST_PLAIN: i32 = -4;
/// From this power of ten on, Python writes a real with an exponent.
const FIRST_SCIENTIFIC: i32 = 16;

/// A number as it was written, or one of Python's `NaN`, `Infinity` and `-Infinity`.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// A number that is written as in JSON, or as Python writes those that JSON has not; `None` for
    /// any other text.
    ///
    /// ```
    /// use migration_tools::formats::json::Number;
    ///
    /// assert!(Number::parse("-1.50e3").is_some());
    /// assert!(Number::parse("01").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let whole = length(text.as_bytes()) == Some(text.len());
        (whole || ["NaN", "Infinity", "-Infinity"].contains(&text)).then(|| Self(text.to_owned()))
    }

    /// The number as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether Python reads it as an integer: no point and no exponent.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    }

    /// The number as Python prints it. Integers are exact. **Reals are rounded**: Python holds them as
    /// doubles and prints the fewest digits that mean the same double; those are the digits that the
    /// application has been working with.
    ///
    /// ```
    /// # use migration_tools::formats::json::Number;
    /// for (written, printed) in [("-0", "0"), ("1.10", "1.1"), ("1E5", "100000.0"), ("1e-7", "1e-07")] {
    ///     assert_eq!(Number::parse(written).map(|n| n.python().into_owned()).as_deref(), Some(printed));
    /// }
    /// ```
    #[must_use]
    pub fn python(&self) -> Cow<'_, str> {
        if self.is_integer() {
            return Cow::Borrowed(if self.0 == "-0" { "0" } else { &self.0 });
        }
        match self.0.parse::<f64>() {
            Ok(real) => Cow::Owned(printed(real)),
            // No text that is a number fails to parse.
            Err(_) => Cow::Borrowed(&self.0),
        }
    }
}

/// Numbers are content.
impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number")
    }
}

/// A double as Python's `repr` prints it; what is no finite number as `json` does.
fn printed(real: f64) -> String {
    if real.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if real.is_sign_negative() { "-" } else { "" };
    if real.is_infinite() {
        return format!("{sign}Infinity");
    }
    // The fewest digits that mean this double, and its power of ten.
    let shortest = shortest(real.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut digits = mantissa.replace('.', "");
    if !(SMALLEST_PLAIN..FIRST_SCIENTIFIC).contains(&exponent) {
        let sign_of_exponent = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{sign_of_exponent}{:02}", exponent.abs());
    }
    let whole = usize::try_from(exponent + 1).unwrap_or(0);
    if whole == 0 {
        let zeros = usize::try_from(-exponent).unwrap_or(0);
        digits.insert_str(0, &"0".repeat(zeros));
        digits.insert(1, '.');
    } else if digits.len() <= whole {
        digits.push_str(&"0".repeat(whole - digits.len()));
        digits.push_str(".0");
    } else {
        digits.insert(whole, '.');
    }
    format!("{sign}{digits}")
}

/// Digit, point, digits and exponent. Where two texts are equally short and equally near, Python takes
/// the one that ends in an even digit, as rounding to so many digits does.
fn shortest(real: f64) -> String {
    let shortest = format!("{real:e}");
    let digits = shortest.split('e').next().unwrap_or_default().len();
    let behind_the_point = digits.saturating_sub(2);
    let rounded = format!("{real:.behind_the_point$e}");
    if rounded.parse() == Ok(real) { rounded } else { shortest }
}

/// How many bytes at the start are a number of JSON.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let byte = |at: usize| bytes.get(at).copied();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let start = usize::from(byte(0) == Some(b'-'));
    let mut end = match byte(start)? {
        b'0' => start + 1,
        b'1'..=b'9' => digits(start),
        _ => return None,
    };
    if byte(end) == Some(b'.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if matches!(byte(end), Some(b'e' | b'E')) {
        let first = end + 1 + usize::from(matches!(byte(end + 1), Some(b'+' | b'-')));
        if digits(first) > first {
            end = digits(first);
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_printed_as_python_prints_them() {
        for (written, python) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("12345678901234567890123456789012345678901234567890", ""),
            ("1E5", "100000.0"),
            ("1.10", "1.1"),
            ("0.12345678901234567890", "0.12345678901234568"),
            ("1e-7", "1e-07"),
            ("0.0001", "0.0001"),
            ("0.00012", "0.00012"),
            ("0.00001", "1e-05"),
            ("0.0000123", "1.23e-05"),
            ("1e16", "1e+16"),
            ("1e22", "1e+22"),
            ("1e15", "1000000000000000.0"),
            ("9007199254740993.0", "9007199254740992.0"),
            ("123456789012345678.0", "1.2345678901234568e+17"),
            ("1e100", "1e+100"),
            ("5e-324", "5e-324"),
            ("1e400", "Infinity"),
            ("-1e400", "-Infinity"),
            ("1e-400", "0.0"),
            ("NaN", "NaN"),
            ("Infinity", "Infinity"),
            ("-Infinity", "-Infinity"),
            ("123.456", "123.456"),
            ("959219610487670.25", "959219610487670.2"),
            ("174789989222917.625", "174789989222917.62"),
            ("9007199254740991.5", "9007199254740992.0"),
        ] {
            let number = Number::parse(written).unwrap_or_else(|| panic!("{written}"));
            assert_eq!(number.python(), if python.is_empty() { written } else { python });
            assert_eq!(number.text(), written);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "01", "+1", "1.", ".5", "1e", "1e+", "0x1", "nan", "--1", "1 ", "١"]
        {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_means_the_same_double(bits: u64) {
            let real = f64::from_bits(bits);
            prop_assume!(real.is_finite());
            let text = printed(real);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
            let number = Number::parse(&text).unwrap();
            prop_assert!(!number.is_integer());
            prop_assert_eq!(number.python(), text);
        }
    }
}
