//! The parser: what Python's `json.loads` takes, and where it does not.

use super::number::length;
use super::{Json, Number};
use crate::formats::surrogates::Surrogates;

/// How deep lists and maps may be inside each other. DynamoDB stores 32 levels; this bounds the stack.
pub const MAX_DEPTH: usize = 512;

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The value.
    pub value: Json,
    /// How many halves of surrogate pairs stood alone. They are no characters, cannot be stored, and
    /// are left out, as the application leaves them out.
    pub dropped: usize,
}

/// Why bytes are no JSON, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {wrong}")]
pub struct JsonError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What is wrong with a text that should be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// A byte that UTF-8 does not have there.
    #[error("it is not UTF-8")]
    Utf8,
    /// A byte order mark at the start, which the application does not read either.
    #[error("it starts with a byte order mark")]
    ByteOrderMark,
    /// Something else than what has to come here.
    #[error("{0} is expected")]
    Expected(&'static str),
    /// A control character in a string.
    #[error("a control character stands in a string, where it has to be escaped")]
    Control,
    /// Too many lists and maps inside each other.
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    Depth,
}

/// Reads a value from UTF-8, with nothing but blanks around it.
///
/// Taken as Python takes it: `NaN`, `Infinity`, `-Infinity`, halves of surrogate pairs; of a name that
/// comes twice, the last value at the first position.
///
/// # Errors
///
/// Where Python fails as well, and where values are nested deeper than [`MAX_DEPTH`].
pub fn parse(bytes: &[u8]) -> Result<Parsed, JsonError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(place(bytes, error.valid_up_to(), Wrong::Utf8)),
    };
    if text.starts_with('\u{feff}') {
        return Err(place(bytes, 0, Wrong::ByteOrderMark));
    }
    let mut parser = Parser { text, at: 0, dropped: 0 };
    match parser.document() {
        Ok(value) => Ok(Parsed { value, dropped: parser.dropped }),
        Err(wrong) => Err(place(bytes, parser.at, wrong)),
    }
}

fn place(bytes: &[u8], at: usize, wrong: Wrong) -> JsonError {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or(bytes));
    let last = before.rsplit('\n').next().unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    JsonError { line, column: last.chars().count() + 1, wrong }
}

/// Reads on from `at`, which is where an error is.
struct Parser<'t> {
    text: &'t str,
    at: usize,
    dropped: usize,
}

impl<'t> Parser<'t> {
    fn document(&mut self) -> Result<Json, Wrong> {
        self.blanks();
        let value = self.value(0)?;
        self.blanks();
        if self.at < self.text.len() {
            return Err(Wrong::Expected("the end"));
        }
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Json, Wrong> {
        match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err(Wrong::Depth),
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Json::Text),
            _ if self.takes("null") => Ok(Json::Null),
            _ if self.takes("true") => Ok(Json::Bool(true)),
            _ if self.takes("false") => Ok(Json::Bool(false)),
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Result<Json, Wrong> {
        let rest = self.rest();
        let special = ["NaN", "Infinity", "-Infinity"].into_iter().find(|s| rest.starts_with(s));
        let length = special.map(str::len).or_else(|| length(rest.as_bytes()));
        let text = length.and_then(|length| rest.get(..length));
        let number = text.and_then(Number::parse).ok_or(Wrong::Expected("a value"))?;
        self.at += number.text().len();
        Ok(Json::Number(number))
    }

    fn list(&mut self, depth: usize) -> Result<Json, Wrong> {
        self.at += 1;
        self.blanks();
        let mut all = Vec::new();
        if self.takes("]") {
            return Ok(Json::List(all));
        }
        loop {
            all.push(self.value(depth + 1)?);
            self.blanks();
            if self.takes("]") {
                return Ok(Json::List(all));
            }
            self.expect(",", "\",\" or \"]\"")?;
            self.blanks();
        }
    }

    fn map(&mut self, depth: usize) -> Result<Json, Wrong> {
        self.at += 1;
        self.blanks();
        let mut all = Vec::new();
        if self.takes("}") {
            return Ok(Json::Map(all));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(Wrong::Expected("a name in quotation marks"));
            }
            let name = self.string()?;
            self.blanks();
            self.expect(":", "\":\"")?;
            self.blanks();
            all.push((name, self.value(depth + 1)?));
            self.blanks();
            if self.takes("}") {
                return Ok(Json::map(all));
            }
            self.expect(",", "\",\" or \"}\"")?;
            self.blanks();
        }
    }

