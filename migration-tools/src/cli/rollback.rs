//! `rollback`: takes back what a run has changed.

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
use super::session::{self, Ended, Family, Ground};
use super::settings::Settings;
use crate::engine::journal::{Journal, Run, State};
use crate::engine::objects::{Restore, Restored};
use crate::engine::patience::PATIENCE;
use crate::engine::stop::Stop;
use crate::engine::undo::{Counts, Undo, Undone, chain};
use crate::engine::writer::{Old, Writer};

/// Commands whose runs are taken back only where one is named: the others change nothing, or are taken
/// back with the migration that they belong to.
const OTHERS: [&str; 2] = ["rollback", super::cleanup::COMMAND];

#[derive(Args, Debug)]
pub(super) struct Rollback {
    /// The run to take back, with those that it goes on with and that go on with it [default: the last
    /// migration of which anything is left]
    #[arg(long, value_name = "ID")]
    run: Option<u64>,
    /// Say what would be taken back, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before
    #[arg(long)]
    no_confirmation: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    dry_run: bool,
    runs: &'d [u64],
    tables: &'d BTreeMap<String, Counts>,
    total: Counts,
    findings: Vec<Counted>,
}

impl Rollback {
    /// How its log is named where no other file is given.
    pub(super) fn log(&self) -> Option<&'static str> {
        (!self.dry_run).then_some("rollback")
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let ground = Ground::survey(&settings, global, console).await?;
        let ground = ground.with_storage(&settings, console).await?;
        self.of(Family::IDS, global, console, &settings, &ground).await
    }

    /// Takes back a run of these commands.
    pub(super) async fn of(
        self,
        family: Family,
        global: &Global,
        console: &Console,
        settings: &Settings,
        ground: &Ground,
    ) -> Result<End, Failed> {
        let Some(journal) = session::kept_journal(settings, global, ground)? else {
            return Err(Failed::Prerequisite(format!(
                "there is no journal in {}, and nothing else knows how records were before; give the --journal of the run",
                global.journal.display()
            )));
        };
        let runs = journal.runs()?;
        let Some(newest) = self.chosen(family, &journal, &runs)? else {
            console.say("There is nothing to take back: no run has left anything.");
            return Ok(End::Done);
        };
        let chain = chain(&runs, newest);
        let interrupt = Interrupt::listen();
        let work = Work {
            global,
            console,
            family,
            settings,
            ground,
            journal: &journal,
            chain: &chain,
            interrupt: &interrupt,
            findings: Findings::default(),
        };
        for (number, run) in runs.iter().rev().filter(|(number, _)| chain.contains(number)) {
            let ended = run.ended.as_deref().unwrap_or("never, it was killed");
            console.say(&format!(
                "Run {number}: {}, began {}, ended {ended}.",
                run.command, run.started
            ));
        }
        if self.dry_run || !self.no_confirmation {
            let undone = work.undo(None).await?;
            work.say(&undone, None);
            if self.dry_run {
                work.document(&undone, true);
                return Ok(end(&undone));
            }
            work.findings.clear();
            let question = "Take this back?";
            if let Err(end) = question::yes(console, question, "--no-confirmation").await {
                return Ok(end);
            }
        }
        work.roll_back(&runs).await
    }

    /// The run that was named, or the last one that has left something.
    fn chosen(
        &self,
        family: Family,
        journal: &Journal,
        runs: &[(u64, Run)],
    ) -> Result<Option<u64>, Failed> {
        if let Some(run) = self.run {
            return match runs.iter().find(|(number, _)| *number == run) {
                Some((_, found)) if Family::of(found) == family => Ok(Some(run)),
                Some((_, found)) => Err(Failed::Usage(format!(
                    "run {run} is one of `{}`; `migration-tools {}` takes it back",
                    found.command,
                    Family::of(found).rollback
                ))),
                None => Err(Failed::Usage(format!(
                    "there is no run {run} in the journal {}; `migration-tools status` lists the runs",
                    journal.path().display()
                ))),
            };
        }
        for (number, run) in runs.iter().rev() {
            let mut words = run.command.split_whitespace();
            let other = words.any(|word| OTHERS.contains(&word));
            if !other && Family::of(run) == family && left(journal, *number)? > 0 {
                return Ok(Some(*number));
            }
        }
        Ok(None)
    }
}

/// How many entries of a run can still be taken back.
fn left(journal: &Journal, run: u64) -> Result<u64, Failed> {
    let counts = journal.count(run)?.into_iter().chain(journal.count_moves(run)?);
    let left = |state| matches!(state, State::Intended | State::Proven | State::Cleaned);
    Ok(counts.filter(|(state, _)| left(*state)).map(|(_, count)| count).sum())
}

struct Work<'a> {
    family: Family,
    global: &'a Global,
    console: &'a Console,
    settings: &'a Settings,
    ground: &'a Ground,
    journal: &'a Arc<Journal>,
    chain: &'a [u64],
    interrupt: &'a Interrupt,
    findings: Findings,
}

