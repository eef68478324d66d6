//! What a run did, for the terminal, the JSON document, and the journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::console::Console;
use super::super::end::Failed;
use super::super::session::{Ground, Session};
use super::super::settings::Settings;
use crate::amplify::migration::{Done, Plan, Step};
use crate::amplify::tables::Table;
use crate::engine::events::Counts;
use crate::engine::timeline::Timeline;
use crate::engine::writer::Old;

/// Findings that are told one by one; all of them are in the journal.
const SHOWN: usize = 10;

/// What a run did. No id of a user, nothing of any record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Summary {
    pub(in crate::cli) command: String,
    pub(in crate::cli) run: u64,
    pub(in crate::cli) dep_name: String,
    pub(in crate::cli) stage: String,
    pub(in crate::cli) region: String,
    pub(in crate::cli) users: u64,
    pub(in crate::cli) renamed: u64,
    pub(in crate::cli) old: String,
    pub(in crate::cli) complete: bool,
    /// The operator stopped it.
    #[serde(default)]
    pub(in crate::cli) interrupted: bool,
    /// It ended before its end, because the operator or something else stopped it.
    #[serde(default)]
    pub(in crate::cli) stopped: bool,
    pub(in crate::cli) passes: u32,
    pub(in crate::cli) tables: Vec<TableSummary>,
    pub(in crate::cli) total: Counts,
    pub(in crate::cli) failed_tables: Vec<String>,
    #[serde(default)]
    pub(in crate::cli) looked_up: Vec<String>,
    pub(in crate::cli) logins_held: bool,
    pub(in crate::cli) calls: u64,
    pub(in crate::cli) read_units: u64,
    pub(in crate::cli) write_units: u64,
    pub(in crate::cli) throttles: u64,
    pub(in crate::cli) planned: Planned,
    #[serde(default)]
    pub(in crate::cli) timeline: Timeline,
}

/// What was done to a table, beside what was planned for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::cli) struct TableSummary {
    pub(in crate::cli) table: String,
    pub(in crate::cli) name: String,
    pub(in crate::cli) counts: Counts,
    pub(in crate::cli) untouched: u64,
    pub(in crate::cli) untouched_digest: String,
}

/// What the plan said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Planned {
    pub(in crate::cli) read_units: u64,
    pub(in crate::cli) write_units: u64,
    pub(in crate::cli) dollars: String,
}

impl Summary {
    pub(super) fn of(done: &Done, plan: &Plan, session: &Session, ground: &Ground) -> Self {
        let used = ground.pace.report();
        let table = |(key, counts): &(&'static str, Counts)| {
            let planned = plan.survey.tables.iter().find(|table| table.table == *key);
            TableSummary {
                table: (*key).to_owned(),
                name: planned.map(|table| table.name.clone()).unwrap_or_default(),
                counts: *counts,
                untouched: planned.map_or(0, |table| table.untouched),
                // Of what was not read there is no sum.
                untouched_digest: planned
                    .filter(|table| table.looked_up.is_none())
                    .map(|table| table.untouched_digest.clone())
                    .unwrap_or_default(),
            }
        };
        Self {
            command: "id-migration".to_owned(),
            run: session.writer.recorder.run(),
            dep_name: plan.dep_name.clone(),
            stage: plan.stage.clone(),
            region: plan.region.clone(),
            users: plan.users,
            renamed: plan.renamed,
            old: plan.old.clone(),
            complete: done.complete(),
            interrupted: false,
            stopped: false,
            passes: done.passes,
            tables: done.tables.iter().map(table).collect(),
            total: done.total(),
            failed_tables: done.failed.iter().map(|key| (*key).to_owned()).collect(),
            looked_up: plan
                .survey
                .tables
                .iter()
                .filter(|table| table.looked_up.is_some())
                .map(|table| table.table.clone())
                .collect(),
            logins_held: done.logins_held,
            calls: ground.calls.count(),
            read_units: used.read.units,
            write_units: used.written.units,
            throttles: used.throttles,
            planned: Planned {
                read_units: plan.cost.read_units,
                write_units: plan.cost.write_units,
                dollars: plan.cost.dollars.clone(),
            },
            timeline: Timeline::default(),
        }
    }

