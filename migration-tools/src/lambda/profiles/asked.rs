//! What an event asks for.

use serde_json::{Map, Value};

use super::super::event::{EventError, fields, kind};
use crate::profiles::{Registry, Version};

const FIELDS: [&str; 4] = ["targetVersion", "dryRun", "verifyOnly", "rollback"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Migrate,
    DryRun,
    Verify,
    Rollback,
}

/// An action, and the version that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) action: Action,
    pub(super) target: Version,
}

impl Asked {
    /// What the event asks for, if these migrations can do it.
    pub(super) fn of(event: &Value, registry: &Registry) -> Result<Self, String> {
        let fields = fields(event, &FIELDS).map_err(|error| error.to_string())?;
        let is = |field| flag(&fields, field).map_err(|error| error.to_string());
        let chosen: Vec<(&str, Action)> = [
            ("dryRun", Action::DryRun, is("dryRun")?),
            ("verifyOnly", Action::Verify, is("verifyOnly")?),
            ("rollback", Action::Rollback, is("rollback")?),
        ]
        .into_iter()
        .filter_map(|(field, action, is)| is.then_some((field, action)))
        .collect();
        let action = match chosen[..] {
            [] => Action::Migrate,
            [(_, action)] => action,
            [(first, _), (second, _), ..] => {
                return Err(format!(
                    "`{first}` and `{second}` of the event are both true; ask for one of them"
                ));
            }
        };
        let asked = version(&fields).map_err(|error| error.to_string())?;
        let target = registry.target(asked).map_err(|error| error.to_string())?;
        Ok(Self { action, target })
    }

    /// The action in the journal: one that was not complete goes on under the same name.
    pub(super) fn command(self) -> String {
        match self.action {
            Action::Migrate => {
                format!("{} --target-version {}", super::migrate::COMMAND, self.target)
            }
            Action::DryRun => format!("profiles dry-run --target-version {}", self.target),
            Action::Verify => format!("profiles verify --target-version {}", self.target),
            Action::Rollback => super::rollback::COMMAND.to_owned(),
        }
    }
}

fn flag(fields: &Map<String, Value>, field: &'static str) -> Result<bool, EventError> {
    match fields.get(field) {
        None => Ok(false),
        Some(Value::Bool(is)) => Ok(*is),
        Some(other) => Err(EventError::Type { field, found: kind(other), wanted: "true or false" }),
    }
}

fn version(fields: &Map<String, Value>) -> Result<Option<Version>, EventError> {
    let (field, wanted) = ("targetVersion", "a whole number from 1");
    match fields.get(field) {
        None => Ok(None),
        Some(Value::Number(number)) => match number.as_u64().filter(|version| *version > 0) {
            Some(version) => Ok(Some(version)),
            None => Err(EventError::Type { field, found: "another number", wanted }),
        },
        Some(other) => Err(EventError::Type { field, found: kind(other), wanted }),
    }
}
