//! The placeholders of serverless files, `${type:address, fallback}`, as a tree.
//!
//! <https://www.serverless.com/framework/docs/providers/aws/guide/variables>

use std::fmt;

/// Deepest nesting of placeholders read.
const MAX_DEPTH: usize = 16;
/// Most open braces the end of a placeholder is looked for behind: in a text full of open ones each
/// would be looked for to the end of the text.
const MAX_OPEN: usize = 64;

/// A text with placeholders in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Texts and placeholders in order; neighbouring texts are one.
    pub pieces: Vec<Piece>,
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Characters that stand for themselves.
    Text(String),
    /// A placeholder.
    Placeholder(Placeholder),
}

/// `${self:custom.name, 'fallback'}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// As it was written, `${` and `}` included.
    pub written: String,
    /// What is tried one after the other.
    pub sources: Vec<Source>,
}

/// One of the places a placeholder is filled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A quoted text, a number, or `true` and `false`: itself.
    Literal(String),
    /// `null`: no value.
    Nothing,
    /// `type:address` or `type(parameters):address`.
    Address {
        /// What is before the colon and its parameters: `self`, `ssm`, `file`.
        kind: String,
        /// What stands in parentheses behind the type.
        parameters: Option<Template>,
        /// What is behind the colon; may have placeholders itself.
        address: Template,
    },
    /// A placeholder alone: `${a:b, ${c:d}}`.
    Nested(Template),
}

/// A text that has a placeholder nobody can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceholderError {
    /// The end is missing.
    #[error("a `${{` has no `}}`")]
    Open,
    /// Nothing in it, or between two commas.
    #[error("a placeholder, or a part of one, is empty")]
    Empty,
    /// Neither an address nor a literal: `${Account}` is CloudFormation's, `${x` a typing error.
    #[error("`{0}` is neither `type:address` nor a value in quotes")]
    Unknown(String),
    /// Nested deeper than anybody writes.
    #[error("placeholders are nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

impl Template {
    /// Reads a text. Braces, parentheses and quotes are matched, so that commas and colons in quotes
    /// or in inner placeholders belong to these.
    ///
    /// # Errors
    ///
    /// For a placeholder that is not complete or not one of the framework's.
    ///
    /// ```
    /// use migration_tools::parameter_store::{Piece, Template};
    ///
    /// let template = Template::read("https://${ssm:/amplify/${sls:stage}/DOMAIN, 'x.y'}")?;
    /// assert!(matches!(&template.pieces[..], [Piece::Text(text), Piece::Placeholder(_)] if text == "https://"));
    /// # Ok::<(), migration_tools::parameter_store::PlaceholderError>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, PlaceholderError> {
        Self::read_at(text, 0)
    }

    fn read_at(text: &str, depth: usize) -> Result<Self, PlaceholderError> {
        if depth > MAX_DEPTH {
            return Err(PlaceholderError::TooDeep);
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, from) = rest.split_at(start);
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let length = placeholder_length(from).ok_or(PlaceholderError::Open)?;
            let (written, after) = from.split_at(length);
            let inner = written.get(2..length - 1).unwrap_or_default();
            let sources = split(inner, ',')
                .into_iter()
                .map(|source| Source::read(source.trim(), depth + 1))
                .collect::<Result<_, _>>()?;
            let written = written.to_owned();
            pieces.push(Piece::Placeholder(Placeholder { written, sources }));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// All placeholders that can be read, inner ones too, in a text that may hold others: those of
    /// CloudFormation's `!Sub`.
    #[must_use]
    pub fn find(text: &str) -> Vec<Placeholder> {
        let mut found = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let from = rest.get(start..).unwrap_or_default();
            let whole = placeholder_length(from).and_then(|length| from.get(..length));
            let read = whole.and_then(|whole| Self::read(whole).ok());
            let length = match (&read, whole) {
                (Some(_), Some(whole)) => whole.len(),
                _ => 2,
            };
            found.extend(read.iter().flat_map(Self::placeholders).cloned());
            rest = from.get(length..).unwrap_or_default();
        }
        found
    }

    /// All placeholders, inner ones too, outermost first.
    #[must_use]
    pub fn placeholders(&self) -> Vec<&Placeholder> {
        let mut all = Vec::new();
        for piece in &self.pieces {
            let Piece::Placeholder(placeholder) = piece else { continue };
            all.push(placeholder);
            for source in &placeholder.sources {
                match source {
                    Source::Literal(_) | Source::Nothing => {}
                    Source::Nested(inner) => all.extend(inner.placeholders()),
                    Source::Address { parameters, address, .. } => {
                        all.extend(parameters.iter().flat_map(Self::placeholders));
                        all.extend(address.placeholders());
                    }
                }
            }
        }
        all
    }
}

