//! `core-table migrate`.

use serde::Serialize;

use super::super::console::Console;
use super::super::end::{End, Failed};
use super::super::findings::Counted;
use super::super::global::Global;
use super::super::interrupt::Interrupt;
use super::super::session::{self, Ended, Family, Session};
use super::super::settings::Settings;
use super::places::Ready;
use super::said::{Heard, index, parts};
use crate::core_table::{Doing, MEMBERSHIPS, Migration, Old, Position, SERVERS, USERS};
use crate::engine::events::Counts;
use crate::engine::writer::Old as Sources;

/// The command in the journal.
pub(super) const COMMAND: &str = "core-table migrate";

#[derive(Serialize)]
struct Summary<'d> {
    command: &'static str,
    run: u64,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    /// Of how many users, where only some were taken over.
    users: Option<usize>,
    complete: bool,
    index: bool,
    passes: u32,
    tables: Vec<TableSummary<'d>>,
    total: Counts,
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

pub(super) async fn run(
    settings: &Settings,
    global: &Global,
    console: &Console,
    ready: &Ready,
    users: Option<&[String]>,
) -> Result<End, Failed> {
    let journal = session::journal(settings, global, &ready.ground)?;
    session::nothing_half_undone(&journal, Family::CORE)?;
    ready.is_of(&journal)?;
    index(console, &ready.tables);
    let command = match users {
        None => COMMAND.to_owned(),
        Some(_) => format!("{COMMAND} --users"),
    };
    let subject = ready.tables.identity();
    let plan = session::Plan {
        continues: session::continues(&journal.runs()?, &command, &subject),
        command,
        subject,
        old: Sources::Keep,
    };
    let interrupt = Interrupt::listen();
    session::run(settings, console, &journal, &ready.ground, plan, async |session| {
        let heard = Heard::new(console);
        let migration = Migration {
            old: Old {
                reader: &ready.ground.reader,
                tables: &ready.tables,
                names: ready.names.as_ref(),
                users,
                limit: None,
            },
            writer: &session.writer,
            listener: &heard,
            interrupted: &|| interrupt.requested(),
            at_once: usize::from(global.concurrency),
            keep: &|_| Ok(()),
            doing: Doing::default(),
        };
        let mut position = Position::default();
        migration.run(&mut position).await?;
        let summary = summary(settings, ready, session, &position, users, &heard);
        say(console, session, &summary, &heard);
        console.document(&summary);
        let end = if summary.complete { End::Done } else { End::Partly };
        Ok(Ended { end, summary: serde_json::to_value(&summary).unwrap_or_default() })
    })
    .await
}

fn summary<'d>(
    settings: &'d Settings,
    ready: &'d Ready,
    session: &Session,
    position: &Position,
    users: Option<&[String]>,
    heard: &Heard<'_>,
) -> Summary<'d> {
    let names = [
        (SERVERS, ready.tables.servers.table.name.as_str()),
        (MEMBERSHIPS, ready.tables.memberships.table.name.as_str()),
        (USERS, ready.tables.memberships.table.name.as_str()),
    ];
    let total = position.totals().values().fold(Counts::default(), |sum, one| sum.plus(*one));
    let used = ready.ground.pace.report();
    Summary {
        command: COMMAND,
        run: session.writer.recorder.run(),
        dep_name: settings.deployment.dep_name(),
        stage: settings.deployment.stage(),
        region: &settings.region,
        users: users.map(<[String]>::len),
        complete: position.quiet && total.open() == 0,
        index: ready.tables.has_index(),
        passes: position.passes,
        tables: names
            .iter()
            .map(|(table, name)| TableSummary { table, name, counts: position.total(table) })
            .collect(),
        total,
        calls: ready.ground.calls.count(),
        read_units: used.read.units,
        write_units: used.written.units,
        throttles: used.throttles,
        findings: heard.groups(),
    }
}

fn say(console: &Console, session: &Session, summary: &Summary<'_>, heard: &Heard<'_>) {
    for TableSummary { table, counts, .. } in &summary.tables {
        let there = counts.records.saturating_sub(counts.refused + counts.failed);
        console.say(&format!(
            "  {table:<12} {:>8} rows: {}",
            counts.records,
            parts(&[
                (there, "stand in CoreTable"),
                (counts.written(), "of them written by this run"),
                (counts.refused, "left alone"),
                (counts.failed, "failed"),
            ])
        ));
    }
    heard.say(console, Some(session.writer.recorder.run()));
    console.say(&format!(
        "Run {}: {} rows written in {} passes, {} calls, {} read units, {} write units, {} throttled attempts.",
        summary.run,
        summary.total.written(),
        summary.passes,
        summary.calls,
        summary.read_units,
        summary.write_units,
        summary.throttles
    ));
    match (summary.complete, summary.total.open()) {
        (true, _) => console.say(
            "Complete: the last pass found nothing to write. `core-table verify` compares both sides; then switch the readers.",
        ),
        (false, 0) => console.problem(
            "Rows of the old tables are still being written; stop the writers, and run the same command again.",
        ),
        _ => console.problem("Not complete; do what is said above, and run the same command again."),
    }
}
