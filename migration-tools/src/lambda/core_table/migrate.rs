//! `migrate`.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::super::Answer;
use super::told::{Heard, Kept, Told};
use super::{AT_ONCE, Work};
use crate::core_table::{Doing, Migration};
use crate::engine::events::Counts;
use crate::engine::stop::Stop;

pub(super) const COMMAND: &str = "core-table migrate";

impl Work {
    pub(super) async fn migrate(&self) -> Result<Told, Stop> {
        let journal = self.session.writer.recorder.journal();
        if journal.mark(super::rollback::COMMAND)?.is_some() {
            let why = "a rollback was begun and is not complete; invoke `rollback` until it is";
            return Ok(Told { answer: super::failed(self.action.word(), why), exit: 3 });
        }
        // What was compared before says nothing afterwards.
        for command in super::compare::COMMANDS {
            if journal.mark(command)?.is_some() {
                journal.set_mark(command, None)?;
            }
        }
        let Kept { mut position, found, settled, .. } =
            Kept::of(journal, COMMAND)?.unwrap_or_default();
        let settled = settled + self.session.settlement.proven;
        let run = self.session.run();
        let kept = Mutex::new(found.clone());
        let heard = Heard::from(found);
        let migration = Migration {
            old: self.old(),
            writer: &self.session.writer,
            listener: &heard,
            interrupted: &|| self.budget.is_spent(),
            at_once: AT_ONCE,
            keep: &|position| {
                let found = heard.found().clone();
                let (position, of) = (position.clone(), found.clone());
                Kept { run, position, settled, found: of }.keep(journal, COMMAND)?;
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = found;
                Ok(())
            },
            doing: Doing::default(),
        };
        let ended = self.within(migration.run(&mut position)).await;
        let over = matches!(ended, Ok(true));
        migration.doing.add_to(&mut position);
        let found =
            if over { heard.found().clone() } else { kept.into_inner().unwrap_or_default() };
        let left = Kept { run, position, settled, found };
        match over {
            true => journal.set_mark(COMMAND, None)?,
            false => left.keep(journal, COMMAND)?,
        }
        ended?;
        let Kept { position, found, .. } = left;
        let total = position.totals().values().fold(Counts::default(), |sum, one| sum.plus(*one));
        let complete = over && position.quiet && total.open() == 0;
        let summary = json!({
            "action": self.action.word(),
            "complete": complete,
            "run": run,
            "passes": position.passes,
            "index": self.tables.has_index(),
            "written": total.written() + settled,
            "refused": total.refused,
            "failed": total.failed,
            "tables": position.totals(),
            "findings": found,
        });
        let (written, passes) = (total.written() + settled, position.passes);
        Ok(if complete {
            let text = format!("{written} rows were written; pass {passes} found nothing to do");
            let body = format!("Migration completed successfully: {text}");
            Told { answer: Answer::good(body, summary), exit: 0 }
        } else if !over {
            let body = format!(
                "Migration is not complete: the time was over after {written} rows were written; invoke again, and it goes on"
            );
            Told { answer: Answer::good(body, summary), exit: 130 }
        } else if total.open() > 0 {
            let body = format!(
                "Migration finished, and {} rows were left alone; `summary.findings` says why, and what to do",
                total.open()
            );
            Told { answer: Answer::bad(body, summary), exit: 1 }
        } else {
            let body = "Migration is not complete: the old tables are still being written; stop the writers, and invoke again";
            Told { answer: Answer::bad(body.to_owned(), summary), exit: 1 }
        })
    }
}
