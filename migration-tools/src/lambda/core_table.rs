//! CoreTable as a Lambda.
//!
//! Event: `{"action": "migrate" | "dry-run" | "verify" | "rollback"}`; without an action it is `migrate`. Answer:
//! `{"statusCode": 200 | 500, "body": "...", "summary": {...}}`. In the summary, `complete` says whether the
//! action has come to its end; where it is `false` and the status 200, the time was over, and the same event
//! goes on. `rollback` takes back everything that invocations have copied and nobody has changed since.
//!
//! Variables: `SERVERS_TABLE_NAME`, `USER_MEMBERSHIP_TABLE_NAME`, `CORE_TABLE_NAME`; `MIGRATION_JOURNAL_TABLE` for
//! the [journal](super::Ledger); `MIGRATION_TOOLS_LEASES_TABLE`, which is `migration-tools-leases`; and
//! `COGNITO_USER_POOL_ID` where a user pool knows the users' names.

use std::time::Duration;

use aws_clients::Choice;
use aws_config::SdkConfig;
use aws_sdk_cognitoidentityprovider::Client as Pools;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error as Failed, LambdaEvent};
use required_env_vars::{CognitoOperation, DynamoDBOperation, Reason, required_env_vars};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::event::{fields, word};
use super::{Answer, Budget, EventError, Ledger, Session, Way};
use crate::core_table::{Names, Old, TableNames, Three};
use crate::engine::lease;
use crate::engine::pace::Pace;
use crate::engine::patience::PATIENCE;
use crate::engine::read::Reader;
use crate::engine::stop::Stop;

mod compare;
mod migrate;
mod rollback;
mod told;

static LEDGER: Ledger = Ledger::new();
static CONFIG: OnceCell<SdkConfig> = OnceCell::const_new();

/// Rows in a page: a page should take a second or two, so that little is done twice.
const PAGE: i32 = 500;
/// Rows that are written at once.
const AT_ONCE: usize = 32;

/// What an event asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Migrate,
    DryRun,
    Verify,
    Rollback,
}

impl Action {
    const ALL: [(&str, Self); 4] = [
        ("migrate", Self::Migrate),
        ("dry-run", Self::DryRun),
        ("verify", Self::Verify),
        ("rollback", Self::Rollback),
    ];

    fn of(event: &Value) -> Result<Self, EventError> {
        word(&fields(event, &["action"])?, "action", &Self::ALL, Self::Migrate)
    }

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, own)| *own == self).map_or("migrate", |(word, _)| word)
    }
}

/// One invocation.
#[derive(Clone, Debug)]
struct Invocation {
    action: Action,
    budget: Budget,
    id: String,
}

/// Answers one event. Whatever goes wrong is in the answer.
///
/// # Errors
///
/// None.
pub async fn handle(event: LambdaEvent<Value>) -> Result<Answer, Failed> {
    let (event, context) = event.into_parts();
    let action = match Action::of(&event) {
        Ok(action) => action,
        Err(error) => return Ok(failed("event", &error.to_string())),
    };
    let budget = Budget::until(context.deadline());
    let invocation = Invocation { action, budget, id: context.request_id };
    // Boxed, since the type of the whole would be deeper than the compiler goes.
    let answer = Box::pin(core_table(invocation)).await;
    Ok(answer.unwrap_or_else(|error| failed(action.word(), &error.to_string())))
}

fn failed(action: &str, why: &str) -> Answer {
    let summary = json!({ "action": action, "complete": false, "error": why });
    Answer::bad(format!("Migration failed: {why}"), summary)
}

