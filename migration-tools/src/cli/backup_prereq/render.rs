//! What `backup-prereq` says to people.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::told;
use crate::amplify::Kind;
use crate::backups::{
    Answer, BackupName, Change, Created, Entry, Event, Lack, Report, Versioning, Watch,
};
use crate::cli::console::Console;
use crate::cli::end::{End, remedy};
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Progress;
use crate::cli::settings::Settings;

/// Between two lines about backups that are waited for.
const PAUSE: Duration = Duration::from_secs(10);
/// After a bucket's versioning was enabled for the first time, S3 asks for this before the next write:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html>.
const SETTLING_MINUTES: u32 = 15;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Create,
    Verify,
    DryRun,
}

impl Mode {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Verify => "verify-only",
            Self::DryRun => "dry-run",
        }
    }
}

/// What a run knows at its end.
pub(super) struct Outcome {
    pub(super) report: Report,
    pub(super) changes: Vec<Change>,
    pub(super) record: Option<PathBuf>,
}

impl Outcome {
    pub(super) fn of(created: Created) -> Self {
        let Created { report, changes, record } = created;
        Self { report, changes, record }
    }

    pub(super) fn seen(report: Report) -> Self {
        Self { report, changes: Vec::new(), record: None }
    }

    /// Minutes to wait until S3 knows of versioning everywhere, where it has to learn it.
    pub(super) fn settling_minutes(&self) -> Option<u32> {
        let new = |change: &Change| {
            matches!(change, Change::VersioningEnabled { before: Versioning::Off, .. })
        };
        self.changes.iter().any(new).then_some(SETTLING_MINUTES)
    }
}

/// What a report is about.
pub(super) struct Shown<'s> {
    pub(super) settings: &'s Settings,
    pub(super) mode: Mode,
    pub(super) name: Option<&'s BackupName>,
    pub(super) end: End,
}

/// Shows how far the work is.
pub(super) struct Watching<'c> {
    console: &'c Console,
    interrupt: &'c Interrupt,
    left: Cell<usize>,
    looking: RefCell<Option<Progress<'c>>>,
    said: Cell<Option<Instant>>,
}

impl<'c> Watching<'c> {
    pub(super) fn new(console: &'c Console, interrupt: &'c Interrupt, total: usize) -> Self {
        let looking = console.progress("tables and buckets looked at", total);
        let looking = RefCell::new(Some(looking));
        Self { console, interrupt, left: Cell::new(total), looking, said: Cell::new(None) }
    }

    pub(super) fn end(self) {
        if let Some(progress) = self.looking.into_inner() {
            progress.end();
        }
    }

    fn looked(&self) {
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        let mut looking = self.looking.borrow_mut();
        if let Some(progress) = looking.as_mut() {
            progress.step();
        }
        if left == 0
            && let Some(progress) = looking.take()
        {
            progress.end();
        }
    }

    fn waiting(&self, left: usize) {
        if self.said.get().is_none_or(|said| said.elapsed() >= PAUSE) {
            self.said.set(Some(Instant::now()));
            self.console.problem(&format!("waiting for {left} backups that are being made"));
        }
    }
}

impl Watch for Watching<'_> {
    fn see(&self, event: Event<'_>) {
        match event {
            Event::Looked => self.looked(),
            Event::Changed(change) => self.console.say(&told(change)),
            Event::Waiting(left) => self.waiting(left),
        }
    }

    fn stop(&self) -> bool {
        self.interrupt.requested()
    }
}

pub(super) fn heading(
    console: &Console,
    settings: &Settings,
    mode: Mode,
    name: Option<&BackupName>,
) {
    let deployment = &settings.deployment;
    let (dep_name, stage) = (deployment.dep_name(), deployment.stage());
    let what = match (mode, name) {
        (Mode::Verify, None) => "Backups of the last 24 hours".to_owned(),
        (Mode::Verify, Some(name)) => format!("Backups {name} of the last 24 hours"),
        (Mode::Create | Mode::DryRun, name) => {
            format!("Backup {}", name.map_or("", BackupName::as_str))
        }
    };
    let dry = if mode == Mode::DryRun { " (dry run, nothing is written)" } else { "" };
    let region = &settings.region;
    console.say(&format!("{what} of deployment {dep_name}, stage {stage}, region {region}{dry}:"));
}

pub(super) fn report(console: &Console, shown: &Shown<'_>, outcome: &Outcome) {
    let report = &outcome.report;
    for entry in &report.entries {
        let line = line(entry, shown.mode);
        match &entry.answer {
            Answer::Covered(_) | Answer::Absent => console.say(&line),
            Answer::Missing(_) if shown.mode == Mode::DryRun => console.say(&line),
            Answer::Missing(_) | Answer::Failed(_) => console.problem(&line),
        }
    }
    if let Some(path) = &outcome.record {
        console.say(&format!(
            "What was off before, and the commands that switch it off again, is in {}.",
            path.display()
        ));
    }
    if let Some(minutes) = outcome.settling_minutes() {
        console.say(&format!(
            "Wait {minutes} minutes before the migration: S3 takes that long to know everywhere that versioning is enabled."
        ));
    }
    if let Some(command) = next(shown, report) {
        match (report.stopped, makes(report)) {
            (true, _) => console.problem(&format!("Stopped. To go on, run `{command}`.")),
            (_, true) => console.problem(&format!("To make what is missing, run `{command}`.")),
            (_, false) => console.problem(&format!("To verify again, run `{command}`.")),
        }
    }
    let words = ["covered", "missing", "absent", "denied", "failed"];
    let counts = words.iter().map(|word| (report.with_word(word).count(), word));
    let counts: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| match *word {
            "absent" => format!("{count} absent (skipped)"),
            word => format!("{count} {word}"),
        })
        .collect();
    console.say(&format!("{} tables and buckets: {}.", report.entries.len(), counts.join(", ")));
}

fn line(entry: &Entry, mode: Mode) -> String {
    let line = format!("  {} {}: {}", kind(entry.kind), entry.name, entry.answer);
    match &entry.answer {
        Answer::Covered(_) | Answer::Absent => line,
        Answer::Missing(what) => {
            let makes = what.iter().any(Lack::can_be_made);
            let mut all: Vec<String> = what.iter().filter_map(Lack::remedy).collect();
            if makes && mode == Mode::DryRun {
                all.insert(0, "would be made".to_owned());
            }
            if all.is_empty() { line } else { format!("{line}; {}", all.join("; ")) }
        }
        Answer::Failed(calls) => {
            let reason = calls.first().map(|failed| failed.failure.reason());
            format!("{line}; {}", remedy(reason))
        }
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Table => "table",
        Kind::Bucket => "bucket",
    }
}

/// Whether something lacks that the command makes.
fn makes(report: &Report) -> bool {
    report.entries.iter().any(|entry| match &entry.answer {
        Answer::Missing(what) => what.iter().any(Lack::can_be_made),
        _ => false,
    })
}

/// The command that makes what is missing, or looks again at what only takes time.
pub(super) fn next(shown: &Shown<'_>, report: &Report) -> Option<String> {
    if !matches!(shown.end, End::Prerequisite | End::Interrupted) {
        return None;
    }
    let Settings { deployment, region, .. } = shown.settings;
    let (dep_name, stage) = (deployment.dep_name(), deployment.stage());
    let mut command = format!(
        "migration-tools backup-prereq --dep-name {dep_name} --stage {stage} --region {region}"
    );
    if let Some(name) = shown.name {
        command += &format!(" --backup-name {name}");
    }
    if !report.stopped && !makes(report) {
        command += " --verify-only";
    }
    Some(command)
}
