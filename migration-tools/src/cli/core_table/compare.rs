//! `core-table dry-run` and `core-table verify`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::console::Console;
use super::super::end::{End, Failed};
use super::super::findings::Counted;
use super::super::global::Global;
use super::super::interrupt::Interrupt;
use super::super::session;
use super::super::settings::Settings;
use super::places::Ready;
use super::said::{Heard, index, is_open, parts};
use crate::core_table::{CORE, Comparison, MEMBERSHIPS, Old, Position, SERVERS, Tally, USERS};

/// How it is looked.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// Whether it is asked if all is done; else what there is to do.
    pub(super) verify: bool,
    pub(super) show_values: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    journal: bool,
    index: bool,
    /// Of how many users, where only some are looked at.
    users: Option<usize>,
    differences: u64,
    tables: &'d BTreeMap<String, Tally>,
    findings: Vec<Counted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<Row>>,
}

/// A row that has to be seen to.
#[derive(Serialize)]
struct Row {
    table: String,
    key: String,
    kind: &'static str,
    reason: String,
}

pub(super) async fn run(
    settings: &Settings,
    global: &Global,
    console: &Console,
    ready: &Ready,
    users: Option<&[String]>,
    how: How,
) -> Result<End, Failed> {
    // It is only looked at, where there is one.
    let journal = session::kept_journal(settings, global, &ready.ground)?;
    match &journal {
        Some(journal) => ready.is_of(journal)?,
        None if how.verify => console.say(&format!(
            "There is no journal in {}: what a run wrote is not known, and is judged by the rows alone.",
            global.journal.display()
        )),
        None => {}
    }
    index(console, &ready.tables);
    let interrupt = Interrupt::listen();
    let heard = Heard::new(console);
    let comparison = Comparison {
        old: Old {
            reader: &ready.ground.reader,
            tables: &ready.tables,
            names: ready.names.as_ref(),
            users,
            limit: None,
        },
        journal: journal.as_deref(),
        both_ways: how.verify,
        listener: &heard,
        interrupted: &|| interrupt.requested(),
        keep: &|_| Ok(()),
    };
    let mut position = Position::default();
    comparison.run(&mut position).await?;
    let tally = &position.tally;
    for table in [SERVERS, MEMBERSHIPS, USERS, CORE] {
        let Some(counts) = tally.get(table) else { continue };
        let line = if how.verify { found(counts) } else { planned(counts) };
        console.say(&format!("  {table:<12} {:>8} rows: {line}", counts.records));
    }
    heard.say(console, None);
    match how.show_values {
        true => heard.show_keys(console),
        false if heard.all().is_empty() => {}
        false => console.say("--show-values tells which rows they are."),
    }
    let differences: u64 = tally.values().map(Tally::differences).sum();
    let in_the_way: u64 = tally.values().map(|one| one.differing + one.refused).sum();
    match (how.verify, differences) {
        (true, 0) => console
            .say("Both sides agree: every row of the old tables stands in CoreTable as it should."),
        (true, count) => console.problem(&format!("{count} differences.")),
        (false, _) => console.say(&format!(
            "Nothing was written. {} rows would be, {in_the_way} stand in the way.",
            tally.values().map(|one| one.absent + one.outdated).sum::<u64>()
        )),
    }
    let deployment = &settings.deployment;
    let rows = || {
        heard.all().into_iter().filter(is_open).map(|one| Row {
            table: one.table,
            key: one.key,
            kind: one.kind.word(),
            reason: one.reason,
        })
    };
    console.document(&Document {
        command: if how.verify { "core-table verify" } else { "core-table dry-run" },
        dep_name: deployment.dep_name(),
        stage: deployment.stage(),
        region: &settings.region,
        journal: journal.is_some(),
        index: ready.tables.has_index(),
        users: users.map(<[String]>::len),
        differences,
        tables: tally,
        findings: heard.groups(),
        rows: how.show_values.then(|| rows().collect()),
    });
    Ok(match (how.verify, differences, in_the_way) {
        (true, 0, _) | (false, _, 0) => End::Done,
        (true, _, _) => End::Different,
        (false, _, _) => End::Partly,
    })
}

fn found(tally: &Tally) -> String {
    parts(&[
        (tally.same, "as they should be"),
        (tally.changed_since, "changed in CoreTable since"),
        (tally.absent, "MISSING"),
        (tally.outdated, "CHANGED SINCE THEY WERE COPIED"),
        (tally.differing, "DIFFERENT"),
        (tally.removed_since, "REMOVED SINCE"),
        (tally.refused, "WITHOUT A ROW THAT COULD BE MADE"),
        (tally.stale, "COPIES WHOSE OLD ROW IS GONE"),
        (tally.only_here, "in CoreTable only"),
        (tally.other, "of other kinds"),
    ])
}

fn planned(tally: &Tally) -> String {
    parts(&[
        (tally.absent, "to write"),
        (tally.outdated, "to write again"),
        (tally.same, "there already"),
        (tally.changed_since + tally.removed_since, "copied, and others' since"),
        (tally.differing, "in conflict"),
        (tally.refused, "refused"),
    ])
}
