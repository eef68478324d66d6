//! `id-migration-cleanup`: deletes the old records that a migration has kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::end::{End, Failed};
use super::findings::{Counted, Findings};
use super::global::Global;
use super::interrupt::Interrupt;
use super::question;
use super::session::{self, Ended, Ground};
use super::settings::Settings;
use crate::amplify::tables::{Table, Turn};
use crate::engine::cleanup::{Cleaned, Cleanup, Counts};
use crate::engine::journal::Journal;
use crate::engine::stop::Stop;
use crate::engine::writer::{Old, Writer};

/// The command, as the journal has it.
pub(super) const COMMAND: &str = "id-migration-cleanup";

#[derive(Args, Debug)]
pub(super) struct IdMigrationCleanup {
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
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let ground = Ground::survey(&settings, global, console).await?;
        let Some(journal) = session::kept_journal(&settings, global, &ground)? else {
            return Err(Failed::Prerequisite(format!(
                "there is no journal in {}, which knows what was copied and kept; give the --journal of the run",
                global.journal.display()
            )));
        };
        let interrupt = Interrupt::listen();
        let work = Work {
            global,
            console,
            settings: &settings,
            ground: &ground,
            journal: &journal,
            interrupt: &interrupt,
            findings: Findings::default(),
        };
        if self.dry_run || !self.force {
            let cleaned = work.clean(None).await?;
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
        work.clean_up().await
    }
}

struct Work<'a> {
    global: &'a Global,
    console: &'a Console,
    settings: &'a Settings,
    ground: &'a Ground,
    journal: &'a Arc<Journal>,
    interrupt: &'a Interrupt,
    findings: Findings,
}

impl Work<'_> {
    async fn clean_up(&self) -> Result<End, Failed> {
        let (command, subject) = (COMMAND.to_owned(), String::new());
        let plan = session::Plan {
            continues: session::continues(&self.journal.runs()?, &command, &subject),
            command,
            subject,
            old: Old::default(),
        };
        let (settings, console, ground) = (self.settings, self.console, self.ground);
        session::run(settings, console, self.journal, ground, plan, async |session| {
            let cleaned = self.clean(Some(&session.writer)).await?;
            self.say(&cleaned, Some(session.writer.recorder.run()));
            let summary = serde_json::to_value(self.document(&cleaned, false));
            if let Some(stop) = cleaned.stopped.clone().filter(|stop| !is_interrupt(stop)) {
                return Err(stop.into());
            }
            Ok(Ended { end: end(&cleaned), summary: summary.unwrap_or_default() })
        })
        .await
    }

    /// Cleans up after all runs; without a writer, only looks.
    async fn clean(&self, writer: Option<&Writer>) -> Result<Cleaned, Failed> {
        let runs: Vec<u64> = self.journal.runs()?.into_iter().map(|(number, _)| number).collect();
        let mut total = 0;
        for run in &runs {
            total += self.journal.count(*run)?.into_iter().map(|(_, count)| count).sum::<u64>();
        }
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let progress = RefCell::new(self.console.progress("changes looked at", total));
        let own = self.ground.tables();
        let cleanup = Cleanup {
            reader: &self.ground.reader,
            tables: writer.map_or(&own, |writer| &writer.tables),
            journal: self.journal,
            writer,
            at_once: usize::from(self.global.concurrency),
            may: &may_be_deleted_from,
            interrupted: &|| self.interrupt.requested(),
            found: &|finding| self.findings.hear(finding),
            through: &|entries| progress.borrow_mut().add(entries),
        };
        let cleaned = cleanup.clean(&runs).await;
        progress.into_inner().end();
        match cleaned.stopped {
            // A look that was not finished tells nothing.
            Some(stop) if writer.is_none() => Err(stop.into()),
            _ => Ok(cleaned),
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