/// As it was written.
impl fmt::Display for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => out.write_str(text),
            Piece::Placeholder(placeholder) => out.write_str(&placeholder.written),
        })
    }
}

impl Placeholder {
    /// As it was written, without what stands in for the first source: that may be a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        let inner = self.written.get(2..self.written.len().saturating_sub(1)).unwrap_or_default();
        match split(inner, ',').as_slice() {
            [first, _, ..] => format!("${{{first}, ...}}"),
            _ => self.written.clone(),
        }
    }
}

impl Source {
    fn read(text: &str, depth: usize) -> Result<Self, PlaceholderError> {
        if text.is_empty() {
            return Err(PlaceholderError::Empty);
        }
        let unknown = || PlaceholderError::Unknown(text.to_owned());
        for quote in ['\'', '"'] {
            if let Some(inner) = text.strip_prefix(quote) {
                let inner = inner.strip_suffix(quote).ok_or_else(unknown)?;
                return if inner.contains(quote) {
                    Err(unknown())
                } else {
                    Ok(Self::Literal(inner.to_owned()))
                };
            }
        }
        if text.starts_with("${") && placeholder_length(text) == Some(text.len()) {
            return Ok(Self::Nested(Template::read_at(text, depth)?));
        }
        let kind_end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let (kind, rest) = text.split_at(kind_end.unwrap_or(text.len()));
        if text == "null" {
            return Ok(Self::Nothing);
        }
        if rest.is_empty() || kind.is_empty() {
            return if is_plain(text) {
                Ok(Self::Literal(text.to_owned()))
            } else {
                Err(unknown())
            };
        }
        let (parameters, rest) = match rest.strip_prefix('(') {
            None => (None, rest),
            Some(inner) => {
                let end = split(inner, ')').first().map_or(0, |first| first.len());
                let rest = inner.get(end + 1..).ok_or_else(unknown)?;
                (Some(Template::read_at(&inner[..end], depth)?), rest)
            }
        };
        let address = match (rest.strip_prefix(':'), &parameters) {
            // `::` is CloudFormation's `AWS::Region`.
            (Some(address), _) if !address.starts_with(':') => address,
            (None, Some(_)) if rest.is_empty() => "",
            _ if parameters.is_none() && is_plain(text) => {
                return Ok(Self::Literal(text.to_owned()));
            }
            _ => return Err(unknown()),
        };
        Ok(Self::Address {
            kind: kind.to_owned(),
            parameters,
            address: Template::read_at(address.trim(), depth)?,
        })
    }
}

