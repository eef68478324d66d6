//! Profiles as a Lambda.
//!
//! Event, every field of which may be left out: `{"targetVersion": 4, "dryRun": false, "verifyOnly": false,
//! "rollback": false}`. Answer: `{"success": …, "message": "…", "complete": …, "run": …, "summary": {…},
//! "verification": {…}, "error": "…"}`; `summary` of a migration, a dry run and a rollback, `verification` of
//! `verifyOnly`, `error` where nothing came of it. See [`Answer`] for their fields.
//!
//! `success` says that everything asked for is done. Where `complete` is `false` and there is no `error`, the time
//! was over, and the same event goes on. `rollback` takes back the last migration that has left something,
//! with all invocations that it went on in, except where somebody has changed a profile since.
//!
//! Variables: `USER_PROFILES_TABLE`; `MIGRATION_JOURNAL_TABLE` for the [journal](super::Ledger);
//! `MIGRATION_TOOLS_LEASES_TABLE`, which is `migration-tools-leases`.
//!
//! The migrations are the function's own: `profiles-lambda` reads them from a TOML file that is deployed with
//! it; a function with migrations in Rust hands its registry to [`handle`].

use std::time::Duration;

use aws_clients::Choice;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error as Failed, LambdaEvent};
use required_env_vars::{DynamoDBOperation, required_env_vars};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{Budget, Ledger, Session, Way};
use crate::engine::lease;
use crate::engine::pace::Pace;
use crate::engine::patience::PATIENCE;
use crate::engine::read::{Described, Reader};
use crate::engine::stop::Stop;
use crate::profiles::{ProfileRule, Registry, Version, described, identity, moment, tables};

mod answer;
mod asked;
mod look;
mod migrate;
mod rollback;
mod told;

pub use answer::{Answer, Invalid, MAX_RESULTS, One, Summary, Verification};
use asked::{Action, Asked};
use told::Kept;

static LEDGER: Ledger = Ledger::new();
static CONFIG: OnceCell<SdkConfig> = OnceCell::const_new();

/// Profiles in a page: a page should take a second or two, so that little is done twice.
const PAGE: i32 = 500;
/// Profiles that are written at once.
const AT_ONCE: usize = 32;

/// One invocation.
#[derive(Clone, Debug)]
struct Invocation {
    asked: Asked,
    registry: Registry,
    budget: Budget,
    id: String,
}

/// Answers one event by these migrations. Whatever goes wrong is in the answer.
///
/// # Errors
///
/// None.
pub async fn handle(event: LambdaEvent<Value>, registry: &Registry) -> Result<Answer, Failed> {
    let (event, context) = event.into_parts();
    let asked = match Asked::of(&event, registry) {
        Ok(asked) => asked,
        Err(why) => return Ok(Answer::failed(&why)),
    };
    let (budget, registry) = (Budget::until(context.deadline()), registry.clone());
    let invocation = Invocation { asked, registry, budget, id: context.request_id };
    // Boxed, since the type of the whole would be deeper than the compiler goes.
    let answer = Box::pin(profiles(invocation)).await;
    Ok(answer.unwrap_or_else(|error| Answer::failed(&error.to_string())))
}

#[required_env_vars(
    "USER_PROFILES_TABLE" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Scan,
        DynamoDBOperation::TransactWriteItems,
        DynamoDBOperation::UpdateItem,
    ],
    "MIGRATION_JOURNAL_TABLE" = [DynamoDBOperation::PutItem, DynamoDBOperation::Query],
    "MIGRATION_TOOLS_LEASES_TABLE" = [
        DynamoDBOperation::CreateTable,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::UpdateItem,
    ],
)]
async fn profiles(
    invocation: Invocation,
    env: ProfilesEnv,
) -> Result<Answer, required_env_vars::Error> {
    // Declared for its permissions; everybody has to take the same lease.
    if env.migration_tools_leases_table.value() != lease::TABLE {
        let why = format!("MIGRATION_TOOLS_LEASES_TABLE has to be {}", lease::TABLE);
        return Ok(Answer::failed(&why));
    }
    let table = env.user_profiles_table.value();
    let journals = env.migration_journal_table.value();
    let answer = match Work::begin(&invocation, table, journals).await {
        Ok(work) => work.answer().await,
        Err(why) => Err(why),
    };
    Ok(answer.unwrap_or_else(|why| Answer::failed(&why)))
}

