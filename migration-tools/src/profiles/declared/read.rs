//! From the text of a file to its migrations, or to everything that is wrong with it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::version::VERSION;
use super::super::{Path, ProfileMigration, Version};
use super::Declared;
use super::literal::literal;
use super::step::{Source, Step};

/// Everything that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct DeclaredError(pub Vec<Problem>);

/// Something that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is the matter, and what to write.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}: {}", self.line, self.column, self.what)
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The migrations of a file; whether they are a chain is for the
/// [registry](super::super::Registry::with) to say.
///
/// # Errors
///
/// Where it is no such file: everything that is wrong with it, each with line and column.
pub fn declared(text: &str) -> Result<Vec<Box<dyn ProfileMigration>>, DeclaredError> {
    let mut reading = Reading { text, problems: Vec::new() };
    let table = match DeTable::parse(text.trim_start_matches('\u{feff}')) {
        Ok(table) => table,
        Err(error) => {
            reading.problem(error.span().unwrap_or(0..0), error.message());
            return Err(DeclaredError(reading.problems));
        }
    };
    let all = reading.file(table.get_ref());
    if reading.problems.is_empty() { Ok(all) } else { Err(DeclaredError(reading.problems)) }
}

type Value<'t> = Spanned<DeValue<'t>>;

const STEPS: &str = "a step is one of { add = FIELD, default = VALUE }, { rename = FIELD, to = NAME }, { move = FIELD, to = FIELD }, { remove = FIELD }, { set = FIELD, by = FIELD, table = { … } }";

