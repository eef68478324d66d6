//! `rollback`: everything that invocations have copied goes, where nobody has changed it since.

use std::cell::RefCell;

use serde_json::json;

use super::super::{Answer, Capped};
use super::migrate::COMMAND as MIGRATE;
use super::told::Told;
use super::{AT_ONCE, Work};
use crate::engine::journal::{Journal, JournalError, State};
use crate::engine::stop::Stop;
use crate::engine::undo::{Counts, Undo};

pub(super) const COMMAND: &str = "core-table rollback";

impl Work {
    pub(super) async fn roll_back(&self) -> Result<Told, Stop> {
        let journal = self.session.writer.recorder.journal();
        let runs = journal.runs()?.into_iter().rev();
        let runs = runs.filter(|(_, run)| run.command == MIGRATE).map(|(number, _)| number);
        let runs: Vec<u64> = runs.collect();
        // How many had been taken back when this rollback was first asked for.
        let before = match journal.mark(COMMAND)?.and_then(|kept| kept.parse().ok()) {
            Some(before) => before,
            None => taken_back(journal, &runs)?,
        };
        journal.set_mark(COMMAND, Some(&before.to_string()))?;
        for command in super::compare::COMMANDS.into_iter().chain([MIGRATE]) {
            if journal.mark(command)?.is_some() {
                journal.set_mark(command, None)?;
            }
        }
        let found = RefCell::new(Capped::default());
        let undo = Undo {
            reader: &self.reader,
            tables: &self.session.writer.tables,
            journal,
            writer: Some(&self.session.writer),
            at_once: AT_ONCE,
            interrupted: &|| self.budget.is_spent(),
            found: &|finding| found.borrow_mut().take(finding),
            through: &|_| {},
        };
        let undone = RefCell::new(None);
        let ended = self
            .within(async {
                let done = undo.undo(&runs).await;
                let stopped = done.stopped.clone();
                *undone.borrow_mut() = Some(done.total());
                stopped.map_or(Ok(()), Err)
            })
            .await;
        let Counts { refused, .. } = undone.into_inner().unwrap_or_default();
        self.session.writer.recorder.flush().await?;
        let rolled_back = taken_back(journal, &runs)?.saturating_sub(before);
        let over = matches!(ended, Ok(true));
        if over {
            journal.set_mark(COMMAND, None)?;
        }
        ended?;
        let summary = json!({
            "action": self.action.word(),
            "complete": over && refused == 0,
            "rolled_back": rolled_back,
            "refused": refused,
            "findings": found.into_inner(),
        });
        Ok(if !over {
            let body = format!(
                "Rollback is not complete: the time was over after {rolled_back} rows; invoke again, and it goes on"
            );
            Told { answer: Answer::good(body, summary), exit: 130 }
        } else if refused > 0 {
            let body = format!(
                "Rollback finished: {rolled_back} rows went, {refused} stay, since somebody has changed them"
            );
            Told { answer: Answer::bad(body, summary), exit: 1 }
        } else {
            let body = format!("Rollback completed successfully: {rolled_back} rows went");
            Told { answer: Answer::good(body, summary), exit: 0 }
        })
    }
}

/// How many changes of these runs are taken back.
fn taken_back(journal: &Journal, runs: &[u64]) -> Result<u64, JournalError> {
    let mut sum = 0;
    for run in runs {
        let counts = journal.count(*run)?;
        sum += counts
            .iter()
            .filter(|(state, _)| *state == State::RolledBack)
            .map(|(_, n)| n)
            .sum::<u64>();
    }
    Ok(sum)
}
