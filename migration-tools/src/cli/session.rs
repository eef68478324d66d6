//! What every command has in common that changes records: the journal, the lease, a run, and the tables
//! of the deployment.
//!
//! [`journal`] opens the journal or begins it, [`kept_journal`] only opens it, [`Ground::survey`] asks
//! which tables there are: none of them writes to AWS, so that a dry run can have all of them. [`run`]
//! does the rest: it takes the lease, begins a run, settles what killed runs left open, lets the command
//! do its work, and ends all of that in its order, whatever came of the work.

use std::sync::Arc;

use aws_clients::Calls;
use aws_sdk_dynamodb::Client;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;
use crate::amplify::migration::{Targets, find, table_names};
use crate::amplify::{Existence, Inspector, Kind, Named, names};
use crate::engine::journal::{Journal, Run};
use crate::engine::keeper::Keeper;
use crate::engine::objects::{self, Buckets, Storage};
use crate::engine::pace::Pace;
use crate::engine::read::Reader;
use crate::engine::recorder::Recorder;
use crate::engine::settle::{Settlement, settle};
use crate::engine::stop::Stop;
use crate::engine::table::Tables;
use crate::engine::writer::{Old, Writer};

/// Buckets that are asked for at once.
const AT_ONCE: usize = 8;

/// A deployment that can be read.
pub(super) struct Ground {
    /// Its tables, as they are now.
    pub(super) targets: Targets,
    /// What reads them, and cannot write.
    pub(super) reader: Reader,
    /// How fast they are read and written.
    pub(super) pace: Pace,
    /// What was called.
    pub(super) calls: Calls,
    /// The names of all tables and buckets.
    pub(super) named: Vec<Named>,
    /// Its buckets, where the command works on objects.
    pub(super) storage: Option<Storage>,
    client: Client,
    /// Tables that are none of Amplify's.
    others: Tables,
    /// The ARN of one of them.
    arn: String,
}

/// What a command is about to do.
pub(super) struct Plan {
    /// The command with its flags that matter; never an id of a user.
    pub(super) command: String,
    /// What it is about: the digest of an id map, or the run that is taken back.
    pub(super) subject: String,
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
pub(super) fn journal(
    settings: &Settings,
    global: &Global,
    ground: &Ground,
) -> Result<Arc<Journal>, Failed> {
    let (region, account) = (&settings.region, ground.account());
    let deployment = format!("{} in {region} of account {account}", of(settings));
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
    ground: &Ground,
) -> Result<Option<Arc<Journal>>, Failed> {
    match Journal::is_in(&global.journal) {
        true => journal(settings, global, ground).map(Some),
        false => Ok(None),
    }
}

/// The deployment and its stage, as the lease is named.
fn of(settings: &Settings) -> String {
    format!("{}-{}", settings.deployment.dep_name(), settings.deployment.stage())
}

impl Ground {
    /// The way to a deployment of which no table is known yet. Makes no call.
    pub(super) fn connect(settings: &Settings, global: &Global) -> Self {
        let (pace, calls) = (Pace::new(global.max_rcu, global.max_wcu), Calls::default());
        let config = aws_sdk_dynamodb::config::Builder::from(&settings.config)
            .interceptor(pace.throttles())
            .interceptor(calls.clone());
        let client = Client::from_conf(config.build());
        let reader = Reader::new(client.clone(), pace.clone());
        let (targets, others, arn) = (Targets::default(), Tables::new(), String::new());
        let (named, storage) = (Vec::new(), None);
        Self { targets, reader, pace, calls, named, storage, client, others, arn }
    }

    /// The same with tables that are none of Amplify's; `arn` is that of one of them.
    pub(super) fn with(self, others: Tables, arn: &str) -> Self {
        Self { others, arn: arn.to_owned(), ..self }
    }

    /// Asks which tables exist, and what their keys are.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, AWS cannot be reached, names cannot be known, there is no table of this
    /// deployment at all, or one may exist and cannot be asked: nobody may take it for absent.
    pub(super) async fn survey(
        settings: &Settings,
        global: &Global,
        console: &Console,
    ) -> Result<Self, Failed> {
        let named = names(&settings.config, &settings.deployment).await?;
        let ground = Self::connect(settings, global);
        let targets = find(&ground.reader, &table_names(&named, &settings.deployment)).await;
        let region = &settings.region;
        if let Some(failure) = targets.barred() {
            let what = format!("cannot look for any table in {region}");
            return Err(Failed::Aws { what, failure: failure.clone() });
        }
        for missing in &targets.unclear {
            let why = missing.why.as_ref().map_or_else(String::new, ToString::to_string);
            console.problem(&format!("{} ({}): {why}", missing.table.key, missing.name));
        }
        if !targets.unclear.is_empty() {
            return Err(Failed::Prerequisite(format!(
                "{} tables may exist and cannot be asked for, and none is left out by mistake; see to dynamodb:DescribeTable on them",
                targets.unclear.len()
            )));
        }
        if targets.present.is_empty() {
            return Err(Failed::Prerequisite(format!(
                "no table of this deployment exists in {region}; check --dep-name, --stage, --region and --profile"
            )));
        }
        for missing in &targets.absent {
            console.detail(&format!("{} ({}) does not exist", missing.table.key, missing.name));
        }
        Ok(Self { targets, named, ..ground })
    }

