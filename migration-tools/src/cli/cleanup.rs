//! `id-migration-cleanup`: deletes the old records that a migration has kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::end::{End, Failed};
use super::findings::{Counted, Findings};
use super::global::Global;
use super::id_migration::map::MapChoice;
use super::interrupt::Interrupt;
use super::question;
use super::session::{self, Ended, Family, Ground};
use super::settings::Settings;
use crate::amplify::id_map::IdMap;
use crate::amplify::migration::{Choice, Rename, Target, clean_up};
use crate::amplify::objects::Kept;
use crate::amplify::tables::{Table, Turn};
use crate::engine::cleanup::{Cleaned, Cleanup, Counts};
use crate::engine::journal::{Finding, Journal, Run};
use crate::engine::patience::PATIENCE;
use crate::engine::stop::Stop;
use crate::engine::writer::{Old, Writer};

/// The command, as the journal has it.
pub(super) const COMMAND: &str = "id-migration-cleanup";

#[derive(Args, Debug)]
pub(super) struct IdMigrationCleanup {
    /// Where there is no journal of the migration: who was renamed, columns old_id and new_id. Every
    /// table is read, and what was merged or changed since it was copied stays
    #[arg(long, value_name = "FILE")]
    csv_file: Option<PathBuf>,
    /// Tables that the original leaves out took part; only where there is no journal
    #[arg(long, requires = "csv_file")]
    include_unlisted: bool,
    /// Say what would be deleted, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before; otherwise the word DELETE has to be typed
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    dry_run: bool,
    tables: &'d BTreeMap<String, Counts>,
    total: Counts,
    findings: Vec<Counted>,
}

impl IdMigrationCleanup {
    /// How its log is named where no other file is given.
    pub(super) fn log(&self) -> Option<&'static str> {
        (!self.dry_run).then_some("id_migration_cleanup")
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let ground = Ground::survey(&settings, global, console).await?;
        let ground = ground.with_storage(&settings, console).await?;
        let kept = session::kept_journal(&settings, global, &ground)?;
        let half_undone = |journal| session::nothing_half_undone(journal, Family::IDS);
        kept.as_deref().map(half_undone).transpose()?;
        let kept = kept.map(|journal| Ok::<_, Failed>((has_migrations(&journal)?, journal)));
        let (map, journal) = match (kept.transpose()?, &self.csv_file) {
            (Some((true, journal)), _) => (None, Some(journal)),
            (kept, Some(path)) => {
                console.say("No journal tells what was copied, so that every table is read.");
                let map = map(path, &settings, console).await?;
                (Some(map), kept.map(|(_, journal)| journal))
            }
            (_, None) => {
                return Err(Failed::Prerequisite(format!(
                    "there is no journal of a migration in {}, which knows what was copied and kept; give the --journal of the run, or --csv-file to have every record compared with its copy",
                    global.journal.display()
                )));
            }
        };
        let choice = Choice { include_unlisted: self.include_unlisted, ..Choice::default() };
        let interrupt = Interrupt::listen();
        let work = Work {
            global,
            console,
            settings: &settings,
            ground: &ground,
            map: map.as_ref(),
            choice: &choice,
            interrupt: &interrupt,
            findings: Findings::default(),
        };
        if self.dry_run || !self.force {
            let mut cleaned = work.clean(journal.as_deref(), None).await?;
            work.sweep(journal.as_deref(), None, &mut cleaned).await?;
            work.say(&cleaned, None);
            if self.dry_run || cleaned.total().deleted == 0 {
                work.document(&cleaned, true);
                return Ok(end(&cleaned));
            }
            work.findings.clear();
            let question = "Type DELETE to delete these old records:";
            if let Err(end) = question::word(console, question, "DELETE", "--force").await {
                return Ok(end);
            }
        }
        let journal = match journal {
            Some(journal) => journal,
            None => session::journal(&settings, global, &ground)?,
        };
        work.clean_up(&journal).await
    }
}

struct Work<'a> {
    global: &'a Global,
    console: &'a Console,
    settings: &'a Settings,
    ground: &'a Ground,
    /// Who was renamed, where no journal tells what was copied.
    map: Option<&'a IdMap>,
    choice: &'a Choice,
    interrupt: &'a Interrupt,
    findings: Findings,
}