impl Work<'_> {
    async fn roll_back(&self, runs: &[(u64, Run)]) -> Result<End, Failed> {
        let named: Vec<String> = self.chain.iter().map(u64::to_string).collect();
        let (command, subject) =
            (self.family.rollback.to_owned(), format!("runs {}", named.join(", ")));
        let plan = session::Plan {
            continues: session::continues(runs, &command, &subject),
            command,
            subject,
            old: Old::default(),
        };
        let (settings, console, ground) = (self.settings, self.console, self.ground);
        session::run(settings, console, self.journal, ground, plan, async |session| {
            // What was taken back in part is no ground for a migration.
            self.journal.set_done(self.family.undoing(), session.writer.recorder.run())?;
            let undone = self.undo(Some(&session.writer)).await?;
            if undone.stopped.is_none() {
                session.writer.recorder.flush().await?;
                self.journal.set_undone(session.writer.recorder.run())?;
            }
            self.say(&undone, Some(session.writer.recorder.run()));
            let summary = serde_json::to_value(self.document(&undone, false));
            if let Some(stop) = undone.stopped.clone().filter(|stop| !is_interrupt(stop)) {
                return Err(stop.into());
            }
            Ok(Ended { end: end(&undone), summary: summary.unwrap_or_default() })
        })
        .await
    }

    /// Takes the runs back; without a writer, only looks.
    async fn undo(&self, writer: Option<&Writer>) -> Result<Undone, Failed> {
        let mut total = 0;
        for run in self.chain {
            total += self.journal.count(*run)?.into_iter().map(|(_, count)| count).sum::<u64>();
        }
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let what = if writer.is_some() { "changes taken back" } else { "changes looked at" };
        let progress = RefCell::new(self.console.progress(what, total));
        let own = self.ground.tables();
        let undo = Undo {
            reader: &self.ground.reader,
            tables: writer.map_or(&own, |writer| &writer.tables),
            journal: self.journal,
            writer,
            at_once: usize::from(self.global.concurrency),
            interrupted: &|| self.interrupt.requested(),
            found: &|finding| self.findings.hear(finding),
            through: &|entries| progress.borrow_mut().add(entries),
        };
        // Sources stand again before records point to them, and copies go after.
        let before = self.objects(writer, true).await;
        let undone = match before {
            Ok(before) => {
                let mut undone = undo.undo(self.chain).await;
                add(&mut undone, before);
                undone
            }
            Err(stop) => Undone { stopped: Some(stop), ..Undone::default() },
        };
        let undone = self.copies(writer, undone).await;
        progress.into_inner().end();
        match undone.stopped {
            // A look that was not finished tells nothing.
            Some(stop) if writer.is_none() => Err(stop.into()),
            _ => Ok(undone),
        }
    }

    /// Copies of objects go, where no record was left that points to them.
    async fn copies(&self, writer: Option<&Writer>, mut undone: Undone) -> Undone {
        if undone.stopped.is_some() {
            return undone;
        }
        if undone.total().refused > 0 {
            self.console.say("Copies of objects stay, since records that may point to them could not be taken back.");
            return undone;
        }
        match self.objects(writer, false).await {
            Ok(after) => add(&mut undone, after),
            Err(stop) => undone.stopped = Some(stop),
        }
        undone
    }

    /// Objects that were removed stand again, or their copies go.
    async fn objects(&self, writer: Option<&Writer>, sources: bool) -> Result<Restored, Stop> {
        let Some(storage) = &self.ground.storage else { return Ok(Restored::new()) };
        let restore = Restore {
            storage,
            journal: self.journal,
            lease: writer.map(|writer| &writer.lease),
            run: writer.map_or(0, |writer| writer.recorder.run()),
            at_once: usize::from(self.global.concurrency),
            interrupted: &|| self.interrupt.requested(),
            found: &|finding| {
                self.findings.hear(finding);
                // The journal says so at its next write where it cannot be written.
                let _ = writer.map(|writer| writer.recorder.find(finding.clone()));
            },
            patience: PATIENCE,
        };
        match sources {
            true => restore.sources(self.chain).await,
            false => restore.copies(self.chain).await,
        }
    }

    fn say(&self, undone: &Undone, run: Option<u64>) {
        let would = if run.is_some() { "" } else { "would be " };
        for (table, counts) in &undone.tables {
            let Counts { rolled_back, already, refused } = counts;
            self.console.say(&format!(
                "  {table:<42} {rolled_back} {would}taken back, {already} as before already, {refused} not"
            ));
        }
        self.findings.say(self.console, run);
        let Counts { rolled_back, already, refused } = undone.total();
        self.console.say(&format!(
            "{rolled_back} changes {would}taken back, {already} as before already, {refused} not."
        ));
        if run.is_some() && undone.stopped.as_ref().is_some_and(is_interrupt) {
            self.console.problem("Stopped; the same command goes on.");
        }
    }

    fn document<'d>(&'d self, undone: &'d Undone, dry_run: bool) -> Document<'d> {
        let document = Document {
            command: self.family.rollback,
            dep_name: self.settings.deployment.dep_name(),
            stage: self.settings.deployment.stage(),
            region: &self.settings.region,
            dry_run,
            runs: self.chain,
            tables: &undone.tables,
            total: undone.total(),
            findings: self.findings.groups(),
        };
        self.console.document(&document);
        document
    }
}

fn add(undone: &mut Undone, more: Restored) {
    for (bucket, counts) in more {
        let all = undone.tables.entry(bucket).or_default();
        all.rolled_back += counts.rolled_back;
        all.already += counts.already;
        all.refused += counts.refused;
    }
}

fn is_interrupt(stop: &Stop) -> bool {
    matches!(stop, Stop::Interrupted)
}

fn end(undone: &Undone) -> End {
    match (&undone.stopped, undone.total().refused) {
        (Some(_), _) => End::Interrupted,
        (None, 0) => End::Done,
        (None, _) => End::Partly,
    }
}