    fn string(&mut self) -> Result<String, Wrong> {
        self.at += 1;
        let mut text = Surrogates::default();
        loop {
            let rest = self.rest();
            let special = |c: char| c == '"' || c == '\\' || c < ' ';
            let plain = rest.find(special).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut text)?,
                Some(_) => return Err(Wrong::Control),
                None => return Err(Wrong::Expected("the end of the string")),
            }
        }
        self.at += 1;
        let (text, dropped) = text.finish();
        self.dropped += dropped;
        Ok(text)
    }

    fn escape(&mut self, text: &mut Surrogates) -> Result<(), Wrong> {
        const WRONG: Wrong = Wrong::Expected("an escape sequence of JSON");
        let rest = self.rest();
        let plain = match rest.as_bytes().get(1).ok_or(WRONG)? {
            b'"' => "\"",
            b'\\' => "\\",
            b'/' => "/",
            b'b' => "\u{8}",
            b'f' => "\u{c}",
            b'n' => "\n",
            b'r' => "\r",
            b't' => "\t",
            b'u' => {
                let digits = rest.get(2..6).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                code.and_then(|code| text.push(code)).ok_or(WRONG)?;
                self.at += 6;
                return Ok(());
            }
            _ => return Err(WRONG),
        };
        text.push_str(plain);
        self.at += 2;
        Ok(())
    }

    fn blanks(&mut self) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().bytes().take_while(blank).count();
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn expect(&mut self, token: &str, said: &'static str) -> Result<(), Wrong> {
        if self.takes(token) { Ok(()) } else { Err(Wrong::Expected(said)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::formats::json::to_text;

    #[test]
    fn halves_of_surrogate_pairs_are_dropped_and_counted() {
        for (text, kept, dropped) in [
            (r#""\ud83d\ude00""#, "😀", 0),
            (r#""a\ud83d""#, "a", 1),
            (r#""\ude00\ud83d""#, "", 2),
            (r#""\ud83d\ud83d\ude00""#, "😀", 1),
            (r#""\ud83d-\ude00""#, "-", 2),
            (r#""\ud83d\n""#, "\n", 1),
        ] {
            let parsed = parse(text.as_bytes()).unwrap();
            assert!(parsed.value == Json::Text(kept.to_owned()), "{text}");
            assert_eq!(parsed.dropped, dropped, "{text}");
        }
        let names = parse(br#"{"\ud83d": 1, "b": 2, "": 3}"#).unwrap();
        assert_eq!((to_text(&names.value).as_str(), names.dropped), (r#"{"": 3, "b": 2}"#, 1));
    }

    #[test]
    fn an_error_says_what_and_where() {
        for (bytes, line, column, wrong) in [
            (&b""[..], 1, 1, "a value is expected"),
            (b"{\n  \"\xc3\xa9\": \"a\" x}", 2, 12, "\",\" or \"}\" is expected"),
            (b"\xef\xbb\xbf{}", 1, 1, "it starts with a byte order mark"),
            (b"[\n\"a\xff\"]", 2, 3, "it is not UTF-8"),
            (b"[\"\xed\xa0\x80\"]", 1, 3, "it is not UTF-8"),
            (b"{} {}", 1, 4, "the end is expected"),
            (b"[1,]", 1, 4, "a value is expected"),
            (b"[01]", 1, 3, "\",\" or \"]\" is expected"),
            (b"{\"a\": 1,}", 1, 9, "a name in quotation marks is expected"),
            (b"{\"a\" 1}", 1, 6, "\":\" is expected"),
            (b"[\"a\nb\"]", 1, 4, "a control character stands in a string"),
            (b"\"\\x41\"", 1, 2, "an escape sequence of JSON is expected"),
            (b"\"\\u12g4\"", 1, 2, "an escape sequence of JSON is expected"),
            (b"\"\\u+123\"", 1, 2, "an escape sequence of JSON is expected"),
            (b"\"ab", 1, 4, "the end of the string is expected"),
            (b"nul", 1, 1, "a value is expected"),
            (b"'a'", 1, 1, "a value is expected"),
            ("\u{a0}1".as_bytes(), 1, 1, "a value is expected"),
        ] {
            let error = parse(bytes).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{error}");
            let said = format!("line {line}, column {column}: {wrong}");
            assert!(error.to_string().starts_with(&said), "{error}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(parse(&nested(MAX_DEPTH + 1)).unwrap_err().wrong, Wrong::Depth);
        assert_eq!(parse(&nested(1_000_000)).unwrap_err().wrong, Wrong::Depth);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn nothing_like_json_panics(text in r#"[\[\]{}",:\\ua0-9eE.+\- \ntrunfalsé]{0,40}"#) {
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn what_is_read_is_what_a_strict_parser_reads(text in r#"[\[\]{}",:a01e.\- ]{0,12}"#) {
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert!(parse(text.as_bytes()).is_ok());
            }
        }
    }
}
