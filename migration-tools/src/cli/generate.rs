//! `generate-csv`: the id map of the users that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use required_env_vars::{Reason, look_up};
use serde::Serialize;

use crate::amplify::generate::{Generated, LeftOut, csv, identity, of_subs};
use crate::amplify::{Deployment, UsersError, identities, names, user_ids};
use crate::new_file::NewFile;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;

/// The variable of the user pool's id.
const POOL: &str = "COGNITO_USER_POOL_ID";

#[derive(Args, Debug)]
pub(super) struct GenerateCsv {
    /// Every user of the users table keeps the id
    #[arg(long, required_unless_present = "use_sub", conflicts_with = "use_sub")]
    no_id_change: bool,
    /// Every user gets the `sub` of the user pool's identity that has the id as its e-mail address
    #[arg(long)]
    use_sub: bool,
    /// The user pool [default: COGNITO_USER_POOL_ID of the environment, or of the stage in Parameter
    /// Store]
    #[arg(long, value_name = "ID", conflicts_with = "no_id_change")]
    user_pool_id: Option<String>,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "migration_users.csv")]
    csv_file: PathBuf,
    /// Show the ids of those who are left out
    #[arg(long)]
    show_values: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    users_table: &'d str,
    user_pool: Option<&'d str>,
    file: String,
    outcome: &'static str,
    users: usize,
    migrated: usize,
    unknown: usize,
    left_out: BTreeMap<&'static str, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out_ids: Option<BTreeMap<&'static str, Vec<&'d str>>>,
}

/// The file that was made.
pub(super) struct Made {
    generated: Generated,
    outcome: &'static str,
    users_table: String,
    pool: Option<String>,
}

impl Made {
    /// Whether everybody is in it who can be.
    pub(super) fn complete(&self) -> bool {
        let complete = self.generated.left.iter().all(|(why, _)| !why.needs_a_person());
        complete && self.outcome != "no-users"
    }

    /// Whether there is a file.
    pub(super) fn is_written(&self) -> bool {
        self.outcome != "no-users"
    }
}

impl GenerateCsv {
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let made = self.write(&settings, console).await?;
        let counts = left_out(&made.generated);
        console.document(&Document {
            command: "generate-csv",
            dep_name: settings.deployment.dep_name(),
            stage: settings.deployment.stage(),
            region: &settings.region,
            users_table: &made.users_table,
            user_pool: made.pool.as_deref(),
            file: self.csv_file.display().to_string(),
            outcome: made.outcome,
            users: made.generated.pairs.len(),
            migrated: made.generated.migrated,
            unknown: made.generated.unknown,
            left_out: counts.iter().map(|(why, ids)| (why.word(), ids.len())).collect(),
            left_out_ids: self
                .show_values
                .then(|| counts.iter().map(|(why, ids)| (why.word(), ids.clone())).collect()),
        });
        Ok(if made.complete() { End::Done } else { End::Partly })
    }

    /// The command as a part of another one.
    pub(super) fn part(csv_file: &Path, use_sub: bool, user_pool_id: Option<String>) -> Self {
        let csv_file = csv_file.to_owned();
        Self { no_id_change: !use_sub, use_sub, user_pool_id, csv_file, show_values: false }
    }

    /// Makes the file, and says what is in it.
    pub(super) async fn write(
        &self,
        settings: &Settings,
        console: &Console,
    ) -> Result<Made, Failed> {
        let region = &settings.region;
        let users_table = users_table(settings).await?;
        let pool = match self.use_sub {
            true => Some(self.pool(settings).await?),
            false => None,
        };
        let client = aws_sdk_dynamodb::Client::new(&settings.config);
        let ids = user_ids(&client, &users_table).await;
        let ids = ids.map_err(|error| cannot_read("users table", &users_table, region, error))?;
        let generated = match &pool {
            None => identity(&ids),
            Some(pool) => {
                let client = aws_sdk_cognitoidentityprovider::Client::new(&settings.config);
                let users = identities(&client, pool).await;
                let users = users.map_err(|error| cannot_read("user pool", pool, region, error))?;
                of_subs(&users, &ids)
            }
        };
        let outcome = match generated.pairs.is_empty() {
            true => "no-users",
            false => write(&self.csv_file, &csv(&generated.pairs))?,
        };
        self.report(console, &generated, outcome, &ids);
        Ok(Made { generated, outcome, users_table, pool })
    }

    /// The pool's id: the flag's, or the variable's. Never that of another stage.
    async fn pool(&self, settings: &Settings) -> Result<String, Failed> {
        let (id, source) = match &self.user_pool_id {
            Some(id) => (id.trim().to_owned(), "--user-pool-id".to_owned()),
            None => {
                let deployment = &settings.deployment;
                let service = deployment.service("lambda");
                let wanted = [(POOL, service.as_str())];
                let found = look_up(&settings.config, deployment.stage(), &wanted).await;
                match found.into_values().next() {
                    Some(Ok(found)) => {
                        (found.value().to_owned(), format!("{POOL} ({})", found.source()))
                    }
                    Some(Err(error)) if error.reason() != Reason::Absent => {
                        return Err(Failed::Pool(Box::new(error)));
                    }
                    _ => return Err(Failed::Prerequisite(no_pool(deployment))),
                }
            }
        };
        check_pool(&id, &source, &settings.region)?;
        Ok(id)
    }

    fn report(&self, console: &Console, made: &Generated, outcome: &str, ids: &BTreeSet<String>) {
        let file = self.csv_file.display();
        let users = made.pairs.len();
        match outcome {
            "no-users" if ids.is_empty() => {
                console.problem("The users table has no users; no file was written.");
            }
            "no-users" => console.problem("No user can be migrated; no file was written."),
            "unchanged" => console.say(&format!("{file}: {users} users, unchanged.")),
            _ => console.say(&format!("{file}: {users} users, written.")),
        }
        if made.migrated > 0 {
            console.say(&format!("{} user ids are subs of the pool already.", made.migrated));
        }
        if made.unknown > 0 {
            console.say(&format!(
                "{} of the users have no row in the users table yet, in any spelling.",
                made.unknown
            ));
        }
        let left = left_out(made);
        for (why, ids) in &left {
            let line = format!("{} {why}", ids.len());
            if why.needs_a_person() {
                console.problem(&line)
            } else {
                console.say(&line)
            }
            if self.show_values {
                ids.iter().for_each(|id| console.show(&format!("  {}", id.escape_debug())));
            }
        }
        if !left.is_empty() && !self.show_values {
            console.say("--show-values tells who they are.");
        }
    }
}

