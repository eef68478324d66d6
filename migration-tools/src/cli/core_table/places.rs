//! Which tables, which user pool, and which users.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use aws_sdk_cognitoidentityprovider::Client as Pools;

use super::super::end::Failed;
use super::super::global::Global;
use super::super::session::Ground;
use super::super::settings::Settings;
use super::{Places, Subset};
use crate::amplify::{Kind, check_name};
use crate::core_table::{Names, TableError, TableNames, Three};
use crate::engine::journal::Journal;
use crate::engine::read::ReadError;
use crate::engine::size::MAX_PARTITION_KEY_BYTES;

/// The variables that name what has another name.
const SERVERS: &str = "SERVERS_TABLE_NAME";
const MEMBERSHIPS: &str = "USER_MEMBERSHIP_TABLE_NAME";
const CORE: &str = "CORE_TABLE_NAME";
const POOL: &str = "COGNITO_USER_POOL_ID";

/// What every action works on.
pub(super) struct Ready {
    pub(super) ground: Ground,
    pub(super) tables: Three,
    pub(super) names: Option<Names>,
}

impl Places {
    /// The names of the three tables: a flag, else the variable, else what follows from deployment and
    /// stage.
    pub(super) async fn names(&self, settings: &Settings) -> Result<TableNames, Failed> {
        let of = &settings.deployment;
        let mut names = TableNames::of(of.dep_name(), of.stage());
        for (name, flag, variable) in [
            (&mut names.servers, &self.servers_table, SERVERS),
            (&mut names.memberships, &self.membership_table, MEMBERSHIPS),
            (&mut names.core, &self.core_table, CORE),
        ] {
            let given = match flag {
                Some(flag) => Some((flag.clone(), "the flag")),
                None => settings.found(variable).await?.map(|value| (value, variable)),
            };
            if let Some((given, source)) = given {
                check_name(Kind::Table, &given).map_err(|rule| {
                    let given = given.escape_debug();
                    Failed::Usage(format!("{source}: the name `{given}` {rule}"))
                })?;
                *name = given;
            }
        }
        Ok(names)
    }

    /// The user pool, where there is one.
    pub(super) async fn pool(&self, settings: &Settings) -> Result<Option<String>, Failed> {
        match &self.user_pool_id {
            Some(pool) => Ok(Some(pool.clone())),
            None => settings.found(POOL).await,
        }
    }
}

impl Ready {
    pub(super) async fn of(
        settings: &Settings,
        global: &Global,
        names: TableNames,
        pool: Option<String>,
    ) -> Result<Self, Failed> {
        let ground = Ground::connect(settings, global);
        let tables = Three::describe(&ground.reader, &names).await;
        let tables = tables.map_err(|error| unusable(error, &settings.region))?;
        let ground = ground.with(tables.tables(), &tables.core.arn);
        let names = pool.map(|pool| Names::new(Pools::new(&settings.config), pool));
        Ok(Self { ground, tables, names })
    }

    /// Refuses a journal that is about other tables: what it says of rows would be taken for these.
    pub(super) fn is_of(&self, journal: &Journal) -> Result<(), Failed> {
        let runs = journal.runs()?;
        let other = runs.into_iter().find(|(_, run)| {
            run.command.starts_with(super::migrate::COMMAND)
                && run.subject != self.tables.identity()
        });
        match other {
            None => Ok(()),
            Some((number, run)) => Err(Failed::Prerequisite(format!(
                "the journal {} is about other tables, or about earlier ones of the same names: run {number} copied {}; give another --journal for these",
                journal.path().display(),
                run.subject
            ))),
        }
    }
}

fn unusable(error: TableError, region: &str) -> Failed {
    match error {
        TableError::Unread { what, source: ReadError::Failed { failure, .. } } => {
            Failed::Aws { what: format!("cannot look at the table of {what}"), failure }
        }
        TableError::Unread { what, source } => Failed::Prerequisite(format!(
            "the table of {what} in {region}: {source}; deploy it, or give its name (--servers-table, --membership-table, --core-table)"
        )),
        error => Failed::Usage(error.to_string()),
    }
}

impl Subset {
    /// The users of the file, each once, in their order.
    pub(super) fn read(&self) -> Result<Option<Vec<String>>, Failed> {
        self.users.as_deref().map(users).transpose()
    }
}

fn users(path: &Path) -> Result<Vec<String>, Failed> {
    let cannot = |source: io::Error| Failed::Input { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(cannot)?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut all = BTreeSet::new();
    for (line, id) in (1..).zip(lines).filter(|(_, id)| !id.is_empty()) {
        let is_id = id.len() <= MAX_PARTITION_KEY_BYTES && !id.contains([',', '"', '\t']);
        if !is_id {
            return Err(Failed::Usage(format!(
                "{}: line {line} is no userId; write one on each line, and nothing else",
                path.display()
            )));
        }
        all.insert(id.to_owned());
    }
    if all.is_empty() {
        return Err(Failed::Usage(format!(
            "{} names no user; write a userId on each line",
            path.display()
        )));
    }
    Ok(all.into_iter().collect())
}
