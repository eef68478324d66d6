//! Which table, which migrations, and to which version.

use std::fs;

use super::super::end::Failed;
use super::super::global::Global;
use super::super::session::Ground;
use super::super::settings::Settings;
use super::To;
use crate::amplify::{Kind, check_name};
use crate::engine::journal::Journal;
use crate::engine::read::{Described, ReadError};
use crate::profiles::{
    ProfileRule, Registry, TableError, TargetError, Version, declared, described, identity, tables,
};

/// The variable that names the table.
const VARIABLE: &str = "USER_PROFILES_TABLE";

/// What every action works on.
pub(super) struct Ready {
    pub(super) ground: Ground,
    pub(super) table: Described,
}

/// What profiles are to become.
pub(super) struct Wanted {
    registry: Registry,
    pub(super) target: Version,
}

impl To {
    /// The migrations that are known, with those of the file, and the version to reach. Calls nobody.
    pub(super) fn wanted(&self, known: &Registry) -> Result<Wanted, Failed> {
        let mut registry = known.clone();
        if let Some(path) = &self.migrations {
            let cannot = |source| Failed::Input { path: path.clone(), source };
            let text = fs::read_to_string(path).map_err(cannot)?;
            let bad = |error: &dyn std::fmt::Display| {
                Failed::Usage(format!("the migrations `{}` are wrong:\n{error}", path.display()))
            };
            let more = declared(&text).map_err(|error| bad(&error))?;
            registry = registry.with(more).map_err(|error| bad(&error))?;
        }
        let target = registry.target(self.target_version).map_err(|error| match error {
            TargetError::NoMigrations => Failed::Usage(
                "no migration is known; give --migrations FILE.toml, or build a command of your own with `cli::main_with`"
                    .to_owned(),
            ),
            error => Failed::Usage(error.to_string()),
        })?;
        Ok(Wanted { registry, target })
    }
}

impl Wanted {
    /// The rule for a table, with the time that migrations are given.
    pub(super) fn rule(&self, now: &str, table: &Described) -> Result<ProfileRule, Failed> {
        let rule = ProfileRule::new(self.registry.clone(), self.target, now, &table.table.keys);
        rule.map_err(|error| Failed::Usage(error.to_string()))
    }
}

impl Ready {
    pub(super) async fn of(
        settings: &Settings,
        global: &Global,
        flag: Option<String>,
    ) -> Result<Self, Failed> {
        let (name, source) = match flag {
            Some(flag) => (flag, "--table"),
            None => match settings.found(VARIABLE).await? {
                Some(value) => (value, VARIABLE),
                None => {
                    return Err(Failed::Usage(format!(
                        "no table was given; give --table, or set {VARIABLE}"
                    )));
                }
            },
        };
        check_name(Kind::Table, &name).map_err(|rule| {
            Failed::Usage(format!("{source}: the name `{}` {rule}", name.escape_debug()))
        })?;
        let ground = Ground::connect(settings, global);
        let table = described(&ground.reader, &name).await;
        let table = table.map_err(|error| unusable(error, &settings.region))?;
        let ground = ground.with(tables(&table), &table.arn);
        Ok(Self { ground, table })
    }

    /// Refuses a journal that is about another table of profiles: what it says of keys would be taken for
    /// this one's.
    pub(super) fn is_of(&self, journal: &Journal) -> Result<(), Failed> {
        let own = identity(&self.table);
        let runs = journal.runs()?;
        let other = runs.into_iter().find(|(_, run)| {
            run.command == super::migrate::COMMAND && !run.subject.starts_with(&own)
        });
        match other {
            None => Ok(()),
            Some((number, run)) => Err(Failed::Prerequisite(format!(
                "the journal {} is about another table of profiles, or an earlier one of the same name: run {number} was about {}; give another --journal for this one",
                journal.path().display(),
                run.subject
            ))),
        }
    }
}

fn unusable(error: TableError, region: &str) -> Failed {
    match error {
        TableError::Unread(ReadError::Failed { failure, .. }) => {
            Failed::Aws { what: "cannot look at the table of profiles".to_owned(), failure }
        }
        TableError::Unread(source) => Failed::Prerequisite(format!(
            "the table of profiles in {region}: {source}; give its name (--table)"
        )),
        error @ TableError::VersionIsKey(_) => Failed::Usage(error.to_string()),
    }
}
