//! What the journal has of runs.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::engine::journal::{Journal, JournalError, Run, State};

/// Findings that are read at once.
pub(super) const PAGE: usize = 1_000;

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// Its number.
    pub run: u64,
    /// The command with its flags that matter.
    pub command: String,
    /// Version of the tool.
    pub version: String,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// When it ended; `None` if it did not.
    pub ended: Option<String>,
    /// Its exit code; `None` if it did not end.
    pub exit: Option<u8>,
    /// The run that it goes on with.
    pub continues: Option<u64>,
    /// How many of its changes are in which state. States without any are left out.
    pub entries: BTreeMap<&'static str, u64>,
    /// How many findings of which kind it has.
    pub findings: BTreeMap<&'static str, u64>,
    /// What it did, as it said itself.
    pub summary: Option<Value>,
}

/// All runs, oldest first.
///
/// # Errors
///
/// When the journal cannot be read.
pub fn told(journal: &Journal) -> Result<Vec<Told>, JournalError> {
    journal.runs()?.into_iter().map(|(number, run)| one(journal, number, run)).collect()
}

fn one(journal: &Journal, number: u64, run: Run) -> Result<Told, JournalError> {
    let states = journal.count(number)?.into_iter().filter(|(_, count)| *count > 0);
    let entries = states.map(|(state, count)| (state.word(), count)).collect();
    let mut findings = BTreeMap::new();
    let mut last = 0;
    loop {
        let page = journal.findings(number, last, PAGE)?;
        let Some((number, _)) = page.last() else { break };
        last = *number;
        for (_, finding) in page {
            *findings.entry(finding.kind.word()).or_default() += 1;
        }
    }
    Ok(Told {
        run: number,
        command: run.command,
        version: run.version,
        started: run.started,
        ended: run.ended,
        exit: run.exit,
        continues: run.continues,
        entries,
        findings,
        summary: run.summary,
    })
}

impl Told {
    /// How many of its changes are in this state.
    #[must_use]
    pub fn count(&self, state: State) -> u64 {
        self.entries.get(state.word()).copied().unwrap_or_default()
    }

    /// How many findings it has.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.findings.values().sum()
    }

    /// The command without its flags.
    #[must_use]
    pub fn name(&self) -> &str {
        self.command.split(' ').next().unwrap_or_default()
    }
}
