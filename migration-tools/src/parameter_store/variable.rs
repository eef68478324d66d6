//! A variable to be published, and why one may not be.

use std::fmt;

use documents::{Node, Place, Value};

use super::placeholder::{PlaceholderError, Template};
use super::resolve::{Scope, Unresolved};
use crate::mask::shown;

/// Largest value of a standard parameter in bytes.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
pub const STANDARD_BYTES: usize = 4096;
/// Largest value of an advanced parameter in bytes.
pub const ADVANCED_BYTES: usize = 8192;
/// Longest name in characters, with the ARN in front that counts as well: `arn:aws:ssm:` and region,
/// account and `parameter` leave at least this.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html>
const MAX_PATH: usize = 900;
/// What the services take as `LOG_LEVEL`.
const LOG_LEVELS: [&str; 5] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/// A variable as a file defines it.
#[derive(Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The line of the name.
    pub place: Place,
    /// The value with all placeholders filled in, or why there is none.
    pub value: Result<String, NotPublishable>,
}

/// The value may be a secret.
impl fmt::Debug for Variable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_ref().map(|_| "...");
        out.debug_struct("Variable").field("name", &self.name).field("value", &value).finish()
    }
}

/// Why a variable is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPublishable {
    /// Empty, blank, or no value at all. Parameter Store takes no empty values, and to the services a
    /// blank one is none.
    #[error("has no value")]
    Unset,
    /// `!Ref` and its like.
    #[error(
        "is `!{0}`, which only CloudFormation knows; write the value out, or import it from where it is made"
    )]
    Function(String),
    /// A list or a map.
    #[error("is {0}, not a single value")]
    NotSingle(&'static str),
    /// A placeholder is left.
    #[error("cannot be filled in: {0}")]
    Unresolved(#[from] Unresolved),
    /// Not one of the values that the services know.
    #[error("is not one of {}", LOG_LEVELS.join(", "))]
    LogLevel,
    /// More than Parameter Store takes.
    #[error("has {bytes} bytes, more than the {limit} that Parameter Store takes{}",
        if *limit == STANDARD_BYTES { "; --advanced-tier takes up to 8192, for money" } else { "" })]
    TooLong {
        /// Size of the value.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// What placeholders were filled in with looks like one itself.
    #[error("has a placeholder left when all are filled in; write the value out")]
    Placeholder,
    /// `{{` stands for a reference in Systems Manager.
    #[error("has `{{{{`, which Parameter Store takes for a reference")]
    Braces,
    /// Characters that no parameter has in its name.
    #[error("has a name that no parameter may have: letters, digits, `_`, `.` and `-`")]
    Name,
}

impl Variable {
    /// What a file says of a variable. Plain scalars count as they are written (`012`, `1e3`, `no`),
    /// quoted ones without the quotes, `true` and `false` in lower case.
    #[must_use]
    pub fn read(name: &str, place: Place, node: &Node, scope: &Scope<'_>, limit: usize) -> Self {
        let value = text_of(node, scope).map_err(|why| masked(name, why));
        let value = value.and_then(|value| checked(name, value, limit));
        Self { name: name.to_owned(), place, value }
    }

    /// A variable whose value is known.
    #[must_use]
    pub fn known(name: &str, place: Place, value: String, limit: usize) -> Self {
        Self { name: name.to_owned(), place, value: checked(name, value, limit) }
    }
}

/// A piece of the value in a message is shown as the value would be.
fn masked(name: &str, why: NotPublishable) -> NotPublishable {
    match why {
        NotPublishable::Unresolved(Unresolved::Syntax(PlaceholderError::Unknown(piece))) => {
            let piece = shown(name, &piece).into_owned();
            Unresolved::from(PlaceholderError::Unknown(piece)).into()
        }
        why => why,
    }
}

fn text_of(node: &Node, scope: &Scope<'_>) -> Result<String, NotPublishable> {
    match &node.value {
        Value::Null => Err(NotPublishable::Unset),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(text) => Ok(text.clone()),
        Value::Text(text) => {
            let template = Template::read(text).map_err(Unresolved::from)?;
            Ok(scope.resolve(&template)?)
        }
        Value::Tagged { tag, .. } => Err(NotPublishable::Function(tag.clone())),
        other => Err(NotPublishable::NotSingle(other.kind())),
    }
}

