//! The application's own compression of text: LZW with a list of codes as its result.
//!
//! Codes grow without limit and are not packed; in a table they are a list of numbers, in an object a
//! JSON array. Codes 0 to 255 are the characters of Latin-1. Every other character is first written as
//! the text `U+` and at least four hexadecimal digits, so that **not every text survives**: a reader
//! takes `U+` and exactly four digits for a character, also where they stood in the text. Use
//! [`compressed`], which checks.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::json::{Json, to_text};
use super::surrogates::Surrogates;
use crate::engine::number::Decimal;
use crate::engine::size::value_bytes;

/// Codes of single characters; the first free one.
const ALPHABET: u32 = 256;
/// Most characters that [`decode`] makes; a few thousand codes could stand for gigabytes.
pub const MAX_DECODED: usize = 64 * 1024 * 1024;
/// What the application thinks a list of that many codes can reach, for each of them.
const REACH_PER_CODE: u64 = 50;

/// Codes that no text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LzwError {
    /// A code that stands for nothing yet.
    #[error("code {at} of the list stands for nothing")]
    Unknown {
        /// Its place, from 0.
        at: usize,
    },
    /// More text than [`MAX_DECODED`].
    #[error("the codes stand for more than {MAX_DECODED} characters")]
    TooLong,
}

/// The codes of a text.
///
/// ```
/// use migration_tools::formats::lzw::{decode, encode};
///
/// let codes = encode("abababababab");
/// assert_eq!(codes, [97, 98, 256, 258, 257, 260]);
/// assert_eq!(decode(&codes).as_deref(), Ok("abababababab"));
/// ```
#[must_use]
pub fn encode(text: &str) -> Vec<u32> {
    let mut encoder =
        Encoder { known: HashMap::new(), next: ALPHABET, current: None, codes: vec![] };
    for character in text.chars() {
        match u32::from(character) {
            code if code < ALPHABET => encoder.push(code),
            code => format!("U+{code:04x}").bytes().for_each(|byte| encoder.push(u32::from(byte))),
        }
    }
    encoder.codes.extend(encoder.current);
    encoder.codes
}

struct Encoder {
    /// The code of what a code stands for and one more character.
    known: HashMap<(u32, u32), u32>,
    next: u32,
    current: Option<u32>,
    codes: Vec<u32>,
}

impl Encoder {
    fn push(&mut self, character: u32) {
        let Some(current) = self.current else {
            self.current = Some(character);
            return;
        };
        if let Some(known) = self.known.get(&(current, character)) {
            self.current = Some(*known);
            return;
        }
        self.codes.push(current);
        self.known.insert((current, character), self.next);
        self.next += 1;
        self.current = Some(character);
    }
}

/// The text of codes, as the application reads them. Two halves of a surrogate pair, which its
/// JavaScript writes as two `U+` with four digits, are one character; a half alone is dropped.
///
/// # Errors
///
/// Where a code stands for nothing, and where the text would be longer than [`MAX_DECODED`].
pub fn decode(codes: &[u32]) -> Result<String, LzwError> {
    let mut latin: Vec<u8> = Vec::new();
    // Where in `latin` what each code from 256 on stands for begins, and how long it is.
    let mut entries: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    for (at, code) in codes.iter().enumerate() {
        let start = latin.len();
        match (u8::try_from(*code), previous) {
            (Ok(character), _) => latin.push(character),
            (Err(_), None) => return Err(LzwError::Unknown { at }),
            (Err(_), Some((before, length))) => {
                let place = usize::try_from(*code - ALPHABET).unwrap_or(usize::MAX);
                let (from, length) = match entries.get(place) {
                    Some(entry) => *entry,
                    // What it stands for is what came before and its first character again.
                    None if place == entries.len() => (before, length + 1),
                    None => return Err(LzwError::Unknown { at }),
                };
                if start + length > MAX_DECODED {
                    return Err(LzwError::TooLong);
                }
                for from in from..from + length {
                    latin.extend(latin.get(from).copied());
                }
            }
        }
        if let Some((before, length)) = previous {
            // The first character of this text stands right behind the text before.
            entries.push((before, length + 1));
        }
        previous = Some((start, latin.len() - start));
    }
    Ok(unescaped(&latin))
}

/// Latin-1 with every `U+` and four digits, in whatever case, as the character they name.
fn unescaped(latin: &[u8]) -> String {
    let mut text = Surrogates::default();
    let mut at = 0;
    while let Some(byte) = latin.get(at) {
        match escape(&latin[at..]) {
            // Four digits are a code unit always.
            Some(code) => {
                text.push(code);
                at += 6;
            }
            None => {
                text.push(u32::from(*byte));
                at += 1;
            }
        }
    }
    text.finish().0
}

fn escape(latin: &[u8]) -> Option<u32> {
    let [b'U' | b'u', b'+', digits @ ..] = latin else { return None };
    digits
        .get(..4)?
        .iter()
        .try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
}

/// The codes in a value that the application takes for compressed: a list of numbers that are not
/// negative, the first below 256, none beyond what so many codes can reach. Fractions are cut off and
/// booleans are 0 and 1, as Python has it. A short list of small numbers looks the same.
#[must_use]
pub fn codes(value: &Json) -> Option<Vec<u32>> {
    let Json::List(all) = value else { return None };
    let codes: Vec<u32> = all.iter().map(code).collect::<Option<_>>()?;
    let most = u64::from(ALPHABET) + REACH_PER_CODE * u64::try_from(codes.len()).ok()?;
    let compressed =
        *codes.first()? < ALPHABET && codes.iter().all(|code| u64::from(*code) <= most);
    compressed.then_some(codes)
}

/// Whether the application takes a value for compressed; see [`codes`].
#[must_use]
pub fn is_compressed(value: &Json) -> bool {
    codes(value).is_some()
}

fn code(value: &Json) -> Option<u32> {
    match value {
        Json::Bool(one) => Some(u32::from(*one)),
        Json::Number(number) => {
            let text = number.python();
            let size = Decimal::parse(text.strip_prefix('-').unwrap_or(&text))?;
            let code = u32::try_from(size.floor()?).ok()?;
            (code == 0 || !text.starts_with('-')).then_some(code)
        }
        _ => None,
    }
}

/// Whether the application would keep so many codes of so many characters.
#[must_use]
pub fn are_few(codes: usize, characters: usize) -> bool {
    // Less than eight tenths.
    codes.saturating_mul(5) < characters.saturating_mul(4)
}

/// The codes of a value's text, where keeping them is better than keeping the value: they are few
/// enough for the application, take less room in a table than `plain_bytes`, which is what the value
/// itself takes ([`value_bytes`]), and are read back as the same text. Pass `usize::MAX` for a value
/// that cannot be stored as it is.
///
/// Never for a string: the application reads codes as JSON text of a map or list.
#[must_use]
pub fn compressed(value: &Json, plain_bytes: usize) -> Option<Vec<u32>> {
    if matches!(value, Json::Text(_)) {
        return None;
    }
    let text = to_text(value);
    let codes = encode(&text);
    let better = are_few(codes.len(), text.len()) && value_bytes(&attribute(&codes)) < plain_bytes;
    (better && decode(&codes).as_deref() == Ok(&text)).then_some(codes)
}

/// Codes as an attribute: a list of numbers.
#[must_use]
pub fn attribute(codes: &[u32]) -> AttributeValue {
    AttributeValue::L(codes.iter().map(|code| AttributeValue::N(code.to_string())).collect())
}

#[cfg(test)]
#[path = "lzw_tests.rs"]
mod tests;
