//! Python literals as JSON: what `ast.literal_eval` takes, as far as JSON has it.
//! <https://docs.python.org/3/library/ast.html#ast.literal_eval>

use std::collections::HashMap;

use super::{numbers, strings};
use crate::engine::number::Decimal;
use crate::formats::json::{Json, Number};
use crate::formats::surrogates::Surrogates;

/// How many brackets may be open at once: what Python takes.
const MAX_BRACKETS: usize = 200;

/// The value of a literal in brackets; `None` where Python refuses it, or JSON has no such value.
pub(super) fn read(source: &str) -> Option<Json> {
    if source.contains('\0') {
        return None;
    }
    // Python reads every end of line as this one, also in strings.
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader { rest: &source, brackets: 0 };
    let literal = reader.value()?;
    reader.blanks();
    reader.rest.is_empty().then_some(literal.value)
}

/// A value, and whether it is a number without a sign, which may get one.
struct Literal {
    value: Json,
    unsigned: bool,
}

struct Reader<'t> {
    rest: &'t str,
    brackets: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<Literal> {
        self.blanks();
        let value = match self.rest.bytes().next()? {
            b'{' => self.in_brackets(Self::dict)?,
            b'[' => self.in_brackets(Self::list)?,
            b'(' => return self.in_brackets(Self::parentheses),
            b'+' | b'-' => self.signed()?,
            b'.' | b'0'..=b'9' => {
                let (number, length) = numbers::number(self.rest)?;
                self.rest = self.rest.get(length..)?;
                return Some(Literal { value: Json::Number(number), unsigned: true });
            }
            _ if strings::starts(self.rest) => self.strings()?,
            _ => self.name()?,
        };
        Some(Literal { value, unsigned: false })
    }

    fn in_brackets<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.rest = self.rest.get(1..)?;
        self.brackets += 1;
        let read = if self.brackets > MAX_BRACKETS { None } else { read(self) };
        self.brackets -= 1;
        read
    }

    fn dict(&mut self) -> Option<Json> {
        let mut members = Vec::new();
        while !self.takes('}') {
            let name = self.value()?.value;
            if !self.takes(':') {
                return None;
            }
            members.push((name, self.value()?.value));
            if !self.takes(',') {
                return if self.takes('}') { dict(members) } else { None };
            }
        }
        dict(members)
    }

    fn list(&mut self) -> Option<Json> {
        self.elements(Vec::new(), ']')
    }

    /// A value in parentheses, or a tuple.
    fn parentheses(&mut self) -> Option<Literal> {
        let tuple = |value| Literal { value, unsigned: false };
        if self.takes(')') {
            return Some(tuple(Json::List(Vec::new())));
        }
        let first = self.value()?;
        if self.takes(')') {
            return Some(first);
        }
        if !self.takes(',') {
            return None;
        }
        self.elements(vec![first.value], ')').map(tuple)
    }

    fn elements(&mut self, mut all: Vec<Json>, end: char) -> Option<Json> {
        while !self.takes(end) {
            all.push(self.value()?.value);
            if !self.takes(',') {
                return self.takes(end).then_some(Json::List(all));
            }
        }
        Some(Json::List(all))
    }

    fn signed(&mut self) -> Option<Json> {
        let minus = self.rest.starts_with('-');
        self.rest = self.rest.get(1..)?;
        self.blanks();
        if self.rest.starts_with(['+', '-']) {
            return None;
        }
        match self.value()? {
            Literal { value: Json::Number(number), unsigned: true } if minus => {
                numbers::negated(&number).map(Json::Number)
            }
            Literal { value, unsigned: true } => Some(value),
            _ => None,
        }
    }

    /// Strings that follow each other are one.
    fn strings(&mut self) -> Option<Json> {
        let mut text = Surrogates::default();
        while strings::starts(self.rest) {
            self.rest = strings::string(self.rest, &mut text)?;
            self.blanks();
        }
        let (text, dropped) = text.finish();
        (dropped == 0).then_some(Json::Text(text))
    }

    fn name(&mut self) -> Option<Json> {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        match name {
            "True" => Some(Json::Bool(true)),
            "False" => Some(Json::Bool(false)),
            "None" => Some(Json::Null),
            _ => None,
        }
    }

    /// Blanks, ends of lines and comments, which mean nothing inside of brackets.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest.trim_start_matches([' ', '\t', '\u{c}', '\n']);
            self.rest = if rest.starts_with('#') {
                rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default()
            } else if let Some(next_line) = rest.strip_prefix("\\\n") {
                next_line
            } else {
                self.rest = rest;
                return;
            };
        }
    }

    fn takes(&mut self, token: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// What Python compares the keys of a dict by: numbers and booleans by their value.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(String),
    Number(Decimal),
    Other(String),
}

/// A dict as an object. Of equal keys, the last value stands under the first one; then keys become
/// names.
fn dict(members: Vec<(Json, Json)>) -> Option<Json> {
    let mut places: HashMap<Key, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(String, Json)> = Vec::with_capacity(members.len());
    for (key, value) in members {
        let (key, name) = named(key)?;
        let place = *places.entry(key).or_insert(kept.len());
        match kept.get_mut(place) {
            Some((_, earlier)) => *earlier = value,
            None => kept.push((name, value)),
        }
    }
    Some(Json::map(kept))
}

/// A key, and the name that `json.dumps` makes of it.
fn named(key: Json) -> Option<(Key, String)> {
    let number = |number: &Number, name: String| match Decimal::parse(&number.python()) {
        Some(value) => (Key::Number(value), name),
        None => (Key::Other(name.clone()), name),
    };
    Some(match key {
        Json::Text(text) => (Key::Text(text.clone()), text),
        Json::Number(key) => number(&key, key.python().into_owned()),
        Json::Bool(one) => number(&Number::parse(if one { "1" } else { "0" })?, one.to_string()),
        Json::Null => (Key::Other("null".to_owned()), "null".to_owned()),
        // Lists cannot be keys; tuples can, but not in JSON.
        Json::List(_) | Json::Map(_) => return None,
    })
}
