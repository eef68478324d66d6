//! `dry-run` and `verify`.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::super::Answer;
use super::told::{Heard, Kept, Told};
use super::{Action, Work};
use crate::core_table::{Comparison, Tally};
use crate::engine::stop::Stop;

pub(super) const COMMANDS: [&str; 2] = ["core-table dry-run", "core-table verify"];

impl Work {
    pub(super) async fn compare(&self) -> Result<Told, Stop> {
        let journal = self.session.writer.recorder.journal();
        let verify = self.action == Action::Verify;
        let command = COMMANDS[usize::from(verify)];
        let Kept { mut position, found, .. } = Kept::of(journal, command)?.unwrap_or_default();
        let run = self.session.run();
        let kept = Mutex::new(found.clone());
        let heard = Heard::from(found);
        let comparison = Comparison {
            old: self.old(),
            journal: Some(journal),
            both_ways: verify,
            listener: &heard,
            interrupted: &|| self.budget.is_spent(),
            keep: &|position| {
                let found = heard.found().clone();
                let (position, of) = (position.clone(), found.clone());
                Kept { run, position, found: of, ..Kept::default() }.keep(journal, command)?;
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = found;
                Ok(())
            },
        };
        let ended = self.within(comparison.run(&mut position)).await;
        let over = matches!(ended, Ok(true));
        let found =
            if over { heard.found().clone() } else { kept.into_inner().unwrap_or_default() };
        let left = Kept { run, position, found, ..Kept::default() };
        match over {
            true => journal.set_mark(command, None)?,
            false => left.keep(journal, command)?,
        }
        ended?;
        let Kept { position, found, .. } = left;
        let all = position.tally.values();
        let differences: u64 = all.clone().map(Tally::differences).sum();
        let to_write: u64 = all.clone().map(|one| one.absent + one.outdated).sum();
        let in_the_way: u64 = all.map(|one| one.differing + one.refused).sum();
        let mut summary = json!({
            "action": self.action.word(),
            "complete": over,
            "index": self.tables.has_index(),
            "tables": position.tally,
            "findings": found,
        });
        let (name, count) =
            if verify { ("differences", differences) } else { ("to_write", to_write) };
        summary[name] = count.into();
        Ok(match (over, verify) {
            (false, _) => {
                let body = "The comparison is not complete: the time was over; invoke again, and it goes on";
                Told { answer: Answer::good(body.to_owned(), summary), exit: 130 }
            }
            (true, true) if differences == 0 => {
                let body = "Verified: every row of the old tables stands in CoreTable as it should";
                Told { answer: Answer::good(body.to_owned(), summary), exit: 0 }
            }
            (true, true) => {
                let body = format!("Verification found {differences} differences");
                Told { answer: Answer::bad(body, summary), exit: 5 }
            }
            (true, false) if in_the_way == 0 => {
                let body = format!("Dry run: {to_write} rows would be written");
                Told { answer: Answer::good(body, summary), exit: 0 }
            }
            (true, false) => {
                let body = format!(
                    "Dry run: {to_write} rows would be written, and {in_the_way} stand in the way"
                );
                Told { answer: Answer::bad(body, summary), exit: 1 }
            }
        })
    }
}
