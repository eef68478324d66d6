//! How far the steps are that are about users.

use super::csv::CsvFile;
use super::facts::Facts;
use super::judge::unseen;
use super::logins::Logins;
use super::{Check, Commands, Status, Step};

pub(super) fn csv(facts: &Facts, commands: &Commands) -> Check {
    let (step, file) = (Step::Csv, commands.csv_file());
    match &facts.csv {
        CsvFile::Missing if facts.is_fresh() => {
            Check::new(step, Status::DoesNotApply, "there is nobody to migrate")
        }
        CsvFile::Missing => {
            let text = format!(
                "there is no file {file}; have it written, with --use-sub if users get the id of their identity in the user pool, with --no-id-change if they keep theirs, or write it yourself"
            );
            Check::new(step, Status::ToDo, text).one_of(commands.generate_csv())
        }
        CsvFile::Bad(why) => Check::new(step, Status::ToDo, format!("{file}: {why}")),
        CsvFile::Good { users, renamed, chains } => {
            let chains = match chains {
                0 => String::new(),
                some => {
                    format!("; {some} new ids are old ids of others, which needs --allow-chains")
                }
            };
            let text = format!("{file}: {users} users, {renamed} of them get another id{chains}");
            Check::new(step, Status::Done, text)
        }
    }
}

pub(super) fn users(facts: &Facts, commands: &Commands) -> Check {
    let (step, table) = (Step::Users, &facts.users_name);
    let logins = match &facts.logins {
        Ok(Some(logins)) => logins,
        Ok(None) => {
            let text = format!("there is no users table {table}, so that nobody can sign in yet");
            return Check::new(step, Status::DoesNotApply, text);
        }
        Err(failure) => return unseen(step, &format!("the users table {table}"), failure),
    };
    let CsvFile::Good { renamed, chains, .. } = facts.csv else {
        return match logins.rows {
            0 => {
                Check::new(step, Status::DoesNotApply, format!("the users table {table} is empty"))
            }
            rows => {
                let text = format!(
                    "the users table has {rows} users; who of them has switched can be told with an id map only"
                );
                Check::new(step, Status::ToDo, text).next(commands.migrate(""))
            }
        };
    };
    if renamed == 0 {
        let text = format!("nobody gets another id: {} users keep theirs", logins.unchanged);
        return Check::new(step, Status::DoesNotApply, text);
    }
    if chains > 0 {
        let text = "new ids are old ids of others, so that the users table does not tell who has switched; the migration knows from its journal";
        return Check::new(step, Status::ToDo, text).next(commands.migrate("--allow-chains"));
    }
    let told = counts(logins);
    let left_behind = logins.probe.as_ref().map_or(0, |probe| probe.left_behind);
    if left_behind > 0 {
        let asked = logins.probe.as_ref().map_or(0, |probe| probe.users);
        let text = format!(
            "{told}; of {asked} who switched and were looked for, {left_behind} still have data under the old id, where they do not find it: the migration finishes them"
        );
        return Check::new(step, Status::ToDo, text).next(commands.migrate(""));
    }
    if logins.old_only + logins.both > 0 {
        let both = match logins.both {
            0 => "",
            _ => {
                "; those under both signed in too early, or their old rows were kept (id-migration-cleanup deletes those)"
            }
        };
        let text = format!("{told}{both}");
        return Check::new(step, Status::ToDo, text).next(commands.migrate(""));
    }
    match logins.probe.as_ref() {
        Some(probe) => match &probe.failure {
            Some(failure) => unseen(step, "data of users who switched", failure),
            None => {
                let looked = match (probe.users, probe.tables) {
                    (0, _) | (_, 0) => String::new(),
                    (users, tables) => {
                        format!(
                            "; {users} of them have nothing left under old ids in {tables} tables"
                        )
                    }
                };
                Check::new(step, Status::Done, format!("{told}{looked}; verify tells the rest"))
            }
        },
        None => Check::new(step, Status::Done, told),
    }
}

/// The numbers, without those that are zero.
fn counts(logins: &Logins) -> String {
    let told = [
        (logins.old_only, "under the old id only"),
        (logins.new_only, "under the new id only"),
        (logins.both, "under both"),
        (logins.neither, "under neither, who never signed in"),
    ];
    let told: Vec<String> = told
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, how)| format!("{count} {how}"))
        .collect();
    let unlisted = match logins.unlisted {
        0 => String::new(),
        some => format!(", and {some} rows of nobody in the id map"),
    };
    format!("login rows: {}{unlisted}", told.join(", "))
}
