//! A dry run, and a verification.

use std::sync::{Mutex, PoisonError};

use super::answer::{Answer, Invalid, MAX_RESULTS, One, Summary, Verification};
use super::told::{Kept, Told, names};
use super::{Action, PAGE, Work};
use crate::engine::events::Silence;
use crate::engine::item::Item;
use crate::engine::stop::Stop;
use crate::profiles::{Standing, Survey, Tally, changes};

impl Work {
    pub(super) async fn look(&self) -> Result<Answer, Stop> {
        let journal = self.session.writer.recorder.journal();
        let command = self.command.as_str();
        let Kept { mut position, told, .. } = Kept::of(journal, command)?.unwrap_or_default();
        let run = self.session.run();
        let told = Mutex::new(told);
        let lock = || told.lock().unwrap_or_else(PoisonError::into_inner);
        let survey = Survey {
            reader: &self.reader,
            table: &self.table,
            rule: &self.rule,
            listener: &Silence,
            seen: &|profile, standing| self.see(&mut lock(), profile, standing),
            interrupted: &|| self.budget.is_spent(),
            limit: Some(PAGE),
            keep: &|position| {
                let (position, told) = (position.clone(), lock().clone());
                Ok(Kept { run, position, told }.keep(journal, command)?)
            },
        };
        // A page is seen at once, so that what was told fits the position whenever it is cut off.
        let over = self.within(survey.run(&mut position)).await?;
        let told = lock().clone();
        match over {
            true => journal.set_mark(command, None)?,
            false => Kept { run, position: position.clone(), told: told.clone() }
                .keep(journal, command)?,
        }
        let tally = position.tally;
        Ok(match self.action {
            Action::Verify => self.verified(run, over, tally, told),
            _ => self.planned(run, over, tally, told),
        })
    }

    fn see(&self, told: &mut Told, profile: &Item, standing: &Standing) {
        let (user_id, profile_id) = names(profile, &self.table.table.keys);
        let verify = self.action == Action::Verify;
        match standing {
            Standing::AtTarget => {}
            Standing::Older { from, .. } if verify => {
                let reason = format!("its version is {from}, below {}", self.target);
                told.invalid(Invalid { user_id, profile_id, version: Some(*from), reason });
            }
            Standing::Refused { version, refusal } if verify => {
                let (version, reason) = (*version, refusal.reason.clone());
                told.invalid(Invalid { user_id, profile_id, version, reason });
            }
            Standing::Older { from, after } => told.succeeded(One {
                success: true,
                user_id,
                profile_id,
                from_version: Some(*from),
                to_version: Some(self.target),
                changes: changes(profile, after.item())
                    .iter()
                    .map(|one| format!("{} {}", one.field, one.what.word()))
                    .collect(),
                error: None,
            }),
            Standing::Refused { version, refusal } => told.failed(One {
                success: false,
                user_id,
                profile_id,
                from_version: *version,
                to_version: None,
                changes: Vec::new(),
                error: Some(refusal.to_string()),
            }),
        }
    }

    fn planned(&self, run: u64, over: bool, tally: Tally, told: Told) -> Answer {
        let Tally { profiles, at_target, older, refused } = tally;
        let results = told.results();
        let named = u64::try_from(results.len()).unwrap_or(u64::MAX);
        let message = match over {
            true => format!(
                "Dry run: {older} profiles would be migrated to version {}, and {refused} cannot be; nothing was written",
                self.target
            ),
            false => "The dry run is not complete: the time was over; invoke again, and it goes on"
                .to_owned(),
        };
        Answer {
            success: over && refused == 0,
            message,
            complete: over,
            run: Some(run),
            summary: Some(Summary {
                total_profiles: profiles,
                success_count: older,
                failure_count: refused,
                skipped_count: at_target,
                results,
                results_limit: MAX_RESULTS,
                results_omitted: (older + refused).saturating_sub(named),
            }),
            verification: None,
            error: None,
        }
    }

    fn verified(&self, run: u64, over: bool, tally: Tally, told: Told) -> Answer {
        let differences = tally.differences();
        let (valid, target) = (over && differences == 0, self.target);
        let message = match (over, differences) {
            (false, _) => {
                "The verification is not complete: the time was over; invoke again, and it goes on"
                    .to_owned()
            }
            (true, 0) => format!("All {} profiles have version {target}", tally.profiles),
            (true, _) => format!("{differences} profiles do not have version {target}"),
        };
        Answer {
            success: valid,
            message,
            complete: over,
            run: Some(run),
            summary: None,
            verification: Some(Verification {
                valid,
                invalid_profiles: told.invalid,
                invalid_count: differences,
                invalid_limit: MAX_RESULTS,
                total_profiles: tally.profiles,
            }),
            error: None,
        }
    }
}