/// What every action works with.
struct Work {
    action: Action,
    target: Version,
    /// The action in the journal.
    command: String,
    budget: Budget,
    reader: Reader,
    table: Described,
    rule: ProfileRule,
    session: Session,
}

impl Work {
    async fn begin(invocation: &Invocation, table: &str, journals: &str) -> Result<Self, String> {
        let Invocation { asked, registry, budget, id } = invocation;
        let load = || async { Choice::default().load().await };
        let config = CONFIG.get_or_init(load).await;
        let pace = Pace::new(None, None);
        let builder = aws_sdk_dynamodb::config::Builder::from(config);
        let client = Client::from_conf(builder.interceptor(pace.throttles()).build());
        let reader = Reader::new(client.clone(), pace.clone());
        let table = described(&reader, table).await.map_err(|error| error.to_string())?;
        let keys = table.table.keys.clone();
        let rule = |now: &str| ProfileRule::new(registry.clone(), asked.target, now, &keys);
        // What is wrong with the migrations is said before anything is begun.
        rule("").map_err(|error| error.to_string())?;
        let subject = identity(&table);
        // A table that was made anew has a journal of its own.
        let journal = LEDGER.journal(config, journals, &format!("profiles: {subject}")).await;
        let journal = journal.map_err(|error| error.to_string())?;
        let command = asked.command();
        let earlier = Kept::of(&journal, &command).map_err(|error| error.to_string())?;
        let way = Way {
            client,
            pace,
            tables: tables(&table),
            lease: deployment().unwrap_or_else(|| table.table.name.clone()),
            holder: format!("Lambda invocation {id}"),
            patience: (budget.rest() / 3).min(PATIENCE),
        };
        let about = (command.as_str(), subject.as_str());
        let session = Session::begin(way, &journal, about, earlier.map(|kept| kept.run)).await;
        let session = session.map_err(|stop| stop.to_string())?;
        let runs = journal.runs().map_err(|error| error.to_string())?;
        let rule = rule(&moment(&runs, session.run())).map_err(|error| error.to_string())?;
        let (action, target, budget) = (asked.action, asked.target, *budget);
        Ok(Self { action, target, command, budget, reader, table, rule, session })
    }

    async fn answer(self) -> Result<Answer, String> {
        let done = match self.action {
            Action::Migrate => Box::pin(self.migrate()).await,
            Action::DryRun | Action::Verify => Box::pin(self.look()).await,
            Action::Rollback => Box::pin(self.roll_back()).await,
        };
        let (exit, summary) = match &done {
            Ok(answer) => (answer.exit(), answer.for_journal()),
            Err(_) => (3, Value::Null),
        };
        let ended = self.session.end(exit, summary).await;
        let answer = done.map_err(|stop| stop.to_string())?;
        ended.map_err(|stop| stop.to_string())?;
        Ok(answer)
    }

    /// Work for as long as there is time: `false` where that was over.
    async fn within<F: Future<Output = Result<(), Stop>>>(&self, work: F) -> Result<bool, Stop> {
        match tokio::time::timeout(self.budget.rest().max(Duration::from_millis(1)), work).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(Stop::Interrupted)) | Err(_) => Ok(false),
            Ok(Err(stop)) => Err(stop),
        }
    }
}

/// The deployment and its stage, as the command names its lease.
fn deployment() -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    Some(format!("{}-{}", variable("SERVICE_NAME")?, variable("STAGE")?))
}
