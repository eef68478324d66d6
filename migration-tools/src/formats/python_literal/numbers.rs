//! Numbers as Python source has them.

use crate::formats::json::Number;

/// The number at the start of a text, and how many bytes it takes; `None` for complex numbers, for
/// integers in another base that are far too long to be stored, and for what is no number.
pub(super) fn number(text: &str) -> Option<(Number, usize)> {
    let length = length(text);
    let lower = text.get(..length)?.to_ascii_lowercase();
    let based = |prefix: &str, base: u32| {
        let digits = lower.strip_prefix(prefix)?;
        let digits = without_underscores(digits.strip_prefix('_').unwrap_or(digits), base)?;
        u128::from_str_radix(&digits, base).ok().map(|value| value.to_string())
    };
    let written =
        if let Some(text) = based("0x", 16).or_else(|| based("0o", 8)).or_else(|| based("0b", 2)) {
            text
        } else if lower.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
            integer(without_underscores(&lower, 10)?)?
        } else {
            real(&without_underscores(&lower, 10)?)?
        };
    Some((Number::parse(&written)?, length))
}

/// The same number below zero.
pub(super) fn negated(number: &Number) -> Option<Number> {
    let text = number.python();
    if text == "0" { Some(number.clone()) } else { Number::parse(&format!("-{text}")) }
}

/// Letters, digits, underscores and points; a sign behind the `e` of a real.
fn length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let based = bytes.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() && !is_e(*byte));
    let mut before = 0;
    let part = |byte: &&u8| {
        let sign = matches!(byte, b'+' | b'-') && is_e(before) && !based;
        before = **byte;
        sign || byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
    };
    bytes.iter().take_while(part).count()
}

fn is_e(byte: u8) -> bool {
    matches!(byte, b'e' | b'E')
}

/// An underscore stands between two digits, alone.
fn without_underscores(text: &str, base: u32) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at)).is_some_and(|byte| char::from(*byte).is_digit(base))
    };
    let right = bytes
        .iter()
        .enumerate()
        .all(|(at, byte)| *byte != b'_' || (digit(at.checked_sub(1)) && digit(Some(at + 1))));
    right.then(|| text.replace('_', ""))
}

/// Zeros at the start are for zero only.
fn integer(digits: String) -> Option<String> {
    match digits.trim_start_matches('0') {
        "" if !digits.is_empty() => Some("0".to_owned()),
        rest if rest.len() == digits.len() => Some(digits),
        _ => None,
    }
}

/// As JSON writes it: a digit before the point, and one behind it.
fn real(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let (whole, fraction) = (if whole.is_empty() { "0" } else { whole }, fraction);
    let number = Number::parse(&format!("{whole}.{fraction}0e{exponent}"))?;
    Some(number.python().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (source, printed, length) in [
            ("0", "0", 1),
            ("000", "0", 3),
            ("0_0", "0", 3),
            ("1_000,", "1000", 5),
            ("0x_fF", "255", 5),
            ("0XFE", "254", 4),
            ("0xe+1", "14", 3),
            ("0o17]", "15", 4),
            ("0b10 ", "2", 4),
            ("1.", "1.0", 2),
            (".5}", "0.5", 2),
            ("01.5", "1.5", 4),
            ("1e5", "100000.0", 3),
            ("1.e-7", "1e-07", 5),
            ("1_0.0_1E+1_0", "100100000000.0", 12),
            ("1e400", "Infinity", 5),
            ("12345678901234567890123456789012345678901", "", 41),
        ] {
            let (number, taken) = number(source).unwrap_or_else(|| panic!("{source}"));
            let printed = if printed.is_empty() { source } else { printed };
            assert_eq!((number.text(), taken), (printed, length), "{source}");
        }
    }

    #[test]
    fn what_python_refuses_and_what_cannot_be_stored_is_none() {
        for source in [
            "",
            "x",
            "01",
            "1__0",
            "1_",
            "0x",
            "0x_",
            "0o8",
            "0b2",
            "1j",
            "1.5J",
            "...",
            ".",
            "1.2.3",
            "1e",
            "1e+",
            "1._5",
            "1_.5",
            "1e_5",
            "1a",
            "0xffffffffffffffffffffffffffffffffff",
            "e5",
            "1_e5",
        ] {
            assert!(number(source).is_none(), "{source}");
        }
    }

    #[test]
    fn minus_zero_is_zero_where_it_is_an_integer() {
        for (source, printed) in [("0", "0"), ("0.0", "-0.0"), ("7", "-7"), ("1e999", "-Infinity")]
        {
            let (number, _) = number(source).unwrap();
            assert_eq!(negated(&number).unwrap().text(), printed);
        }
    }
}
