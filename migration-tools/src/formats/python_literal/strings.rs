//! Strings as Python source has them.
//! <https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals>

use crate::formats::surrogates::Surrogates;

/// Digits of the longest octal escape.
const OCTAL_DIGITS: usize = 3;

/// Whether a string starts here.
pub(super) fn starts(text: &str) -> bool {
    opening(text).is_some()
}

/// What stands before the content of a string: whether escapes are taken as they are, the quotes that
/// end it, and what follows.
fn opening(text: &str) -> Option<(bool, &'static str, &str)> {
    let (raw, rest) = match text.as_bytes().first()? {
        b'r' | b'R' => (true, text.get(1..)?),
        b'u' | b'U' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote))?;
    Some((raw, quote, rest.get(quote.len()..)?))
}

/// Reads the string at the start of a text, and gives what follows it; `None` for bytes, formatted
/// strings, characters by name, and for what is no string.
pub(super) fn string<'t>(text: &'t str, into: &mut Surrogates) -> Option<&'t str> {
    let (raw, quote, mut rest) = opening(text)?;
    loop {
        if let Some(after) = rest.strip_prefix(quote) {
            return Some(after);
        }
        let first = rest.chars().next()?;
        if first == '\n' && quote.len() == 1 {
            return None;
        }
        rest = match first {
            '\\' if raw => {
                let escaped = rest.chars().nth(1)?.len_utf8();
                into.push_str(rest.get(..1 + escaped)?);
                rest.get(1 + escaped..)?
            }
            '\\' => escape(rest.get(1..)?, into)?,
            _ => {
                let (character, after) = rest.split_at(first.len_utf8());
                into.push_str(character);
                after
            }
        };
    }
}

/// Reads what stands behind a backslash.
fn escape<'t>(text: &'t str, into: &mut Surrogates) -> Option<&'t str> {
    let first = text.chars().next()?;
    let after = text.get(first.len_utf8()..)?;
    let plain = match first {
        '\n' => "",
        '\\' => "\\",
        '\'' => "'",
        '"' => "\"",
        'a' => "\u{7}",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\u{b}",
        'x' => return code(after, 2, into),
        'u' => return code(after, 4, into),
        'U' => return code(after, 8, into),
        'N' => return None,
        '0'..='7' => {
            let digits = text.bytes().take(OCTAL_DIGITS).take_while(|b| matches!(b, b'0'..=b'7'));
            let (digits, after) = text.split_at_checked(digits.count())?;
            into.push(u32::from_str_radix(digits, 8).ok()?)?;
            return Some(after);
        }
        // No escape: both characters are meant.
        _ => {
            into.push_str("\\");
            text.get(..first.len_utf8())?
        }
    };
    into.push_str(plain);
    Some(after)
}

/// Reads a character of exactly so many hexadecimal digits.
fn code<'t>(text: &'t str, digits: usize, into: &mut Surrogates) -> Option<&'t str> {
    let (digits, after) = text.split_at_checked(digits)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    into.push(u32::from_str_radix(digits, 16).ok()?)?;
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Option<(String, usize, &str)> {
        let mut text = Surrogates::default();
        let rest = string(source, &mut text)?;
        let (text, dropped) = text.finish();
        Some((text, dropped, rest))
    }

    #[test]
    fn strings_are_read_as_python_reads_them() {
        for (source, content) in [
            (r"''", ""),
            (r#""it's""#, "it's"),
            (r"'\\\'\a\b\f\n\r\t\v'", "\\'\u{7}\u{8}\u{c}\n\r\t\u{b}"),
            (r"'\x41\u0042\U00000043\104\60\0'", "ABCD0\0"),
            (r"'\777\778'", "\u{1ff}?8"),
            (r"'\ud83d\ude00'", "😀"),
            (r"'\q\é'", "\\q\\é"),
            ("'a\\\nb'", "ab"),
            ("'''a\n'b''c'''", "a\n'b''c"),
            ("\"\"\"\"a\"\"\"", "\"a"),
            (r"r'\n\''", r"\n\'"),
            (r"R'''\''''", r"\'"),
            (r"u'a'", "a"),
        ] {
            assert_eq!(read(source), Some((content.to_owned(), 0, "")), "{source}");
        }
        assert_eq!(read("'a', 'b'"), Some(("a".to_owned(), 0, ", 'b'")));
        assert_eq!(read(r"'\ud83d'"), Some((String::new(), 1, "")));
    }

    #[test]
    fn what_is_no_string_is_none() {
        for source in [
            "",
            "a",
            "'a",
            "'a\n'",
            "'''a''",
            r"'\",
            r"'\x4'",
            r"'\u004g'",
            r"'\U00110000'",
            r"'\N{DIGIT ONE}'",
            "b'a'",
            "f'a'",
            "ur'a'",
            "rb'a'",
            r"r'\",
            r"'\x+1'",
        ] {
            assert_eq!(read(source), None, "{source}");
        }
    }
}
