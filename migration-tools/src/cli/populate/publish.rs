//! The writing half: one parameter after the other, within the rate that the service allows.

use crate::parameter_store::{Action, Store, Wanted, WriteError, Written};
use required_env_vars::Reason;

use super::word;
use crate::cli::console::Console;
use crate::cli::end::End;
use crate::cli::interrupt::Interrupt;

/// What became of one parameter.
pub(super) struct Fate {
    /// `create`, `update`, `same`, `refused`, `failed`, or `left`.
    pub(super) word: &'static str,
    /// What a person should know about it.
    pub(super) note: Option<String>,
}

impl Fate {
    fn of(action: &Action) -> Self {
        let note = matches!(action, Action::OtherType).then(|| {
            "is stored with another value and another type, or cannot be decrypted; the type of a parameter cannot be changed: set the value with `aws ssm put-parameter --overwrite` and its own type, or delete it first".to_owned()
        });
        Self { word: word(action), note }
    }

    pub(super) fn is_failure(&self) -> bool {
        matches!(self.word, "refused" | "failed" | "left")
    }

    /// Whether the parameter is there now, or would be.
    pub(super) fn exists(&self) -> bool {
        matches!(self.word, "create" | "update" | "same")
    }
}

pub(super) struct Publication {
    pub(super) fates: Vec<Fate>,
    /// How the command ends, if it could not go through everything.
    pub(super) ended: Option<End>,
}

impl Publication {
    /// What would become of each parameter.
    pub(super) fn planned(actions: &[Action]) -> Self {
        Self { fates: actions.iter().map(Fate::of).collect(), ended: None }
    }
}

/// Writes what has to be created or updated. What fails is noted, and the others are written.
pub(super) async fn publish(
    store: &Store,
    wanted: &Wanted,
    actions: &[Action],
    console: &Console,
    interrupt: &Interrupt,
) -> Publication {
    let to_do = |action: &Action| matches!(action, Action::Create | Action::Update(_));
    let total = actions.iter().filter(|action| to_do(action)).count();
    let mut progress = console.progress("parameters written", total);
    let mut fates = Vec::with_capacity(actions.len());
    let mut ended = None;
    let mut full = false;
    for (parameter, action) in wanted.parameters.iter().zip(actions) {
        let mut fate = Fate::of(action);
        if to_do(action) {
            if interrupt.requested() {
                ended = Some(End::Interrupted);
            }
            let seen = match action {
                Action::Update(version) => Some(*version),
                _ => None,
            };
            if ended.is_some() {
                fate = Fate { word: "left", note: Some("not tried; run it again".to_owned()) };
            } else if full && seen.is_none() {
                fate = Fate { word: "failed", note: Some(WriteError::Full.to_string()) };
            } else {
                match store.write(parameter, seen).await {
                    Ok(Written::Stored(_)) => {}
                    Ok(Written::AlreadyThere) => fate.word = "same",
                    Ok(Written::Over(version)) => {
                        fate.note = Some(format!(
                            "another writer wrote version {version} in between; its value is in the parameter's history"
                        ));
                    }
                    Err(error) => {
                        full |= matches!(error, WriteError::Full);
                        if let WriteError::Failed(failure) = &error
                            && failure.reason() == Reason::BadCredentials
                        {
                            // Nothing else will succeed either.
                            ended = Some(End::Prerequisite);
                        }
                        fate = Fate { word: "failed", note: Some(error.to_string()) };
                    }
                }
                progress.step();
            }
        }
        fates.push(fate);
    }
    progress.end();
    Publication { fates, ended }
}
