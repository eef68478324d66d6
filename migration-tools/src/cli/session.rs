//! What every command has in common that changes records: the journal, the lease, a run, and the tables
//! of the deployment.
//!
//! [`journal`] opens the journal or begins it, [`kept_journal`] only opens it, [`Ground::survey`] asks
//! which tables there are: none of them writes to AWS, so that a dry run can have all of them. [`run`]
//! does the rest: it takes the lease, begins a run, settles what killed runs left open, lets the command
//! do its work, and ends all of that in its order, whatever came of the work.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use futures::{StreamExt, stream};
use required_env_vars::{Failure, Reason};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;
use crate::amplify::{Kind, check_name, names, tables};
use crate::engine::journal::{Journal, Run};
use crate::engine::keeper::Keeper;
use crate::engine::read::{Described, ReadError, Reader};
use crate::engine::recorder::Recorder;
use crate::engine::settle::{Settlement, settle};
use crate::engine::stop::Stop;
use crate::engine::table::Tables;
use crate::engine::writer::{Old, Writer};

/// Tables that are described at once.
const AT_ONCE: usize = 8;

/// The tables of a deployment, as they are now.
pub(super) struct Ground {
    /// Those that exist.
    pub(super) described: BTreeMap<&'static str, Described>,
    /// Those that do not: key in the plan, and name.
    pub(super) absent: Vec<(&'static str, String)>,
    /// Those of which that is unknown, since they may not be asked.
    pub(super) unknown: Vec<(&'static str, String, Failure)>,
    /// What reads them, and cannot write.
    pub(super) reader: Reader,
    client: Client,
}

/// What a command is about to do.
pub(super) struct Plan {
    /// The command with its flags that matter; never an id of a user.
    pub(super) command: String,
    /// The run that this one goes on with.
    pub(super) continues: Option<u64>,
    /// What becomes of records that are copied.
    pub(super) old: Old,
}

/// What a command works with while it has the lease.
pub(super) struct Session {
    /// What writes; it has the tables, and the recorder with the journal and the run's number.
    pub(super) writer: Writer,
    /// What killed runs had left open.
    pub(super) settlement: Settlement,
}

/// How a command's work ended.
pub(super) struct Ended {
    /// Its exit code.
    pub(super) end: End,
    /// What it did, as the journal keeps it for `status` and `report`. No id of a user.
    pub(super) summary: Value,
}

/// The journal of this deployment, begun where there is none.
///
/// # Errors
///
/// When it is in use, of another deployment, or cannot be written.
pub(super) fn journal(settings: &Settings, global: &Global) -> Result<Arc<Journal>, Failed> {
    let region = &settings.region;
    let deployment = format!("{} in {region}", of(settings));
    Ok(Arc::new(Journal::open(&global.journal, &deployment)?))
}

/// The journal of this deployment, if there is one; none is begun.
///
/// # Errors
///
/// As [`journal`].
pub(super) fn kept_journal(
    settings: &Settings,
    global: &Global,
) -> Result<Option<Arc<Journal>>, Failed> {
    match Journal::is_in(&global.journal) {
        true => journal(settings, global).map(Some),
        false => Ok(None),
    }
}

/// The deployment and its stage, as the lease is named.
fn of(settings: &Settings) -> String {
    format!("{}-{}", settings.deployment.dep_name(), settings.deployment.stage())
}

impl Ground {
    /// Asks which tables exist, and what their keys are.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, AWS cannot be reached, names cannot be known, or there is no table of
    /// this deployment at all.
    pub(super) async fn survey(settings: &Settings) -> Result<Self, Failed> {
        let client = Client::new(&settings.config);
        let reader = Reader::new(client.clone());
        let named: BTreeMap<&'static str, String> = names(&settings.config, &settings.deployment)
            .await?
            .into_iter()
            .filter(|one| one.resource.kind == Kind::Table)
            .map(|one| (one.resource.key, one.name))
            .collect();
        let wanted = tables::all().map(|table| {
            let name = named.get(table.key).cloned();
            (table.key, name.unwrap_or_else(|| table.name(&settings.deployment)))
        });
        // What AWS takes for no name is no table.
        let wanted: Vec<(&'static str, String)> =
            wanted.filter(|(_, name)| check_name(Kind::Table, name).is_ok()).collect();
        let asks = &reader;
        let ask = |(key, name): (&'static str, String)| async move {
            let answer = asks.describe(&name).await;
            (key, name, answer)
        };
        let asked = stream::iter(wanted).map(ask);
        let answers: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
        let mut ground = Self {
            described: BTreeMap::new(),
            absent: Vec::new(),
            unknown: Vec::new(),
            reader: reader.clone(),
            client,
        };
        for (key, name, answer) in answers {
            match answer {
                Ok(described) => {
                    ground.described.insert(key, described);
                }
                Err(ReadError::Absent(_)) => ground.absent.push((key, name)),
                Err(ReadError::Failed { failure, .. })
                    if failure.reason() == Reason::AccessDenied =>
                {
                    ground.unknown.push((key, name, failure));
                }
                Err(ReadError::Failed { failure, .. }) => {
                    let what = format!("cannot look at the table {name}");
                    return Err(Failed::Aws { what, failure });
                }
                Err(error) => return Err(Failed::Prerequisite(error.to_string())),
            }
        }
        ground.absent.sort_unstable();
        ground.unknown.sort_unstable_by_key(|(key, ..)| *key);
        if ground.described.is_empty() && ground.unknown.is_empty() {
            return Err(Failed::Prerequisite(format!(
                "no table of this deployment exists in {}; check --dep-name, --stage, --region and --profile",
                settings.region
            )));
        }
        Ok(ground)
    }

    /// Those that exist, for the engine.
    pub(super) fn tables(&self) -> Tables {
        self.described.iter().map(|(key, one)| (*key, one.table.clone())).collect()
    }
}

/// Does the work of a command that changes records: as the only run of this deployment, and with a
/// journal. The work answers how it ended; that, its error, and its summary are what the journal has of
/// the run afterwards.
///
/// # Errors
///
/// When the work cannot begin, its own error, or that the journal or the lease was lost at its end.
pub(super) async fn run<W>(
    settings: &Settings,
    console: &Console,
    journal: &Arc<Journal>,
    ground: &Ground,
    plan: Plan,
    work: W,
) -> Result<End, Failed>
where
    W: AsyncFnOnce(&Session) -> Result<Ended, Failed>,
{
    let mut about = Run {
        command: plan.command,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: now(),
        continues: plan.continues,
        ..Run::default()
    };
    let lease = Keeper::take(&ground.client, &of(settings), &holder(&about.started)).await;
    let lease = lease.map_err(Stop::from)?;
    let number = match journal.begin(&about) {
        Ok(number) => number,
        Err(error) => {
            // The error of the journal is what has to be told.
            let _ = lease.release().await;
            return Err(error.into());
        }
    };
    let recorder = Recorder::new(Arc::clone(journal), number);
    let writer = Writer::new(ground.client.clone(), ground.tables(), recorder, lease, plan.old);
    let mut session = Session { writer, settlement: Settlement::default() };
    let worked = match begin(ground, &mut session, console).await {
        Ok(()) => work(&session).await,
        Err(stop) => Err(stop.into()),
    };
    let (end, summary) = match &worked {
        Ok(ended) => (ended.end, Some(ended.summary.clone())),
        Err(failed) => (failed.end(), None),
    };
    let flushed = session.writer.recorder.flush().await;
    about.ended = Some(now());
    about.exit = Some(end.code());
    about.summary = summary;
    let updated = journal.update(number, &about).map_err(Stop::from);
    let closed = session.writer.close().await;
    worked?;
    flushed.and(updated).and(closed)?;
    Ok(end)
}

async fn begin(ground: &Ground, session: &mut Session, console: &Console) -> Result<(), Stop> {
    let writer = &session.writer;
    let found = settle(&ground.reader, &writer.tables, &writer.recorder).await?;
    session.settlement = found;
    let Settlement { proven, void, unclear } = found;
    if found != Settlement::default() {
        console.say(&format!(
            "An earlier run was stopped in the middle of {} changes: {proven} were made, {void} were not.",
            proven + void + unclear
        ));
    }
    if unclear > 0 {
        console.problem(&format!(
            "Of {unclear} of them nobody can tell, since the records were changed meanwhile or cannot be read; `rollback --dry-run` names them."
        ));
    }
    Ok(())
}

/// Who is at work, for others who want to be.
fn holder(started: &str) -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let user = variable("USER").or_else(|| variable("USERNAME"));
    let host = variable("HOSTNAME").or_else(|| variable("COMPUTERNAME")).or_else(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
        Some(name.trim().to_owned())
    });
    let (user, host) =
        (user.as_deref().unwrap_or("someone"), host.as_deref().unwrap_or("somewhere"));
    format!("{user}@{host} (process {}, since {started})", std::process::id())
}

/// Now, RFC 3339, UTC.
fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}
