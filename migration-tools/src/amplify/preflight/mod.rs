//! Which steps of the migration guide apply to a deployment, which are done, and what to do next.
//!
//! [`Eyes`] look, and can do nothing but read; [`checks`] judges what they saw, without another look.
//! What cannot be seen is told as such and hides nothing else.
//!
//! Nobody's id is in any of it: users are counted.

mod commands;
mod csv;
mod facts;
mod judge;
mod judge_users;
mod logins;
mod look;
mod parameters;
mod probe;
mod recovery;
mod stacks;
#[cfg(test)]
mod tests;

use std::fmt;

pub use commands::Commands;
pub(crate) use commands::quoted;
pub use csv::CsvFile;
pub use facts::{Facts, Recovery, Rows, Seen};
pub use logins::Logins;
pub use look::{Eyes, Wanted};
pub use parameters::Parameters;
pub use probe::Probe;
pub use stacks::BasicOps;

/// A step of the guide, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The variables of all services are in Parameter Store.
    Parameters,
    /// No stack but that of the base service owns the path `/user-data`.
    Route,
    /// The base service is deployed: the consolidation bucket and the user data storage table exist.
    BaseService,
    /// The id map is there and can be read.
    Csv,
    /// There is a way back.
    Backups,
    /// What is in the old user storage table is in the new one.
    OldStorage,
    /// Everybody's data and login row are under the new id.
    Users,
    /// The old service is gone.
    Removal,
}

impl Step {
    /// One word, for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Route => "basic-ops-route",
            Self::BaseService => "base-service",
            Self::Csv => "csv",
            Self::Backups => "backups",
            Self::OldStorage => "old-user-storage",
            Self::Users => "users",
            Self::Removal => "basic-ops-removal",
        }
    }

    /// Whether a migration waits for it, or is what follows.
    #[must_use]
    pub fn is_prerequisite(self) -> bool {
        self < Self::OldStorage
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Parameters => "Parameter Store",
            Self::Route => "Path /user-data",
            Self::BaseService => "Base service",
            Self::Csv => "Id map",
            Self::Backups => "Backups",
            Self::OldStorage => "Old user storage",
            Self::Users => "Users",
            Self::Removal => "Removal of basic-ops",
        })
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is done.
    Done,
    /// It has to be done.
    ToDo,
    /// This deployment does not need it.
    DoesNotApply,
    /// It could not be seen.
    Unknown,
}

impl Status {
    /// One word, for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::ToDo => "to-do",
            Self::DoesNotApply => "does-not-apply",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Done => "done",
            Self::ToDo => "to do",
            Self::DoesNotApply => "does not apply",
            Self::Unknown => "cannot tell",
        })
    }
}

/// What to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// Command lines for a POSIX shell.
    pub commands: Vec<String>,
    /// Whether a person chooses one of them; otherwise all of them are run, in this order.
    pub one_of: bool,
}

/// A step, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The step.
    pub step: Step,
    /// How far it is.
    pub status: Status,
    /// Why, in a sentence.
    pub detail: String,
    /// What to run next; for a step that is done, what tells more about it.
    pub next: Next,
}

impl Check {
    fn new(step: Step, status: Status, detail: impl Into<String>) -> Self {
        Self { step, status, detail: detail.into(), next: Next::default() }
    }

    fn next(self, commands: impl IntoIterator<Item = String>) -> Self {
        Self { next: Next { commands: commands.into_iter().collect(), one_of: false }, ..self }
    }

    fn one_of(self, commands: impl IntoIterator<Item = String>) -> Self {
        Self { next: Next { commands: commands.into_iter().collect(), one_of: true }, ..self }
    }
}

/// Every step, in the order of the guide.
#[must_use]
pub fn checks(facts: &Facts, commands: &Commands) -> Vec<Check> {
    vec![
        judge::parameters(facts, commands),
        judge::route(facts, commands),
        judge::base_service(facts, commands),
        judge_users::csv(facts, commands),
        judge::backups(facts, commands),
        judge::old_storage(facts, commands),
        judge_users::users(facts, commands),
        judge::removal(facts, commands),
    ]
}