/// The ids that were left out, by reason.
fn left_out(made: &Generated) -> BTreeMap<LeftOut, Vec<&str>> {
    let mut all: BTreeMap<LeftOut, Vec<&str>> = BTreeMap::new();
    for (why, id) in &made.left {
        all.entry(*why).or_default().push(id);
    }
    all
}

async fn users_table(settings: &Settings) -> Result<String, Failed> {
    let named = names(&settings.config, &settings.deployment).await?;
    let users = named.into_iter().find(|one| one.resource.key == "COGNITO_USERS_DYNAMODB_TABLE");
    users.map(|one| one.name).ok_or_else(|| Failed::Usage("the users table has no name".to_owned()))
}

fn no_pool(of: &Deployment) -> String {
    let (dep_name, stage) = (of.dep_name(), of.stage());
    format!(
        "the user pool of stage {stage} is not known: {POOL} is neither set nor in Parameter Store; give --user-pool-id, or write it into var/{stage}-var.yml and run `migration-tools populate-parameter-store --dep-name {dep_name} --stage {stage}`"
    )
}

/// Ids of pools start with their region:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html>.
fn check_pool(id: &str, source: &str, region: &str) -> Result<(), Failed> {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    match id.split_once('_') {
        Some((of, rest)) if of == region && is_word(rest) => Ok(()),
        Some((of, rest)) if is_word(rest) && of.split('-').all(is_word) => {
            Err(Failed::Usage(format!(
                "the user pool `{id}` of {source} is in {of}, and the region is {region}; give the pool of this deployment, or --region {of}"
            )))
        }
        _ => Err(Failed::Usage(format!(
            "`{}` of {source} is no id of a user pool; ids are like {region}_aB3dE5fG7",
            id.escape_debug()
        ))),
    }
}

fn cannot_read(what: &str, name: &str, region: &str, error: UsersError) -> Failed {
    match error {
        UsersError::Absent => Failed::Prerequisite(format!(
            "there is no {what} {name} in {region}; check --dep-name, --stage, --region and --profile, or deploy it first"
        )),
        UsersError::Failed(failure) => Failed::Aws {
            what: format!("cannot read the {what} {name}, no file was written"),
            failure,
        },
    }
}

/// Writes the file, or finds it written. One with another content may have cost somebody work.
fn write(path: &Path, text: &str) -> Result<&'static str, Failed> {
    let cannot = |source| Failed::Output { path: path.to_owned(), source };
    let written = NewFile::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.publish()
    });
    match written {
        Ok(()) => Ok("written"),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            match same(path, text).map_err(cannot)? {
                true => Ok("unchanged"),
                false => Err(Failed::Usage(format!(
                    "{} exists and has another content, it was left as it is; use it, move it away, or give another --csv-file",
                    path.display()
                ))),
            }
        }
        Err(error) => Err(cannot(error)),
    }
}

fn same(path: &Path, text: &str) -> Result<bool, std::io::Error> {
    let most = u64::try_from(text.len()).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut content)?;
    Ok(content == text.as_bytes())
}
