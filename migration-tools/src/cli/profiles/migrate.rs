//! `profiles migrate`.

use std::cell::RefCell;

use serde::Serialize;

use super::super::console::Console;
use super::super::end::{End, Failed};
use super::super::findings::{Counted, Findings};
use super::super::global::Global;
use super::super::interrupt::Interrupt;
use super::super::session::{self, Ended, Family, Session};
use super::super::settings::Settings;
use super::Migrate;
use super::places::{Ready, Wanted};
use super::said::Heard;
use crate::engine::events::Counts;
use crate::engine::undo::{Counts as Back, Undo, Undone, chain};
use crate::engine::writer::Old;
use crate::profiles::{Migration, PROFILES, Position, Version, identity, moment};

/// The command in the journal.
pub(super) const COMMAND: &str = "profiles migrate";

#[derive(Serialize)]
struct Summary<'d> {
    command: &'static str,
    run: u64,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    target_version: Version,
    complete: bool,
    passes: u32,
    tables: [TableSummary<'d>; 1],
    total: Counts,
    /// What was taken back, where that was asked for and something failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_back: Option<Back>,
    calls: u64,
    read_units: u64,
    write_units: u64,
    throttles: u64,
    findings: Vec<Counted>,
}

#[derive(Serialize)]
struct TableSummary<'d> {
    table: &'static str,
    name: &'d str,
    counts: Counts,
}

impl Migrate {
    pub(super) async fn run(
        self,
        settings: &Settings,
        global: &Global,
        console: &Console,
        ready: &Ready,
        wanted: Wanted,
    ) -> Result<End, Failed> {
        // What is wrong with the request is said before anything is begun.
        wanted.rule("", &ready.table)?;
        let journal = session::journal(settings, global, &ready.ground)?;
        session::nothing_half_undone(&journal, Family::PROFILES)?;
        ready.is_of(&journal)?;
        let command = COMMAND.to_owned();
        let subject = format!("{} to version {}", identity(&ready.table), wanted.target);
        let plan = session::Plan {
            continues: session::continues(&journal.runs()?, &command, &subject),
            command,
            subject,
            old: Old::default(),
        };
        let interrupt = Interrupt::listen();
        session::run(settings, console, &journal, &ready.ground, plan, async |session| {
            let run = session.writer.recorder.run();
            let rule = wanted.rule(&moment(&journal.runs()?, run), &ready.table)?;
            let heard = Heard::new(console);
            let migration = Migration {
                reader: &ready.ground.reader,
                table: &ready.table,
                rule: &rule,
                writer: &session.writer,
                listener: &heard,
                interrupted: &|| interrupt.requested(),
                at_once: usize::from(global.concurrency),
                limit: None,
                keep: &|_| Ok(()),
            };
            let mut position = Position::default();
            migration.run(&mut position).await?;
            let failed = self.rollback_on_failure && position.total().open() > 0;
            let findings = Findings::default();
            let undone = match failed {
                true => Some(take_back(global, ready, session, &interrupt, &findings).await?),
                false => None,
            };
            let total = position.total();
            let used = ready.ground.pace.report();
            let summary = Summary {
                command: COMMAND,
                run,
                dep_name: settings.deployment.dep_name(),
                stage: settings.deployment.stage(),
                region: &settings.region,
                target_version: wanted.target,
                complete: position.quiet && total.open() == 0,
                passes: position.passes,
                tables: [TableSummary {
                    table: PROFILES,
                    name: &ready.table.table.name,
                    counts: total,
                }],
                total,
                taken_back: undone.as_ref().map(Undone::total),
                calls: ready.ground.calls.count(),
                read_units: used.read.units,
                write_units: used.written.units,
                throttles: used.throttles,
                findings: [heard.findings().groups(), findings.groups()]
                    .into_iter()
                    .flatten()
                    .collect(),
            };
            say(console, &summary, &heard);
            findings.say(console, Some(run));
            console.document(&summary);
            if let Some(stop) = undone.and_then(|undone| undone.stopped) {
                return Err(stop.into());
            }
            let end = if summary.complete { End::Done } else { End::Partly };
            Ok(Ended { end, summary: serde_json::to_value(&summary).unwrap_or_default() })
        })
        .await
    }
}

/// Takes back this run and those that it goes on with.
async fn take_back(
    global: &Global,
    ready: &Ready,
    session: &Session,
    interrupt: &Interrupt,
    findings: &Findings,
) -> Result<Undone, Failed> {
    let recorder = &session.writer.recorder;
    let runs = chain(&recorder.journal().runs()?, recorder.run());
    let found = RefCell::new(findings);
    let undo = Undo {
        reader: &ready.ground.reader,
        tables: &session.writer.tables,
        journal: recorder.journal(),
        writer: Some(&session.writer),
        at_once: usize::from(global.concurrency),
        interrupted: &|| interrupt.requested(),
        found: &|finding| found.borrow().hear(finding),
        through: &|_| {},
    };
    Ok(undo.undo(&runs).await)
}

fn say(console: &Console, summary: &Summary<'_>, heard: &Heard<'_>) {
    let Summary { total, target_version, .. } = summary;
    let there = total.records.saturating_sub(total.refused + total.failed);
    console.say(&format!(
        "  {} profiles: {there} have version {target_version}, {} of them migrated by this run; {} left alone, {} failed",
        total.records,
        total.edited,
        total.refused,
        total.failed
    ));
    heard.findings().say(console, Some(summary.run));
    console.say(&format!(
        "Run {}: {} profiles written in {} passes, {} calls, {} read units, {} write units, {} throttled attempts.",
        summary.run,
        total.edited,
        summary.passes,
        summary.calls,
        summary.read_units,
        summary.write_units,
        summary.throttles
    ));
    match (summary.complete, total.open(), &summary.taken_back) {
        (true, ..) => console.say(&format!(
            "Complete: the last pass found every profile at version {target_version}."
        )),
        (false, 0, _) => console.problem(
            "Older profiles are still being written; deploy the new code first, and run the same command again.",
        ),
        (false, _, None) => {
            console.problem("Not complete; do what is said above, and run the same command again.");
        }
        (false, _, Some(Back { rolled_back, already, refused })) => console.problem(&format!(
            "Not complete, and taken back: {rolled_back} profiles are as before, {already} were already, {refused} were changed since."
        )),
    }
}