impl Work<'_> {
    async fn clean_up(&self, journal: &Arc<Journal>) -> Result<End, Failed> {
        let (command, subject) = (COMMAND.to_owned(), String::new());
        let plan = session::Plan {
            continues: session::continues(&journal.runs()?, &command, &subject),
            command,
            subject,
            old: Old::default(),
        };
        let (settings, console, ground) = (self.settings, self.console, self.ground);
        session::run(settings, console, journal, ground, plan, async |session| {
            let mut cleaned = self.clean(Some(journal), Some(&session.writer)).await?;
            if cleaned.stopped.is_none() {
                self.sweep(Some(journal), Some(&session.writer), &mut cleaned).await?;
            }
            self.say(&cleaned, Some(session.writer.recorder.run()));
            let summary = serde_json::to_value(self.document(&cleaned, false));
            if let Some(stop) = cleaned.stopped.clone().filter(|stop| !is_interrupt(stop)) {
                return Err(stop.into());
            }
            Ok(Ended { end: end(&cleaned), summary: summary.unwrap_or_default() })
        })
        .await
    }

    /// Cleans up; without a writer, only looks.
    async fn clean(
        &self,
        journal: Option<&Journal>,
        writer: Option<&Writer>,
    ) -> Result<Cleaned, Failed> {
        let runs = journal.map(Journal::runs).transpose()?.unwrap_or_default();
        let runs: Vec<u64> = runs.into_iter().map(|(number, _)| number).collect();
        let renames = self.map.is_some_and(|map| map.renamed_users() > 0);
        let present = &self.ground.targets.present;
        let takes: Vec<&Target> = present
            .iter()
            .filter(|one| {
                self.choice.takes(one.table, renames) && may_be_deleted_from(one.table.key)
            })
            .collect();
        let mut total = 0;
        match (self.map, journal) {
            (None, Some(journal)) => {
                for run in &runs {
                    total += journal.count(*run)?.into_iter().map(|(_, count)| count).sum::<u64>();
                }
            }
            _ => total = takes.iter().map(|one| one.described.items).sum(),
        }
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let progress = RefCell::new(self.console.progress("looked at", total));
        let own = self.ground.tables();
        let cleanup = Cleanup {
            reader: &self.ground.reader,
            tables: writer.map_or(&own, |writer| &writer.tables),
            writer,
            at_once: usize::from(self.global.concurrency),
            may: &may_be_deleted_from,
            interrupted: &|| self.interrupt.requested(),
            found: &|finding| self.findings.hear(finding),
            through: &|count| progress.borrow_mut().add(count),
        };
        let cleaned = match (self.map, journal) {
            (Some(map), _) => {
                let rule = Rename::new(map, &self.choice.settings);
                clean_up(&cleanup, &takes, &rule).await
            }
            (None, Some(journal)) => cleanup.clean(journal, &runs).await,
            (None, None) => Cleaned::default(),
        };
        progress.into_inner().end();
        match cleaned.stopped {
            // A look that was not finished tells nothing.
            Some(stop) if writer.is_none() => Err(stop.into()),
            _ => Ok(cleaned),
        }
    }

    /// Objects that were copied and kept go, once no record points to them.
    async fn sweep(
        &self,
        journal: Option<&Journal>,
        writer: Option<&Writer>,
        cleaned: &mut Cleaned,
    ) -> Result<(), Failed> {
        let (Some(storage), Some(journal)) = (&self.ground.storage, journal) else {
            return Ok(());
        };
        let interrupted = || self.interrupt.requested();
        let found = |finding: Finding| {
            self.findings.hear(&finding);
            match writer {
                Some(writer) => writer.recorder.find(finding),
                None => Ok(()),
            }
        };
        let kept = Kept {
            storage,
            journal,
            reader: &self.ground.reader,
            targets: &self.ground.targets,
            writes: writer.map(|writer| (&writer.lease, writer.recorder.run())),
            interrupted: &interrupted,
            found: &found,
            patience: PATIENCE,
        };
        match kept.clean_up().await {
            Ok(swept) => {
                for (label, swept) in swept {
                    let counts = Counts {
                        deleted: swept.removed,
                        refused: swept.refused + swept.held,
                        ..Counts::default()
                    };
                    cleaned.tables.insert(label.to_owned(), counts);
                }
                Ok(())
            }
            Err(stop) if writer.is_some() => {
                cleaned.stopped = Some(stop);
                Ok(())
            }
            Err(stop) => Err(stop.into()),
        }
    }

    fn say(&self, cleaned: &Cleaned, run: Option<u64>) {
        let would = if run.is_some() { "" } else { "would be " };
        for (table, counts) in &cleaned.tables {
            self.console.say(&format!(
                "  {table:<42} {} {would}deleted, {} gone already, {} stay",
                counts.deleted, counts.gone, counts.refused
            ));
        }
        self.findings.say(self.console, run);
        let total = cleaned.total();
        self.console.say(&format!(
            "{} old records {would}deleted, {} gone already, {} stay. Of {} the application has changed the copy since.",
            total.deleted, total.gone, total.refused, total.changed_copies
        ));
        if run.is_some() && cleaned.stopped.as_ref().is_some_and(is_interrupt) {
            self.console.problem("Stopped; the same command goes on.");
        }
    }

    fn document<'d>(&'d self, cleaned: &'d Cleaned, dry_run: bool) -> Document<'d> {
        let document = Document {
            command: COMMAND,
            dep_name: self.settings.deployment.dep_name(),
            stage: self.settings.deployment.stage(),
            region: &self.settings.region,
            dry_run,
            tables: &cleaned.tables,
            total: cleaned.total(),
            findings: self.findings.groups(),
        };
        self.console.document(&document);
        document
    }
}

async fn map(path: &Path, settings: &Settings, console: &Console) -> Result<IdMap, Failed> {
    let choice = MapChoice {
        csv_file: path,
        no_id_change: false,
        use_sub: false,
        user_pool_id: None,
        users: None,
        allow_chains: false,
    };
    choice.read(settings, console).await
}

/// Whether a journal has a run that may have copied something.
fn has_migrations(journal: &Journal) -> Result<bool, Failed> {
    let others = ["rollback", COMMAND];
    let is_other = |run: &Run| others.iter().any(|other| run.command.starts_with(other));
    Ok(journal.runs()?.iter().any(|(_, run)| !is_other(run)))
}

/// The old user storage stays: others read it, and it is no old record of another.
fn may_be_deleted_from(table: &str) -> bool {
    Table::of_key(table).is_some_and(|table| table.turn != Turn::OldStorage)
}

fn is_interrupt(stop: &Stop) -> bool {
    matches!(stop, Stop::Interrupted)
}

fn end(cleaned: &Cleaned) -> End {
    match (&cleaned.stopped, cleaned.total().refused) {
        (Some(_), _) => End::Interrupted,
        (None, 0) => End::Done,
        (None, _) => End::Partly,
    }
}
