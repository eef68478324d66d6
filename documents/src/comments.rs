//! Comments of YAML files: the tree does not have them.

use saphyr_parser::{Event, Parser};

use crate::{Mistake, ReadError, text_of, yaml};

/// A line that is a comment and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Line, counted from 1.
    pub line: usize,
    /// The text after the first `#`, without white space around it.
    pub text: String,
}

/// The lines of a YAML file that are comments whole. A `#` inside of a text of several lines is
/// none, and neither is a comment behind a value.
///
/// # Errors
///
/// When the bytes are no text in UTF-8 or no YAML.
pub fn yaml_comments(file: &str, bytes: &[u8]) -> Result<Vec<Comment>, ReadError> {
    text_of(bytes).and_then(comments).map_err(|mistake| mistake.within(file))
}

fn comments(text: &str) -> Result<Vec<Comment>, Mistake> {
    let mut inside = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| yaml::mistake(&error))?;
        if matches!(event, Event::Scalar(..)) && span.end.line() > span.start.line() {
            inside.push((span.start.line(), span.end.line()));
        }
    }
    let lines = text.lines().zip(1..).filter_map(|(line, number)| {
        let text = line.trim().strip_prefix('#')?.trim().to_owned();
        Some(Comment { line: number, text })
    });
    let mut inside = inside.into_iter().peekable();
    Ok(lines
        .filter(|comment| {
            while inside.next_if(|(_, end)| *end < comment.line).is_some() {}
            // A block ends where the next line that is no part of it starts.
            !inside.peek().is_some_and(|(start, end)| (*start..*end).contains(&comment.line))
        })
        .collect())
}
