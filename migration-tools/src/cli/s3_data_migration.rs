//! `s3-data-migration`: objects go to the consolidation bucket and the user storage, and ids stay.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use time::OffsetDateTime;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::id_migration::{Summary, map::MapChoice, needed, setting, show};
use super::interrupt::Interrupt;
use super::question;
use super::session::{self, Ended, Ground, Session};
use super::settings::Settings;
use super::watch::Watch;
use crate::amplify::id_map::IdMap;
use crate::amplify::migration::{Choice, Done, Migration, Rename, Step, Target};
use crate::amplify::objects;
use crate::amplify::objects::{Family, Looked, Transient, look, remove_transient};
use crate::amplify::tables::{Objects, Turn};
use crate::engine::events::Listener;
use crate::engine::journal::Journal;
use crate::engine::stop::Stop;
use crate::engine::timeline::Timekeeper;
use crate::engine::writer::Old;

/// The command, as the journal has it.
const COMMAND: &str = "s3-data-migration";

#[derive(Args, Debug)]
pub(super) struct S3DataMigration {
    /// Which objects: all, conversations, shares, code-interpreter, agent-state, scheduled-task-logs,
    /// artifacts, workflow-templates, group-conversations, data-disclosure, api-documentation,
    /// conversion-templates; or conversion-cleanup, which is not part of all: what conversions of
    /// documents have left behind is deleted for good
    #[arg(long, value_name = "OBJECTS", value_delimiter = ',', default_value = "all")]
    bucket: Vec<Bucket>,
    /// Only objects of these users, by their old and new ids, which both stay as they are; columns old_id
    /// and new_id [default: everybody's]
    #[arg(long, value_name = "FILE")]
    csv_file: Option<PathBuf>,
    /// Say what would be copied, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before the run
    #[arg(long)]
    no_confirmation: bool,
    /// Objects stay where they were too, for `id-migration-cleanup`
    #[arg(long)]
    keep_old: bool,
    /// Do not check that tables have backups and buckets keep versions: there is another way back
    #[arg(long)]
    dont_backup: bool,
}

/// What `--bucket` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bucket {
    All,
    Family(Family),
    Transient,
}

impl FromStr for Bucket {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "conversion-cleanup" => Ok(Self::Transient),
            text => Family::from_str(text)
                .map(Self::Family)
                .map_err(|error| format!("{error}, conversion-cleanup")),
        }
    }
}

/// What would be done, as a document.
#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    dry_run: bool,
    objects: &'d [Looked],
    removed: &'d [Transient],
}

impl S3DataMigration {
    /// How its log is named where no other file is given.
    pub(super) fn log(&self) -> &'static str {
        if self.dry_run { "s3_migration_dry_run" } else { "s3_migration_migration" }
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let map = self.map(&settings, console).await?;
        let ground = Ground::survey(&settings, global, console).await?;
        needed::prerequisites(&settings, &ground).await?;
        let ground = ground.with_storage(&settings, console).await?;
        let families = self.families();
        let takes: Vec<&Target> =
            ground.targets.present.iter().filter(|one| points(one, &families)).collect();
        let interrupt = Interrupt::listen();
        let work = Work {
            command: &self,
            global,
            console,
            settings: &settings,
            map: &map,
            ground: &ground,
            families: &families,
            takes: &takes,
            interrupt: &interrupt,
        };
        if !self.dry_run && !self.dont_backup && !families.is_empty() {
            super::id_migration::backups::required(&settings, console, &ground, &takes).await?;
        }
        let journal = match self.dry_run {
            true => session::kept_journal(&settings, global, &ground).ok().flatten(),
            false => Some(session::journal(&settings, global, &ground)?),
        };
        if let Some(journal) = &journal {
            session::nothing_half_undone(journal, session::Family::IDS)?;
        }
        let (looked, transient) = work.look(journal.as_deref()).await?;
        let document = work.document(&looked, &transient, true);
        let Some(journal) = journal.filter(|_| !self.dry_run) else {
            console.document(&document);
            return Ok(End::Done);
        };
        if !self.no_confirmation
            && let Err(end) = question::yes(console, "Continue?", "--no-confirmation").await
        {
            return Ok(end);
        }
        work.migrate(&journal).await
    }

    /// Whose objects take part: their ids stay as they are now.
    async fn map(&self, settings: &Settings, console: &Console) -> Result<IdMap, Failed> {
        let Some(path) = &self.csv_file else { return Ok(IdMap::everyone()) };
        let choice = MapChoice {
            csv_file: path,
            no_id_change: false,
            use_sub: false,
            user_pool_id: None,
            users: None,
            allow_chains: true,
        };
        let map = choice.read(settings, console).await?;
        let ids = map.pairs().flat_map(|pair| [pair.old, pair.new]);
        let ids: BTreeSet<&str> = ids.collect();
        IdMap::from_pairs(
            ids.into_iter().map(|id| (id, id)),
            &crate::amplify::id_map::Rules::default(),
        )
        .map_err(|source| Failed::Map { path: path.clone(), source })
    }

    fn families(&self) -> BTreeSet<Family> {
        let of = |bucket: &Bucket| match bucket {
            Bucket::All => Family::ALL.to_vec(),
            Bucket::Family(family) => vec![*family],
            Bucket::Transient => Vec::new(),
        };
        self.bucket.iter().flat_map(of).collect()
    }

    /// The command with its flags that matter.
    fn words(&self) -> String {
        let mut words = vec![COMMAND.to_owned()];
        let families = self.families();
        if families.len() < Family::ALL.len() {
            let named: Vec<&str> = families.iter().map(|family| family.word()).collect();
            words.push(format!("--bucket {}", named.join(",")));
        }
        if self.keep_old {
            words.push("--keep-old".to_owned());
        }
        words.join(" ")
    }
}