struct Reading<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn problem(&mut self, at: Range<usize>, what: impl Into<String>) {
        let skipped = self.text.len() - self.text.trim_start_matches('\u{feff}').len();
        let before = self.text.get(..at.start + skipped).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        let column = last.trim_start_matches('\u{feff}').chars().count() + 1;
        self.problems.push(Problem { line, column, what: what.into() });
    }

    fn file(&mut self, file: &DeTable<'_>) -> Vec<Box<dyn ProfileMigration>> {
        self.only(file, &["migration"], "a file of migrations has `[[migration]]` only");
        let Some(all) = file.get("migration") else {
            self.problem(0..0, "there is no migration; a migration begins with [[migration]]");
            return Vec::new();
        };
        let Some(list) = all.get_ref().as_array() else {
            self.problem(all.span(), "`migration` is a list; write [[migration]]");
            return Vec::new();
        };
        let mut migrations: Vec<Box<dyn ProfileMigration>> = Vec::new();
        for one in list {
            match one.get_ref().as_table() {
                Some(table) => migrations.push(Box::new(self.migration(one.span(), table))),
                None => self.problem(one.span(), "a migration is a table; write [[migration]]"),
            }
        }
        if migrations.is_empty() {
            self.problem(
                all.span(),
                "there is no migration; a migration begins with [[migration]]",
            );
        }
        migrations
    }

    fn migration(&mut self, at: Range<usize>, table: &DeTable<'_>) -> Declared {
        let known = ["from", "to", "description", "steps"];
        self.only(table, &known, "a migration has `from`, `to`, `description` and `steps`");
        let from = self.version(&at, table, "from");
        let to = self.version(&at, table, "to");
        let description = match table.get("description").map(|one| (one.span(), one.get_ref())) {
            Some((_, DeValue::String(text))) if !text.trim().is_empty() => text.to_string(),
            Some((at, _)) => {
                self.problem(at, "`description` is text that says what the migration does");
                String::new()
            }
            None => {
                self.problem(at.clone(), "the migration has no `description`");
                String::new()
            }
        };
        let mut steps = Vec::new();
        match table.get("steps").map(|one| (one.span(), one.get_ref())) {
            Some((_, DeValue::Array(list))) if !list.is_empty() => {
                for one in list {
                    match one.get_ref().as_table() {
                        Some(table) => steps.extend(self.step(one.span(), table)),
                        None => self.problem(one.span(), STEPS),
                    }
                }
            }
            Some((at, DeValue::Array(_))) => {
                self.problem(at, format!("the migration names no field; {STEPS}"));
            }
            Some((at, _)) => self.problem(at, format!("`steps` is a list; {STEPS}")),
            None => {
                self.problem(
                    at,
                    format!("the migration names no field, since it has no `steps`; {STEPS}"),
                );
            }
        }
        Declared { from, to, description, steps }
    }

    fn version(&mut self, at: &Range<usize>, table: &DeTable<'_>, name: &str) -> Version {
        let Some(value) = table.get(name) else {
            self.problem(
                at.clone(),
                format!("the migration does not say `{name}` which version it goes"),
            );
            return 0;
        };
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| {
            Version::from_str_radix(number.as_str(), number.radix()).ok().filter(|one| *one > 0)
        });
        number.unwrap_or_else(|| {
            self.problem(value.span(), format!("`{name}` is a version: a whole number from 1"));
            0
        })
    }

    fn step(&mut self, at: Range<usize>, table: &DeTable<'_>) -> Option<Step> {
        let kinds = ["add", "rename", "move", "remove", "set"];
        let found: Vec<&str> = kinds.into_iter().filter(|kind| table.contains_key(*kind)).collect();
        let kind = match found[..] {
            [kind] => kind,
            [] => {
                self.problem(at, format!("the step names no field; {STEPS}"));
                return None;
            }
            [first, second, ..] => {
                let what =
                    format!("`{first}` and `{second}` are two steps; write one after the other");
                self.problem(at, what);
                return None;
            }
        };
        let field = self.field(&at, table, kind);
        match kind {
            "add" => {
                self.only(
                    table,
                    &["add", "copy", "default", "now"],
                    "`add` goes with `default`, `now` or `copy`",
                );
                let copy = table.contains_key("copy").then(|| self.field(&at, table, "copy"));
                let default = self.literal(table, "default");
                let now = match table.get("now").map(|one| (one.span(), one.get_ref())) {
                    None => false,
                    Some((_, DeValue::Boolean(true))) => true,
                    Some((at, _)) => {
                        self.problem(at, "`now` is `true`, or is not there");
                        false
                    }
                };
                let otherwise = match (default, now, copy.is_some()) {
                    (Some(_), true, _) => {
                        self.problem(at, "`default` and `now` are two values; give one of them");
                        None
                    }
                    (None, false, false) => {
                        self.problem(at, "`add` needs a value: `default`, `now = true` or `copy`");
                        None
                    }
                    (Some(value), false, _) => Some(Source::Literal(value)),
                    (None, true, _) => Some(Source::Now),
                    (None, false, true) => None,
                };
                Some(Step::Add { field: field?, copy: copy.flatten(), otherwise })
            }
            "rename" => {
                self.only(table, &["rename", "to"], "`rename` goes with `to`");
                let to = match table.get("to").map(|one| (one.span(), one.get_ref())) {
                    Some((_, DeValue::String(name))) if !name.is_empty() && !name.contains('.') => {
                        name.to_string()
                    }
                    Some((at, _)) => {
                        self.problem(at, "`to` is the new name, without a point; into another object it is a `move`");
                        return None;
                    }
                    None => {
                        self.problem(at, "`rename` needs `to`, the new name");
                        return None;
                    }
                };
                let from = field?;
                let to = from.beside(&to);
                if to.attribute() == VERSION {
                    self.problem(at, OWN);
                }
                Some(Step::Move { from, to })
            }
            "move" => {
                self.only(table, &["move", "to"], "`move` goes with `to`");
                let to = self.field(&at, table, "to");
                Some(Step::Move { from: field?, to: to? })
            }
            "remove" => {
                self.only(table, &["remove"], "`remove` goes with nothing else");
                Some(Step::Remove(field?))
            }
            _ => {
                self.only(
                    table,
                    &["set", "by", "table", "default"],
                    "`set` goes with `by`, `table` and `default`",
                );
                let by = self.field(&at, table, "by");
                let default = self.literal(table, "default");
                let mut values = Vec::new();
                match table.get("table").map(|one| (one.span(), one.get_ref())) {
                    Some((_, DeValue::Table(all))) if !all.is_empty() => {
                        for (key, value) in all {
                            match literal(value.get_ref()) {
                                Ok(value) => values.push((key.get_ref().to_string(), value)),
                                Err(what) => self.problem(value.span(), what),
                            }
                        }
                    }
                    Some((at, _)) => {
                        self.problem(at, "`table` has a value for each value: { old = \"new\" }")
                    }
                    None => self.problem(at, "`set` needs a `table`: { old = \"new\" }"),
                }
                Some(Step::Set { field: field?, by: by?, table: values, default })
            }
        }
    }

    fn literal(
        &mut self,
        table: &DeTable<'_>,
        name: &str,
    ) -> Option<aws_sdk_dynamodb::types::AttributeValue> {
        let value = table.get(name)?;
        match literal(value.get_ref()) {
            Ok(value) => Some(value),
            Err(what) => {
                self.problem(value.span(), what);
                // There is one, and what is wrong with it was said.
                Some(aws_sdk_dynamodb::types::AttributeValue::Null(true))
            }
        }
    }

    /// The field that a key of a step names.
    fn field(&mut self, at: &Range<usize>, table: &DeTable<'_>, name: &str) -> Option<Path> {
        let Some(value) = table.get(name) else {
            self.problem(at.clone(), format!("the step has no `{name}`"));
            return None;
        };
        let path = path(value);
        match path.filter(Path::names_a_field) {
            None => {
                let what = format!(
                    "`{name}` names no field; write it like \"profileData.name\", or as a list of names"
                );
                self.problem(value.span(), what);
                None
            }
            Some(path) if path.attribute() == VERSION => {
                self.problem(value.span(), OWN);
                None
            }
            path => path,
        }
    }

    /// Refuses what means nothing.
    fn only(&mut self, table: &DeTable<'_>, known: &[&str], what: &str) {
        for key in table.keys() {
            let name: &Cow<'_, str> = key.get_ref();
            if !known.contains(&name.as_ref()) {
                self.problem(
                    key.span(),
                    format!("`{}` means nothing here; {what}", name.escape_debug()),
                );
            }
        }
    }
}

const OWN: &str = "`version` is set by the migration itself; leave it to `to`";

fn path(value: &Value<'_>) -> Option<Path> {
    match value.get_ref() {
        DeValue::String(text) => Some(Path::from(text.as_ref())),
        DeValue::Array(names) => {
            let names = names.iter().map(|name| name.get_ref().as_str().map(str::to_owned));
            names.collect::<Option<Vec<String>>>().map(Path::from)
        }
        _ => None,
    }
}