    /// Asks which buckets exist, so that objects can be worked on.
    ///
    /// # Errors
    ///
    /// When one may exist and cannot be asked for, or is in another region: nobody may take it for
    /// absent.
    pub(super) async fn with_storage(
        mut self,
        settings: &Settings,
        console: &Console,
    ) -> Result<Self, Failed> {
        let buckets: Vec<Named> =
            self.named.iter().filter(|one| one.resource.kind == Kind::Bucket).cloned().collect();
        let found = Inspector::new(&settings.config).all(&buckets, AT_ONCE).await;
        let mut existing = Buckets::new();
        for (one, found) in buckets.into_iter().zip(found) {
            match found {
                Existence::Exists => {
                    existing.insert(one.resource.key, one.name);
                }
                Existence::Absent => {
                    console.detail(&format!("{} ({}) does not exist", one.resource.key, one.name));
                }
                found @ (Existence::Elsewhere(_) | Existence::Unknown(_)) => {
                    return Err(Failed::Prerequisite(format!(
                        "the bucket {} ({}) is {found}, and none is left out by mistake; see to s3:ListBucket on it and to --region, or leave objects out with --without-objects",
                        one.name, one.resource.key
                    )));
                }
            }
        }
        let config = aws_sdk_s3::config::Builder::from(&settings.config)
            .interceptor(self.calls.clone())
            .build();
        let client = aws_sdk_s3::Client::from_conf(config);
        self.storage = Some(Storage { client, buckets: existing });
        Ok(self)
    }

    /// Those that exist, for the engine.
    pub(super) fn tables(&self) -> Tables {
        let mut tables = self.targets.tables();
        tables.extend(self.others.iter().map(|(key, table)| (*key, table.clone())));
        tables
    }

    /// The account that they are in.
    fn account(&self) -> &str {
        let arn = self.targets.present.first().map(|target| target.described.arn.as_str());
        arn.unwrap_or(&self.arn).split(':').nth(4).unwrap_or_default()
    }
}

/// Refuses to go on where a rollback of these migrations was not finished.
///
/// # Errors
///
/// Where that is so.
pub(super) fn nothing_half_undone(journal: &Journal, family: Family) -> Result<(), Failed> {
    match journal.done(family.undoing)? {
        None => Ok(()),
        Some(run) => Err(Failed::Prerequisite(format!(
            "the rollback that run {run} began was not finished, so that records are neither as before nor as after; finish it with `migration-tools {}` first",
            family.rollback
        ))),
    }
}

/// Commands whose runs are taken back together, and by which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Family {
    /// The command that takes them back.
    pub(super) rollback: &'static str,
    /// The mark of a rollback that has begun and has not ended, in the journal.
    undoing: &'static str,
}

impl Family {
    /// Everything about user ids.
    pub(super) const IDS: Self = Self { rollback: "rollback", undoing: "undoing" };
    /// Everything about CoreTable.
    pub(super) const CORE: Self =
        Self { rollback: "core-table rollback", undoing: "undoing core-table" };

    /// Everything about profiles.
    pub(super) const PROFILES: Self =
        Self { rollback: "profiles rollback", undoing: "undoing profiles" };

    /// That of a run.
    pub(super) fn of(run: &Run) -> Self {
        match run.command.split_whitespace().next() {
            Some("core-table") => Self::CORE,
            Some("profiles") => Self::PROFILES,
            _ => Self::IDS,
        }
    }

    pub(super) fn undoing(self) -> &'static str {
        self.undoing
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
        subject: plan.subject,
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
    let writer = Writer::new(
        (ground.client.clone(), ground.pace.clone()),
        ground.tables(),
        recorder,
        lease,
        plan.old,
    );
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
    let mut found = settle(&ground.reader, &writer.tables, &writer.recorder).await?;
    if let Some(storage) = &ground.storage {
        let (journal, run) = (writer.recorder.journal(), writer.recorder.run());
        let moves = objects::settle(storage, journal, run).await?;
        found.proven += moves.proven;
        found.void += moves.void;
    }
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

/// The run that one goes on with: the last one, where it is the same and did not come to its end.
pub(super) fn continues(runs: &[(u64, Run)], command: &str, subject: &str) -> Option<u64> {
    let (number, last) = runs.last()?;
    let same = last.command == command && last.subject == subject;
    (same && last.exit != Some(0)).then_some(*number)
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
pub(super) fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}
