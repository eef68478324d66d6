//! What a journal tells of runs: for the terminal, as JSON, and as one self-contained page.
//!
//! [`told`] and [`groups`] read the journal, [`Report::of`] gathers what there is to say of a run, and
//! [`text`] and [`html`] write it. Nothing here calls AWS. Keys of records, which have ids of users, are
//! left out unless they are asked for.
//!
//! The page needs no network, no server and no script: style and pictures are in it, and its Content
//! Security Policy lets nothing else load or run. Everything that comes from outside is text in it.

mod charts;
mod escape;
mod findings;
mod html;
mod next;
mod outcome;
mod text;
mod told;
mod words;
mod work;

use serde::Serialize;

use crate::engine::journal::{Journal, JournalError};

pub use escape::plain;
pub use findings::{Group, Keep, One, groups};
pub use html::{MARK, NAMED, html};
pub use next::{Next, Way};
pub use outcome::{Level, Outcome};
pub use text::{SHOWN, findings, runs, tables, text};
pub use told::{Told, told};
pub use work::{Planned, TableWork, Used, Work};

/// Everything that is to be said of one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whose records the journal is about.
    pub deployment: String,
    /// The run.
    pub run: Told,
    /// The last run that went on with this one.
    pub continued_by: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it did; nothing is known of that if it did not end by itself.
    pub work: Option<Work>,
    /// What a person has to see to.
    pub findings: Vec<Group>,
    /// Command lines for what may come next.
    pub next: Vec<Next>,
}

impl Report {
    /// Gathers what the journal has of a run; `all` are all of its runs.
    ///
    /// # Errors
    ///
    /// When the journal cannot be read.
    pub fn of(
        journal: &Journal,
        all: &[Told],
        run: &Told,
        keep: Keep,
        way: &Way,
    ) -> Result<Self, JournalError> {
        let continued_by = continued_by(run, all);
        let work = run.summary.as_ref().map(Work::of);
        let outcome = Outcome::of(run, work.as_ref(), continued_by);
        // A run that was killed says nothing of its deployment, and others of the journal do.
        let place =
            || all.iter().rev().filter_map(|one| one.summary.as_ref()).find_map(next::place);
        let place = run.summary.as_ref().and_then(next::place).or_else(place);
        let findings = groups(journal, run.run, keep)?;
        let flags = (&*way.flags(place), &*way.local());
        let next = next::next(run, work.as_ref(), continued_by, &findings, flags);
        let deployment = journal.deployment()?;
        Ok(Self { deployment, run: run.clone(), continued_by, outcome, work, findings, next })
    }

    /// Whether it has keys of records.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.findings.iter().flat_map(|group| &group.findings).any(|one| one.key.is_some())
    }
}

/// The last run that went on with this one.
#[must_use]
pub fn continued_by(run: &Told, all: &[Told]) -> Option<u64> {
    all.iter().rev().find(|one| one.continues == Some(run.run)).map(|one| one.run)
}