    /// What a run did that moved objects and no ids.
    pub(in crate::cli) fn of_objects(
        done: &Done,
        (command, settings): (&str, &Settings),
        session: &Session,
        ground: &Ground,
    ) -> Self {
        let used = ground.pace.report();
        let table = |(key, counts): &(&'static str, Counts)| TableSummary {
            table: (*key).to_owned(),
            name: String::new(),
            counts: *counts,
            untouched: 0,
            untouched_digest: String::new(),
        };
        Self {
            command: command.to_owned(),
            run: session.writer.recorder.run(),
            dep_name: settings.deployment.dep_name().to_owned(),
            stage: settings.deployment.stage().to_owned(),
            region: settings.region.clone(),
            users: 0,
            renamed: 0,
            old: if session.writer.old == Old::Delete { "delete" } else { "keep" }.to_owned(),
            complete: done.complete(),
            interrupted: false,
            stopped: false,
            passes: done.passes,
            tables: done.tables.iter().map(table).collect(),
            total: done.total(),
            failed_tables: done.failed.iter().map(|key| (*key).to_owned()).collect(),
            looked_up: Vec::new(),
            logins_held: done.logins_held,
            calls: ground.calls.count(),
            read_units: used.read.units,
            write_units: used.written.units,
            throttles: used.throttles,
            planned: Planned { read_units: 0, write_units: 0, dollars: "0".to_owned() },
            timeline: Timeline::default(),
        }
    }

    /// Says it, with what a person has to look at.
    pub(in crate::cli) fn show(&self, console: &Console, session: &Session) -> Result<(), Failed> {
        for table in self.tables.iter().filter(|table| table.counts.written() > 0) {
            let counts = &table.counts;
            let parts = [
                (counts.moved, "moved"),
                (counts.copied, "copied"),
                (counts.edited, "changed"),
                (counts.deleted, "deleted"),
                (counts.merged, "brought together"),
            ];
            let parts: Vec<String> = parts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{count} {what}"))
                .collect();
            console.say(&format!("  {:<42} {}", table.table, parts.join(", ")));
        }
        let total = &self.total;
        console.say(&format!(
            "Run {}: {} records and objects written in {} passes, {} calls, {} read units, {} write units, {} throttled attempts.",
            self.run, total.written(), self.passes, self.calls, self.read_units, self.write_units, self.throttles
        ));
        // Those of the old user storage go with their table.
        let storage = Step::OldStorage;
        let own = |table: &&TableSummary| {
            Table::of_key(&table.table).is_some_and(|of| Step::of(of) != storage)
        };
        let kept: u64 = self.tables.iter().filter(own).map(|table| table.counts.kept).sum();
        if kept > 0 {
            console.say(&format!(
                "{} old records and objects stay; `migration-tools id-migration-cleanup` removes them.",
                kept
            ));
        }
        self.findings(console, session)?;
        if self.interrupted {
            console.problem(&format!(
                "Stopped by the operator in pass {}. The same command goes on.",
                self.passes
            ));
        } else if self.stopped {
            console.problem(&format!(
                "Stopped in pass {}. What was done until then is done.",
                self.passes
            ));
        } else if self.complete {
            console
                .say("Complete: the last pass over all tables found nothing to do and no old id.");
            if !self.looked_up.is_empty() {
                console.say(&format!(
                    "Of {} tables only these users' records were looked up; `migration-tools verify` reads all of them.",
                    self.looked_up.len()
                ));
            }
        } else if total.open() == 0 && self.failed_tables.is_empty() {
            console.problem("Records under old ids are still being written; stop the application's writers, and run the same command again.");
        } else {
            console.problem("Not complete; do what is said above, and run the same command again.");
        }
        Ok(())
    }

    fn findings(&self, console: &Console, session: &Session) -> Result<(), Failed> {
        let journal = session.writer.recorder.journal();
        let mut groups: BTreeMap<(String, &'static str, String, String), Vec<u64>> =
            BTreeMap::new();
        let mut last = 0;
        loop {
            let page = journal.findings(self.run, last, 1_000)?;
            let Some((number, _)) = page.last() else { break };
            last = *number;
            for (number, found) in page {
                let of = (found.table, found.kind.word(), found.reason, found.remedy);
                groups.entry(of).or_default().push(number);
            }
        }
        for ((table, kind, reason, remedy), numbers) in &groups {
            let named: Vec<String> =
                numbers.iter().take(SHOWN).map(|number| format!("{}.{number}", self.run)).collect();
            let more = match numbers.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            console.problem(&format!(
                "{table}: {kind}: {reason}; {remedy} ({}{more})",
                named.join(", ")
            ));
        }
        if !groups.is_empty() {
            console.say(&format!(
                "`migration-tools status --run {} --show-values` tells which records they are.",
                self.run
            ));
        }
        Ok(())
    }
}