#[required_env_vars(
    "SERVERS_TABLE_NAME" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Scan,
    ],
    "USER_MEMBERSHIP_TABLE_NAME" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Query,
        DynamoDBOperation::Scan,
    ],
    "CORE_TABLE_NAME" = [
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
async fn core_table(
    invocation: Invocation,
    env: CoreTableEnv,
) -> Result<Answer, required_env_vars::Error> {
    let names = TableNames {
        servers: env.servers_table_name.value().to_owned(),
        memberships: env.user_membership_table_name.value().to_owned(),
        core: env.core_table_name.value().to_owned(),
    };
    let pool = match user_pool().await {
        Ok(pool) => Some(pool),
        Err(error) if error.unresolved().iter().all(|one| one.reason() == Reason::Absent) => None,
        Err(error) => return Err(error),
    };
    // Declared for its permissions; everybody has to take the same lease.
    if env.migration_tools_leases_table.value() != lease::TABLE {
        let why = format!("MIGRATION_TOOLS_LEASES_TABLE has to be {}", lease::TABLE);
        return Ok(failed(invocation.action.word(), &why));
    }
    let journal = env.migration_journal_table.value();
    let action = invocation.action.word();
    let answer = match Work::begin(&invocation, &names, pool, journal).await {
        Ok(work) => work.answer().await,
        Err(why) => Err(why),
    };
    Ok(answer.unwrap_or_else(|why| failed(action, &why)))
}

#[required_env_vars("COGNITO_USER_POOL_ID" = [CognitoOperation::AdminGetUser])]
async fn user_pool(env: UserPoolEnv) -> Result<String, required_env_vars::Error> {
    Ok(env.cognito_user_pool_id.value().to_owned())
}

/// What every action works with.
struct Work {
    action: Action,
    budget: Budget,
    reader: Reader,
    tables: Three,
    names: Option<Names>,
    session: Session,
}

impl Work {
    async fn begin(
        invocation: &Invocation,
        names: &TableNames,
        pool: Option<String>,
        journals: &str,
    ) -> Result<Self, String> {
        let load = || async { Choice::default().load().await };
        let config = CONFIG.get_or_init(load).await;
        let pace = Pace::new(None, None);
        let builder = aws_sdk_dynamodb::config::Builder::from(config);
        let client = Client::from_conf(builder.interceptor(pace.throttles()).build());
        let reader = Reader::new(client.clone(), pace.clone());
        let tables = Three::describe(&reader, names).await.map_err(|error| error.to_string())?;
        // Tables that were made anew have a journal of their own.
        let subject = tables.identity();
        let journal = LEDGER.journal(config, journals, &format!("core-table: {subject}")).await;
        let journal = journal.map_err(|error| error.to_string())?;
        let action = invocation.action;
        let command = format!("core-table {}", action.word());
        let earlier = told::Kept::of(&journal, &command).map_err(|error| error.to_string())?;
        let way = Way {
            client,
            pace,
            tables: tables.tables(),
            lease: names.core.strip_suffix("-CoreTable").unwrap_or(&names.core).to_owned(),
            holder: format!("Lambda invocation {}", invocation.id),
            patience: (invocation.budget.rest() / 3).min(PATIENCE),
        };
        let about = (command.as_str(), subject.as_str());
        let session = Session::begin(way, &journal, about, earlier.map(|kept| kept.run)).await;
        let session = session.map_err(|stop| stop.to_string())?;
        let names = pool.map(|pool| Names::new(Pools::new(config), pool));
        Ok(Self { action, budget: invocation.budget, reader, tables, names, session })
    }

    async fn answer(self) -> Result<Answer, String> {
        let done = match self.action {
            Action::Migrate => Box::pin(self.migrate()).await,
            Action::DryRun | Action::Verify => Box::pin(self.compare()).await,
            Action::Rollback => Box::pin(self.roll_back()).await,
        };
        let exit = match &done {
            Ok(told) => told.exit,
            Err(_) => 3,
        };
        let summary = done.as_ref().map_or(Value::Null, |told| told.answer.summary.clone());
        let ended = self.session.end(exit, summary).await;
        let told = done.map_err(|stop| stop.to_string())?;
        ended.map_err(|stop| stop.to_string())?;
        Ok(told.answer)
    }

    fn old(&self) -> Old<'_> {
        let names = self.names.as_ref();
        Old { reader: &self.reader, tables: &self.tables, names, users: None, limit: Some(PAGE) }
    }

    /// Work for as long as there is time: nothing where that was over.
    async fn within<F: Future<Output = Result<(), Stop>>>(&self, work: F) -> Result<bool, Stop> {
        match tokio::time::timeout(self.budget.rest().max(Duration::from_millis(1)), work).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(Stop::Interrupted)) | Err(_) => Ok(false),
            Ok(Err(stop)) => Err(stop),
        }
    }
}
