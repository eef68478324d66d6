//! As much YAML as templates need. Every scalar is quoted, so nothing is ever taken for a number, a
//! tag or a comment.

use std::fmt::Write as _;

use super::Statement;
use crate::arn::Arn;

/// A value of a template.
pub(super) enum Yaml {
    Text(String),
    /// `!Sub`
    Sub(String),
    /// `!Ref`
    Ref(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

pub(super) fn map<const N: usize>(members: [(&str, Yaml); N]) -> Yaml {
    Yaml::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A document, which ends with a line feed.
pub(super) fn document(value: &Yaml) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, false);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn write(out: &mut String, value: &Yaml, indent: usize, inline: bool) {
    match value {
        Yaml::Text(text) => out.push_str(&quoted(text)),
        Yaml::Sub(text) => {
            let _ = write!(out, "!Sub {}", quoted(text));
        }
        Yaml::Ref(name) => {
            let _ = write!(out, "!Ref {name}");
        }
        Yaml::List(list) if list.is_empty() => out.push_str("[]"),
        Yaml::Map(members) if members.is_empty() => out.push_str("{}"),
        Yaml::List(list) => {
            for (at, item) in list.iter().enumerate() {
                begin(out, indent, inline && at == 0);
                out.push_str("- ");
                write(out, item, indent + 2, true);
                end(out);
            }
        }
        Yaml::Map(members) => {
            for (at, (name, value)) in members.iter().enumerate() {
                begin(out, indent, inline && at == 0);
                out.push_str(&key(name));
                out.push(':');
                match value {
                    Yaml::List(list) if !list.is_empty() => {
                        out.push('\n');
                        write(out, value, indent + 2, false);
                    }
                    Yaml::Map(members) if !members.is_empty() => {
                        out.push('\n');
                        write(out, value, indent + 2, false);
                    }
                    _ => {
                        out.push(' ');
                        write(out, value, indent, true);
                    }
                }
                end(out);
            }
        }
    }
}

fn begin(out: &mut String, indent: usize, inline: bool) {
    if !inline {
        out.push_str(&" ".repeat(indent));
    }
}

fn end(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn key(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let letter = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if plain && letter && !is_word(name) { name.to_owned() } else { quoted(name) }
}

/// Words that YAML 1.1 takes for something else than text.
fn is_word(name: &str) -> bool {
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        .contains(&name.to_ascii_lowercase().as_str())
}

/// A JSON string is a YAML string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The statements of a policy document; `write` makes a value of a resource or a condition.
pub(super) fn statements(statements: &[Statement], write: impl Fn(&Arn) -> Yaml) -> Yaml {
    let all = statements.iter().map(|statement| {
        let resources = match statement.resources.is_empty() {
            true => vec!["*".into()],
            false => statement.resources.iter().map(&write).collect(),
        };
        let actions = statement.actions.iter().map(|action| Yaml::from(*action)).collect();
        let mut members = vec![
            ("Sid".to_owned(), Yaml::from(statement.sid.as_str())),
            ("Effect".to_owned(), "Allow".into()),
            ("Action".to_owned(), Yaml::List(actions)),
            ("Resource".to_owned(), Yaml::List(resources)),
        ];
        let mut operators: Vec<(String, Yaml)> = Vec::new();
        for ((operator, key), values) in &statement.conditions {
            let values = Yaml::List(values.iter().map(&write).collect());
            match operators.last_mut() {
                Some((last, Yaml::Map(keys))) if last == operator => {
                    keys.push((key.clone(), values))
                }
                _ => operators.push((operator.clone(), Yaml::Map(vec![(key.clone(), values)]))),
            }
        }
        if !operators.is_empty() {
            members.push(("Condition".to_owned(), Yaml::Map(operators)));
        }
        Yaml::Map(members)
    });
    Yaml::List(all.collect())
}
