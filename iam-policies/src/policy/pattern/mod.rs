//! Texts with wildcards, as IAM understands them, and questions about the sets they stand for.

mod cover;
mod overlap;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::arn::{Arn, Part};

/// One element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Token {
    /// This character.
    Char(char),
    /// `?`: any character; a colon only if `colon`.
    One { colon: bool },
    /// `*`: any text; with colons only if `colon`.
    Any { colon: bool },
    /// A text that nobody knows here: a parameter of a template, a variable of IAM.
    Unknown,
}

impl Token {
    /// Whether this token, repeated or once, takes the character.
    fn takes(self, character: char) -> bool {
        match self {
            Self::Char(own) => own == character,
            Self::One { colon } | Self::Any { colon } => colon || character != ':',
            Self::Unknown => true,
        }
    }

    fn repeats(self) -> bool {
        matches!(self, Self::Any { .. } | Self::Unknown)
    }
}

/// A piece of a text of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Known text.
    Text(String),
    /// Unknown text, and what it is the value of.
    Unknown(String),
}

/// A pattern of IAM: `*` is any text, `?` any character.
///
/// In an ARN, wildcards of the first five parts do not reach over a colon, and missing parts count
/// as `*`. Actions have no letter case, resources do.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: String,
    tokens: Vec<Token>,
    unknown: Vec<String>,
}

impl Pattern {
    /// A pattern of an `Action`: without letter case, without variables.
    #[must_use]
    pub fn action(text: &str) -> Self {
        let wild = |character: char| match character {
            '*' => Token::Any { colon: true },
            '?' => Token::One { colon: true },
            other => Token::Char(other.to_ascii_lowercase()),
        };
        Self {
            text: text.to_owned(),
            tokens: tidy(text.chars().map(wild).collect()),
            unknown: Vec::new(),
        }
    }

    /// A pattern of a `Resource`. With `variables`, as from version 2012-10-17 on, `${*}`, `${?}`
    /// and `${$}` are those characters and any other `${...}` is an unknown text.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    #[must_use]
    pub fn resource(pieces: &[Piece], variables: bool) -> Self {
        let is_arn = matches!(pieces.first(), Some(Piece::Text(text)) if text.starts_with("arn:"));
        Reader::new(if is_arn { 5 } else { 0 }).read(pieces, variables)
    }

    /// A pattern of `StringLike`: as of a resource, but a colon is a character like any other.
    #[must_use]
    pub fn text_with_wildcards(pieces: &[Piece], variables: bool) -> Self {
        Reader::new(0).read(pieces, variables)
    }

    /// This text and no other: its `*` is a star.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            tokens: text.chars().map(Token::Char).collect(),
            unknown: Vec::new(),
        }
    }

    /// The resources that an ARN of this crate means; what is not known of it stays unknown.
    #[must_use]
    pub fn of_arn(arn: &Arn) -> Self {
        let piece = |part: &Part| match part {
            Part::Text(text) => Piece::Text(text.clone()),
            Part::Parameter(name) => Piece::Unknown(name.name.clone()),
            Part::Partition => Piece::Unknown("AWS::Partition".to_owned()),
            Part::Region => Piece::Unknown("AWS::Region".to_owned()),
            Part::Account => Piece::Unknown("AWS::AccountId".to_owned()),
        };
        Self::resource(&arn.0.iter().map(piece).collect::<Vec<_>>(), false)
    }

    /// As it was written; unknown pieces as `${name}`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the unknown pieces are the values of; empty if everything is known.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Whether this is `*`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.tokens == [Token::Any { colon: true }]
    }

    /// Whether it has a wildcard or an unknown piece.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.tokens.iter().any(|token| !matches!(token, Token::Char(_)))
    }

    /// How often the pattern spells out this character.
    pub(crate) fn spelled(&self, character: char) -> usize {
        self.tokens.iter().filter(|token| **token == Token::Char(character)).count()
    }

    /// Whether the text is certainly one of the pattern's. Of an action, give it in lower case.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.covers(&Self::literal(text))
    }

    /// Whether every text of `other` is one of this pattern's, whatever the unknown pieces of
    /// `other` are. A pattern with unknown pieces of its own covers nothing.
    ///
    /// Exact, except that after 65,536 steps, which only patterns with many wildcards in a row
    /// need, the answer is no.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.is_everything()
            || (self.unknown.is_empty() && cover::covers(&self.tokens, &other.tokens))
    }

    /// Whether some text is in both patterns, for some values of the unknown pieces. Exact.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        overlap::overlaps(&self.tokens, &other.tokens)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

/// Turns pieces into tokens and keeps count of the parts of an ARN.
struct Reader {
    text: String,
    tokens: Vec<Token>,
    unknown: Vec<String>,
    /// Colons left before wildcards may take colons; 0 outside of ARNs and after unknown pieces.
    colons_left: usize,
}

impl Reader {
    fn new(colons_left: usize) -> Self {
        Self { text: String::new(), tokens: Vec::new(), unknown: Vec::new(), colons_left }
    }

    fn read(mut self, pieces: &[Piece], variables: bool) -> Pattern {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.text(text, variables),
                Piece::Unknown(name) => self.unknown(name),
            }
        }
        self.finish()
    }

    fn text(&mut self, text: &str, variables: bool) {
        self.text.push_str(text);
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let after = rest.get(character.len_utf8()..).unwrap_or_default();
            let variable = if variables { variable(rest) } else { None };
            rest = match variable {
                Some((name, after)) => {
                    match name {
                        "*" | "?" | "$" => self.tokens.extend(name.chars().map(Token::Char)),
                        _ => self.unknown_token(name),
                    }
                    after
                }
                None => {
                    self.character(character);
                    after
                }
            };
        }
    }

    fn character(&mut self, character: char) {
        let colon = self.colons_left == 0;
        self.tokens.push(match character {
            '*' => Token::Any { colon },
            '?' => Token::One { colon },
            other => Token::Char(other),
        });
        if character == ':' {
            self.colons_left = self.colons_left.saturating_sub(1);
        }
    }

    fn unknown(&mut self, name: &str) {
        self.text.push_str(&format!("${{{name}}}"));
        self.unknown_token(name);
    }

    fn unknown_token(&mut self, name: &str) {
        self.tokens.push(Token::Unknown);
        self.unknown.push(name.to_owned());
        self.colons_left = 0;
    }

    fn finish(mut self) -> Pattern {
        for left in (0..self.colons_left).rev() {
            self.tokens.extend([Token::Char(':'), Token::Any { colon: left == 0 }]);
        }
        Pattern { text: self.text, tokens: tidy(self.tokens), unknown: self.unknown }
    }
}

/// `${name}` at the start of the text, and what follows.
fn variable(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("${")?.split_once('}')
}

/// One `*` instead of several in a row.
fn tidy(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.dedup_by(|next, before| next == before && matches!(next, Token::Any { .. }));
    tokens
}