/// `true`, `false` and numbers need no quotes.
fn is_plain(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    matches!(text, "true" | "false")
        || (number.starts_with(|c: char| c.is_ascii_digit())
            && number.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// Bytes of the placeholder at the start of `text`, its `}` included.
pub(super) fn placeholder_length(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') if open >= MAX_OPEN => return None,
            (None, '{') => open += 1,
            (None, '}') => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Splits at a character that is neither in quotes nor in braces or parentheses.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut open) = (0, 0_usize);
    let mut quote = None;
    for (index, c) in text.char_indices() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, _) if c == at && open == 0 => {
                parts.push(text.get(start..index).unwrap_or_default());
                start = index + c.len_utf8();
            }
            (None, '{' | '(') => open += 1,
            (None, '}' | ')') => open = open.saturating_sub(1),
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn only(text: &str) -> Placeholder {
        let template = Template::read(text).unwrap();
        match template.pieces.as_slice() {
            [Piece::Placeholder(placeholder)] => placeholder.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn address(kind: &str, address: &str) -> Source {
        let address = Template::read(address).unwrap();
        Source::Address { kind: kind.to_owned(), parameters: None, address }
    }

    #[test]
    fn braces_commas_quotes_and_colons_nest() {
        assert_eq!(only("${self:service}").sources, [address("self", "service")]);
        let nested = only("${ssm:${self:custom.base}-lambda/T}");
        assert_eq!(nested.sources, [address("ssm", "${self:custom.base}-lambda/T")]);
        for (text, fallback) in [
            ("${ssm:/a, ''}", ""),
            (r#"${ssm:/a, "x, y: }"}"#, "x, y: }"),
            ("${ssm:/a,3306}", "3306"),
            ("${ssm:/a, false}", "false"),
        ] {
            let expected = [address("ssm", "/a"), Source::Literal(fallback.to_owned())];
            assert_eq!(only(text).sources, expected, "{text}");
        }
        let chain = only("${opt:x, ${self:custom.y}, self:custom.z}");
        let nested = Source::Nested(Template::read("${self:custom.y}").unwrap());
        assert_eq!(chain.sources, [address("opt", "x"), nested, address("self", "custom.z")]);
    }

    #[test]
    fn files_and_parameters_are_addresses() {
        let file = only("${file(../var/${self:provider.stage}-var.yml):NAME}");
        let [Source::Address { kind, parameters: Some(path), address }] = file.sources.as_slice()
        else {
            panic!("{file:?}");
        };
        assert_eq!((kind.as_str(), address.to_string().as_str()), ("file", "NAME"));
        assert_eq!(path.to_string(), "../var/${self:provider.stage}-var.yml");
        let region = only("${ssm(us-west-2, raw):/a}");
        assert!(
            matches!(&region.sources[..], [Source::Address { parameters: Some(p), .. }] if p.to_string() == "us-west-2, raw")
        );
    }

    #[test]
    fn what_is_no_placeholder_of_the_framework_is_told() {
        for (text, expected) in [
            ("a ${self:b", PlaceholderError::Open),
            ("${}", PlaceholderError::Empty),
            ("${self:a, }", PlaceholderError::Empty),
            ("${AWS::Region}", PlaceholderError::Unknown("AWS::Region".to_owned())),
            ("${Name}", PlaceholderError::Unknown("Name".to_owned())),
        ] {
            assert_eq!(Template::read(text), Err(expected), "{text}");
        }
        let deep = format!("{}x{}", "${a:".repeat(40), "}".repeat(40));
        assert_eq!(Template::read(&deep), Err(PlaceholderError::TooDeep));
    }

    #[test]
    fn placeholders_are_found_among_those_of_cloudformation() {
        let found = Template::find("arn:${AWS::Region}:${ssm:/a/${sls:stage}}-${x ${self:b}");
        let written: Vec<_> = found.iter().map(|one| one.written.as_str()).collect();
        assert_eq!(written, ["${ssm:/a/${sls:stage}}", "${sls:stage}", "${self:b}"]);
    }

    #[test]
    fn a_text_full_of_open_placeholders_is_read_soon() {
        let started = std::time::Instant::now();
        for piece in ["${", "${ssm:a", "${a:'", "${ssm:a, "] {
            assert_eq!(Template::find(&piece.repeat(100_000)), []);
        }
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r#"[${}()'",: a-z/\n]{0,60}"#) {
            if let Ok(template) = Template::read(&text) {
                let all: Vec<_> = template.placeholders().into_iter().cloned().collect();
                prop_assert_eq!(Template::find(&text), all);
                prop_assert_eq!(template.to_string(), text);
            }
        }

        #[test]
        fn text_without_placeholders_is_itself(text in "[^$]{0,60}") {
            prop_assert_eq!(Template::read(&text).unwrap().to_string(), text);
        }
    }
}
