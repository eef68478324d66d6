//! `rollback`: everything that invocations have copied goes, where nobody has changed it since.

use std::cell::RefCell;

use serde_json::json;

use super::super::{Answer, Capped};
use super::migrate::COMMAND as MIGRATE;
use super::told::Told;
use super::{AT_ONCE, Work};
use crate::engine::stop::Stop;
use crate::engine::undo::{Counts, Undo};

pub(super) const COMMAND: &str = "core-table rollback";

impl Work {
    pub(super) async fn roll_back(&self) -> Result<Told, Stop> {
        let journal = self.session.writer.recorder.journal();
        let before = journal.mark(COMMAND)?.and_then(|kept| kept.parse().ok()).unwrap_or(0_u64);
        journal.set_mark(COMMAND, Some(&before.to_string()))?;
        for command in super::compare::COMMANDS.into_iter().chain([MIGRATE]) {
            if journal.mark(command)?.is_some() {
                journal.set_mark(command, None)?;
            }
        }
        let runs = journal.runs()?.into_iter().rev();
        let runs = runs.filter(|(_, run)| run.command == MIGRATE).map(|(number, _)| number);
        let runs: Vec<u64> = runs.collect();
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
        let Counts { rolled_back, already, refused } = undone.into_inner().unwrap_or_default();
        let rolled_back = before + rolled_back;
        let over = matches!(ended, Ok(true));
        let kept = (!over).then(|| rolled_back.to_string());
        journal.set_mark(COMMAND, kept.as_deref())?;
        ended?;
        let summary = json!({
            "action": self.action.word(),
            "complete": over && refused == 0,
            "rolled_back": rolled_back,
            "already": already,
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
