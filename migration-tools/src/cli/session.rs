//! What commands that read or change a deployment have in common: the way there, its tables, and, for
//! those that change it, the lease, the journal and a run in it.

use std::env;
use std::sync::Arc;

use aws_clients::Calls;
use aws_sdk_dynamodb::Client;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;
use crate::amplify::migration::{Targets, find, table_names};
use crate::amplify::names;
use crate::engine::journal::{Journal, Run};
use crate::engine::keeper::Keeper;
use crate::engine::pace::Pace;
use crate::engine::read::Reader;
use crate::engine::recorder::Recorder;
use crate::engine::writer::{Old, Writer};

/// A deployment that can be read.
pub(super) struct Deployed {
    pub(super) settings: Settings,
    pub(super) pace: Pace,
    pub(super) calls: Calls,
    pub(super) reader: Reader,
    pub(super) targets: Targets,
    client: Client,
}

/// A run that may change it.
pub(super) struct Session {
    pub(super) writer: Writer,
    pub(super) journal: Arc<Journal>,
    pub(super) number: u64,
    run: Run,
}

impl Deployed {
    /// Finds the tables of the deployment.
    ///
    /// # Errors
    ///
    /// When names are not known, or a table may exist and cannot be asked: it is not left out.
    pub(super) async fn find(global: &Global, console: &Console) -> Result<Self, Failed> {
        let settings = Settings::read(global).await?;
        let named = names(&settings.config, &settings.deployment).await?;
        let (pace, calls) = (Pace::new(global.max_rcu, global.max_wcu), Calls::default());
        let config = aws_sdk_dynamodb::config::Builder::from(&settings.config)
            .interceptor(pace.throttles())
            .interceptor(calls.clone());
        let client = Client::from_conf(config.build());
        let reader = Reader::new(client.clone(), pace.clone());
        let targets = find(&reader, &table_names(&named, &settings.deployment)).await;
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
                "{} tables may exist and cannot be asked for; see to the permission dynamodb:DescribeTable on them",
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
        Ok(Self { settings, pace, calls, reader, targets, client })
    }

    /// Whose records a journal is about: deployment, region and account.
    pub(super) fn whose(&self) -> String {
        let deployment = &self.settings.deployment;
        let (dep_name, stage) = (deployment.dep_name(), deployment.stage());
        let arn = self.targets.present.first().map(|target| target.described.arn.as_str());
        let account = arn.and_then(|arn| arn.split(':').nth(4)).unwrap_or_default();
        format!("{dep_name}-{stage} in {} of {account}", self.settings.region)
    }

    /// Begins a run: takes the lease, opens the journal, and looks up what became of what an earlier
    /// run left open. `subject` is what it is about.
    ///
    /// # Errors
    ///
    /// When somebody else is at work, or the journal cannot be used.
    pub(super) async fn begin(
        &self,
        global: &Global,
        old: Old,
        command: &str,
        subject: &str,
    ) -> Result<Session, Failed> {
        // The journal first: another run on this machine is told from one elsewhere.
        let journal = Arc::new(Journal::open(&global.journal, &self.whose())?);
        let deployment = &self.settings.deployment;
        let of = format!("{}-{}", deployment.dep_name(), deployment.stage());
        let lease = Keeper::take(&self.client, &of, &holder(command)).await;
        let lease = lease.map_err(|error| Failed::Stop(error.into()))?;
        let run = Run {
            command: command.to_owned(),
            subject: subject.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: now(),
            continues: continues(&journal.runs()?, command, subject),
            ..Run::default()
        };
        let number = journal.begin(&run)?;
        let recorder = Recorder::new(Arc::clone(&journal), number);
        let client = (self.client.clone(), self.pace.clone());
        let writer = Writer::new(client, self.targets.tables(), recorder, lease, old);
        Ok(Session { writer, journal, number, run })
    }
}

impl Session {
    /// Ends the run, however it went: the journal is told first, then the lease is given back.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written. A lease that cannot be given back ends by itself.
    pub(super) async fn end(
        mut self,
        console: &Console,
        end: End,
        summary: Option<serde_json::Value>,
    ) -> Result<(), Failed> {
        self.run.ended = Some(now());
        self.run.exit = Some(end.code());
        self.run.summary = summary;
        self.writer.recorder.flush().await?;
        self.journal.update(self.number, &self.run)?;
        if let Err(error) = self.writer.close().await {
            console.problem(&format!("warning: {error}"));
        }
        Ok(())
    }
}

/// The run that one goes on with: the last one, where it is the same and did not come to its end.
fn continues(runs: &[(u64, Run)], command: &str, subject: &str) -> Option<u64> {
    let (number, last) = runs.last()?;
    let same = last.command == command && last.subject == subject;
    (same && last.exit != Some(0)).then_some(*number)
}

/// Who holds the lease, as others are told: somebody, somewhere, with what, since when.
fn holder(command: &str) -> String {
    let variable = |names: [&str; 2]| names.iter().find_map(|name| env::var(name).ok());
    let user = variable(["USER", "USERNAME"]).unwrap_or_else(|| "somebody".to_owned());
    let host = variable(["HOSTNAME", "COMPUTERNAME"]).or_else(host_of_machine);
    let host = host.unwrap_or_else(|| "a machine".to_owned());
    format!("{user} on {host} ({command}, process {}, since {})", std::process::id(), now())
}

fn host_of_machine() -> Option<String> {
    let name = std::fs::read_to_string("/etc/hostname").ok()?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Now, RFC 3339, UTC.
pub(super) fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}