fn checked(name: &str, value: String, limit: usize) -> Result<String, NotPublishable> {
    if !is_name(name) {
        return Err(NotPublishable::Name);
    }
    if value.trim().is_empty() {
        return Err(NotPublishable::Unset);
    }
    let bytes = value.len();
    if bytes > limit {
        return Err(NotPublishable::TooLong { bytes, limit });
    }
    if value.contains("${") {
        return Err(NotPublishable::Placeholder);
    }
    if value.contains("{{") {
        return Err(NotPublishable::Braces);
    }
    if name == "LOG_LEVEL" && !LOG_LEVELS.contains(&value.as_str()) {
        return Err(NotPublishable::LogLevel);
    }
    // As the original stores them, however they are quoted.
    Ok(match value.to_ascii_lowercase().as_str() {
        lower @ ("true" | "false") => lower.to_owned(),
        _ => value,
    })
}

/// Whether a parameter may have this as the last part of its name, or a service as its own.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_PATH
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amplify::Deployment;

    fn value(yaml: &str) -> Result<String, String> {
        let document = Node::read("x.yml", yaml.as_bytes()).unwrap();
        let (key, node) = &document.entries().unwrap()[0];
        let deployment = Deployment::new("v6", "dev").unwrap();
        let scope = Scope {
            deployment: &deployment,
            region: None,
            service: Some("amplify-v6-files"),
            document: &document,
            folder: "files",
            variables: &document,
        };
        let variable = Variable::read(&key.text, key.place, node, &scope, STANDARD_BYTES);
        variable.value.map_err(|error| error.to_string())
    }

    #[test]
    fn scalars_count_as_they_are_written() {
        for (yaml, expected) in [
            ("A: 012", "012"),
            ("A: 1e3", "1e3"),
            ("A: 12_3", "12_3"),
            ("A: 10:30", "10:30"),
            ("A: 2024-02-15", "2024-02-15"),
            ("A: 0x1F", "0x1F"),
            ("A: 16.0", "16.0"),
            ("A: no", "no"),
            ("A: TRUE", "true"),
            ("A: 'True'", "true"),
            ("A: \"q\"", "q"),
            ("A: 'v#1'", "v#1"),
            ("A: http://h/a#b", "http://h/a#b"),
            ("A: v #1", "v"),
            ("A: \"it's\"", "it's"),
            ("A: ü", "ü"),
            ("A: >-\n  one\n  two: 2\n", "one two: 2"),
            ("A: ${self:service}-x", "amplify-v6-files-x"),
            ("LOG_LEVEL: WARNING", "WARNING"),
        ] {
            assert_eq!(value(yaml).as_deref(), Ok(expected), "{yaml}");
        }
    }

    #[test]
    fn what_may_not_be_published_is_told_why() {
        let long = format!("A: {}", "x".repeat(4097));
        for (yaml, why) in [
            ("A:", "has no value"),
            ("A: ~", "has no value"),
            ("A: ''", "has no value"),
            ("A: '  '", "has no value"),
            ("A: !Ref Topic", "is `!Ref`"),
            ("A: !GetAtt [Q, Arn]", "is `!GetAtt`"),
            ("A: {Fn::GetAtt: [Q, Arn]}", "is a map"),
            ("A: [a, b]", "is a list"),
            ("A: ${ssm:/x}", "cannot be filled in: `${ssm:/x}` is read from Parameter Store"),
            ("A: ${self:x", "cannot be filled in: a `${` has no `}`"),
            ("A: '{{x}}'", "has `{{`"),
            ("A: ${opt:x, 'a${self:service}'}", "has a placeholder left"),
            ("A: $${opt:x, '{x}'}", "has a placeholder left"),
            ("A: ${opt:x, null}", "cannot be filled in"),
            ("A B: x", "has a name that no parameter may have"),
            ("LOG_LEVEL: info", "is not one of DEBUG, INFO"),
            (long.as_str(), "has 4097 bytes, more than the 4096"),
        ] {
            let error = value(yaml);
            assert!(error.as_ref().is_err_and(|error| error.contains(why)), "{yaml}: {error:?}");
        }
    }
}
