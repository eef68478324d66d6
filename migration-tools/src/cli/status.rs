//! `status`: the runs of the journal.

use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::end::{End, Failed};
use super::global::{Format, Global};
use super::looking;
use crate::report::{self, Keep, Outcome, Report, Told};

const ABOUT: &str = "\
It looks at the journal only, and calls nobody: no sign-in and no network is needed, and the journal itself \
says whose it is. With --run it tells of one run what it did, and what a person has to see to, by reason, \
with the numbers of the records; --show-values adds their keys, which have ids of users and are not written \
to a --log. --format json has everything, unbounded.

Exit codes: 0, it was told; 2, there is no such run; 3, there is no journal, another command is using it, or \
it cannot be read.";

#[derive(Args, Debug)]
#[command(after_long_help = ABOUT)]
pub(super) struct Status {
    /// Tell of this run, and not of all
    #[arg(long, value_name = "ID")]
    run: Option<u64>,
    /// Tell the keys of records that have to be seen to
    #[arg(long, requires = "run")]
    show_values: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    deployment: String,
    runs: Vec<Line<'d>>,
}

#[derive(Serialize)]
struct Line<'d> {
    #[serde(flatten)]
    run: &'d Told,
    outcome: Outcome,
}

impl Status {
    pub(super) fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let (journal, runs) = looking::journal(global)?;
        if let Some(number) = self.run {
            let run = looking::run(&runs, number)?;
            let keep = keep(global, report::SHOWN, self.show_values);
            let report = Report::of(&journal, &runs, run, keep, &looking::way(global))?;
            tell(console, &report);
            console.document(&report);
            return Ok(End::Done);
        }
        let deployment = journal.deployment()?;
        console.say(&format!("The journal is of {}.", report::plain(&deployment)));
        console.say(report::runs(&runs).trim_end());
        if runs.iter().any(|run| run.found() > 0) {
            console.say("`migration-tools status --run ID` tells what has to be seen to.");
        }
        let line = |run| Line { run, outcome: outcome(run, &runs) };
        let runs = runs.iter().map(line).collect();
        console.document(&Document { command: "status", deployment, runs });
        Ok(End::Done)
    }
}

/// How many findings of each kind are named: as many as are shown, and in a document all of them.
pub(super) fn keep(global: &Global, shown: usize, keys: bool) -> Keep {
    let named = if global.format == Format::Json { usize::MAX } else { shown };
    Keep { named, keys }
}

/// Tells a report. Keys of records are shown and not logged.
pub(super) fn tell(console: &Console, report: &Report) {
    let text = report::text(report);
    let has_keys = report.has_keys();
    if has_keys { console.show(text.trim_end()) } else { console.say(text.trim_end()) }
}

fn outcome(run: &Told, all: &[Told]) -> Outcome {
    let work = run.summary.as_ref().map(report::Work::of);
    Outcome::of(run, work.as_ref(), report::continued_by(run, all))
}
