//! A migration.

use std::sync::{Mutex, PoisonError};

use super::answer::{Answer, MAX_RESULTS, Summary};
use super::told::{Heard, Kept, forget_looks};
use super::{AT_ONCE, PAGE, Work};
use crate::engine::journal::{Journal, JournalError, State};
use crate::engine::stop::Stop;
use crate::engine::undo::chain;
use crate::profiles::Migration;

pub(super) const COMMAND: &str = "profiles migrate";

impl Work {
    pub(super) async fn migrate(&self) -> Result<Answer, Stop> {
        let recorder = &self.session.writer.recorder;
        let journal = recorder.journal();
        if journal.mark(super::rollback::COMMAND)?.is_some() {
            let why =
                "a rollback was begun and is not complete; invoke with `rollback` until it is";
            return Ok(Answer::failed(why));
        }
        forget_looks(journal)?;
        let command = self.command.as_str();
        let Kept { mut position, told, .. } = Kept::of(journal, command)?.unwrap_or_default();
        let run = self.session.run();
        let kept = Mutex::new(told.clone());
        let heard = Heard::from(told, &self.table.table.keys);
        let migration = Migration {
            reader: &self.reader,
            table: &self.table,
            rule: &self.rule,
            writer: &self.session.writer,
            listener: &heard,
            interrupted: &|| self.budget.is_spent(),
            at_once: AT_ONCE,
            limit: Some(PAGE),
            keep: &|position| {
                let told = heard.told().clone();
                let (position, of) = (position.clone(), told.clone());
                Kept { run, position, told: of }.keep(journal, command)?;
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = told;
                Ok(())
            },
        };
        let ended = self.within(migration.run(&mut position)).await;
        let over = matches!(ended, Ok(true));
        let told = match over {
            true => heard.told().clone(),
            // The page is read again, and says again what it says.
            false => kept.into_inner().unwrap_or_else(PoisonError::into_inner),
        };
        match over {
            true => journal.set_mark(command, None)?,
            false => Kept { run, position: position.clone(), told: told.clone() }
                .keep(journal, command)?,
        }
        ended?;
        recorder.flush().await?;
        let total = position.total();
        // The journal has it exactly, whatever was cut off.
        let success = written(journal, run)?;
        let failure = total.refused + total.failed;
        // Of a pass that was cut off, the one before knows how many there are.
        let all = total.records.max(position.before.records);
        let skipped = all.saturating_sub(success + failure + total.gone);
        let results = told.results();
        let named = u64::try_from(results.len()).unwrap_or(u64::MAX);
        let summary = Summary {
            total_profiles: all,
            success_count: success,
            failure_count: failure,
            skipped_count: skipped,
            results,
            results_limit: MAX_RESULTS,
            results_omitted: (success + failure).saturating_sub(named),
        };
        let target = self.target;
        let message = if !over {
            format!(
                "Migration is not complete: the time was over after {success} profiles were migrated; invoke again, and it goes on"
            )
        } else if failure > 0 {
            format!(
                "Migration to version {target} finished: {success} profiles were migrated, and {failure} stay as they are; `summary.results` says why"
            )
        } else if !position.quiet {
            "Migration is not complete: older profiles are still being written; deploy the new code, and invoke again"
                .to_owned()
        } else {
            format!(
                "Migration to version {target} completed successfully: {success} profiles were migrated"
            )
        };
        Ok(Answer {
            success: over && position.quiet && failure == 0,
            message,
            complete: over,
            run: Some(run),
            summary: Some(summary),
            verification: None,
            error: None,
        })
    }
}

/// How many changes this run and those that it goes on with have made.
fn written(journal: &Journal, run: u64) -> Result<u64, JournalError> {
    let mut sum = 0;
    for one in chain(&journal.runs()?, run) {
        let counts = journal.count(one)?;
        let proven = counts.into_iter().filter(|(state, _)| *state == State::Proven);
        sum += proven.map(|(_, count)| count).sum::<u64>();
    }
    Ok(sum)
}