/// Whether a table's records point to objects of these families.
fn points(target: &Target, families: &BTreeSet<Family>) -> bool {
    let own = families.iter().any(|family| family.table() == Some(target.table.key));
    own || (target.table.turn == Turn::Storage && families.contains(&Family::Shares))
}

/// What one invocation works with.
struct Work<'a> {
    command: &'a S3DataMigration,
    global: &'a Global,
    console: &'a Console,
    settings: &'a Settings,
    map: &'a IdMap,
    ground: &'a Ground,
    families: &'a BTreeSet<Family>,
    takes: &'a [&'a Target],
    interrupt: &'a Interrupt,
}

impl Work<'_> {
    /// Lists everything, and says what would be done.
    async fn look(
        &self,
        journal: Option<&Journal>,
    ) -> Result<(Vec<Looked>, Vec<Transient>), Failed> {
        let Some(storage) = &self.ground.storage else { return Ok(Default::default()) };
        let interrupted = || self.interrupt.requested();
        let looked = look(storage, self.families, self.map, journal, &interrupted).await?;
        self.console.say(&format!(
            "{} of {}, stage {}, region {}; ids stay as they are.",
            if self.command.dry_run { "Dry run" } else { "Plan" },
            self.settings.deployment.dep_name(),
            self.settings.deployment.stage(),
            self.settings.region
        ));
        show::objects(self.console, &looked);
        let count: u64 = looked.iter().map(|one| one.moves).sum();
        self.console.say(&format!("{count} objects to copy, and the records that point to them."));
        let mut transient = Vec::new();
        if self.command.bucket.contains(&Bucket::Transient) {
            transient = remove_transient(storage, now(), None, &interrupted).await?;
            self.transient(&transient, "would be deleted for good");
        }
        Ok((looked, transient))
    }

    fn transient(&self, all: &[Transient], what: &str) {
        for one in all {
            self.console.say(&format!(
                "  {}: {} objects {what}, {} younger than a day stay",
                one.bucket, one.removed, one.young
            ));
            if let Some(why) = &one.why {
                self.console.problem(&format!(
                    "  {}: {} could not be deleted: {why}",
                    one.bucket, one.failed
                ));
            }
        }
    }

    fn document<'d>(
        &'d self,
        objects: &'d [Looked],
        removed: &'d [Transient],
        dry_run: bool,
    ) -> Document<'d> {
        Document {
            command: COMMAND,
            dep_name: self.settings.deployment.dep_name(),
            stage: self.settings.deployment.stage(),
            region: &self.settings.region,
            dry_run,
            objects,
            removed,
        }
    }

    async fn migrate(&self, journal: &Arc<Journal>) -> Result<End, Failed> {
        let command = self.command.words();
        let subject = String::new();
        let about = session::Plan {
            continues: session::continues(&journal.runs()?, &command, &subject),
            command,
            subject,
            old: if self.command.keep_old { Old::Keep } else { Old::Delete },
        };
        let (settings, console, ground) = (self.settings, self.console, self.ground);
        session::run(settings, console, journal, ground, about, async |session| {
            let (watch, timekeeper) = (Watch::new(console), Timekeeper::start());
            let listeners: &[&dyn Listener] = &[&watch, &timekeeper];
            let (done, stopped) = self.copied(session, &listeners).await;
            let mut transient = Vec::new();
            let storage = ground.storage.as_ref();
            if let (Some(storage), true, true) =
                (storage, stopped.is_ok(), self.command.bucket.contains(&Bucket::Transient))
            {
                let may_write = || session.writer.lease.check().map_err(Stop::from);
                let interrupted = || self.interrupt.requested();
                transient =
                    remove_transient(storage, now(), Some(&may_write), &interrupted).await?;
            }
            let interrupted = matches!(stopped, Err(Stop::Interrupted));
            let summary = Summary {
                timeline: timekeeper.timeline(),
                interrupted,
                ..Summary::of_objects(&done, (COMMAND, settings), session, ground)
            };
            let shown = summary.show(console, session);
            self.transient(&transient, "deleted");
            console.document(&summary);
            stopped.or_else(|stop| if interrupted { Ok(()) } else { Err(stop) })?;
            shown?;
            let failed = transient.iter().any(|one| one.failed > 0);
            let end = match (interrupted, done.complete() && !failed) {
                (true, _) => End::Interrupted,
                (false, true) => End::Done,
                (false, false) => End::Partly,
            };
            Ok(Ended { end, summary: serde_json::to_value(&summary).unwrap_or_default() })
        })
        .await
    }

    async fn copied(
        &self,
        session: &Session,
        listeners: &dyn Listener,
    ) -> (Done, Result<(), Stop>) {
        let Some(storage) = self.ground.storage.as_ref().filter(|_| !self.families.is_empty())
        else {
            return (Done { quiet: true, ..Done::default() }, Ok(()));
        };
        let interrupted = || self.interrupt.requested();
        let objects = objects::Objects::new(
            storage,
            self.families,
            (&self.ground.reader, &session.writer),
            listeners,
            &interrupted,
            setting(self.global),
        );
        let mut choice = Choice { steps: [Step::Objects].into(), ..Choice::default() };
        choice.settings.objects = Objects::Moved;
        let migration = Migration {
            objects: Some((&objects, self.map)),
            reader: &self.ground.reader,
            writer: &session.writer,
            rule: Rename { objects: Some(&objects), ..Rename::new(self.map, &choice.settings) },
            takes: self.takes,
            listener: listeners,
            interrupted: &interrupted,
            at_once: usize::from(self.global.concurrency),
        };
        migration.run().await
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}
