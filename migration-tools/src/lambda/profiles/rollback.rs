//! A rollback: profiles get what they had before the last migration, where nobody has changed them since.

use std::cell::RefCell;

use super::answer::{Answer, MAX_RESULTS, Summary};
use super::told::{Heard, Told, forget_looks};
use super::{AT_ONCE, Work};
use crate::engine::events::{Event, Listener};
use crate::engine::journal::{Journal, JournalError, State};
use crate::engine::stop::Stop;
use crate::engine::undo::{Undo, chain};

pub(super) const COMMAND: &str = "profiles rollback";

impl Work {
    pub(super) async fn roll_back(&self) -> Result<Answer, Stop> {
        let recorder = &self.session.writer.recorder;
        let journal = recorder.journal();
        let run = self.session.run();
        // One that was begun goes on, whatever else has left something.
        let begun = journal.mark(COMMAND)?.and_then(|kept| kept.parse().ok());
        let Some(last) = begun.map_or_else(|| last(journal), |run| Ok(Some(run)))? else {
            let message =
                "There is nothing to take back: no migration has left anything".to_owned();
            let summary = Some(Summary { results_limit: MAX_RESULTS, ..Summary::default() });
            let (success, complete, verification, error) = (true, true, None, None);
            let run = Some(run);
            return Ok(Answer { success, message, complete, run, summary, verification, error });
        };
        forget_looks(journal)?;
        journal.set_mark(COMMAND, Some(&last.to_string()))?;
        let all = journal.runs()?;
        let runs = chain(&all, last);
        // A migration that was not complete does not go on where it was.
        for (_, run) in all.iter().filter(|(number, _)| runs.contains(number)) {
            if journal.mark(&run.command)?.is_some() {
                journal.set_mark(&run.command, None)?;
            }
        }
        let heard = Heard::from(Told::default(), &self.table.table.keys);
        let undo = Undo {
            reader: &self.reader,
            tables: &self.session.writer.tables,
            journal,
            writer: Some(&self.session.writer),
            at_once: AT_ONCE,
            interrupted: &|| self.budget.is_spent(),
            found: &|finding| heard.hear(&Event::Found(finding)),
            through: &|_| {},
        };
        let refused = RefCell::new(0);
        let ended = self
            .within(async {
                let done = undo.undo(&runs).await;
                *refused.borrow_mut() = done.total().refused;
                done.stopped.map_or(Ok(()), Err)
            })
            .await;
        let over = ended?;
        recorder.flush().await?;
        if over {
            journal.set_mark(COMMAND, None)?;
        }
        let (taken_back, total) = counted(journal, &runs)?;
        let failure = refused.into_inner();
        let results = heard.told().clone().results();
        let named = u64::try_from(results.len()).unwrap_or(u64::MAX);
        let message = match (over, failure) {
            (false, _) => format!(
                "Rollback is not complete: the time was over after {taken_back} profiles; invoke again, and it goes on"
            ),
            (true, 0) => {
                format!("Rollback completed successfully: {taken_back} profiles are as they were")
            }
            (true, _) => format!(
                "Rollback finished: {taken_back} profiles are as they were, {failure} are not, since somebody has changed them"
            ),
        };
        Ok(Answer {
            success: over && failure == 0,
            message,
            complete: over,
            run: Some(run),
            summary: Some(Summary {
                total_profiles: total,
                success_count: taken_back,
                failure_count: failure,
                skipped_count: total.saturating_sub(taken_back + failure),
                results,
                results_limit: MAX_RESULTS,
                results_omitted: failure.saturating_sub(named),
            }),
            verification: None,
            error: None,
        })
    }
}

/// The last migration that has left something.
fn last(journal: &Journal) -> Result<Option<u64>, JournalError> {
    for (number, run) in journal.runs()?.into_iter().rev() {
        let left = |(state, count): (State, u64)| {
            count > 0 && matches!(state, State::Intended | State::Proven)
        };
        if run.command.starts_with(super::migrate::COMMAND)
            && journal.count(number)?.into_iter().any(left)
        {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// How many changes of these runs are taken back, and how many there were.
fn counted(journal: &Journal, runs: &[u64]) -> Result<(u64, u64), JournalError> {
    let (mut back, mut all) = (0, 0);
    for run in runs {
        for (state, count) in journal.count(*run)? {
            back += if state == State::RolledBack { count } else { 0 };
            all += if state == State::Void { 0 } else { count };
        }
    }
    Ok((back, all))
}
