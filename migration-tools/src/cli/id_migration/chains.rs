//! Maps with chains: which phases are done, and saying so.

use super::super::end::Failed;
use super::Work;
use crate::amplify::migration::ChainError;
use crate::engine::journal::Journal;

impl Work<'_> {
    /// How many phases are done.
    pub(super) fn done(&self, journal: Option<&Journal>) -> Result<usize, Failed> {
        let Some(journal) = journal else { return Ok(0) };
        self.chain.done(journal).map_err(|error| match error {
            ChainError::Journal(error) => error.into(),
            error => Failed::Prerequisite(error.to_string()),
        })
    }

    /// Whether all phases of a chain are done, which is said then: nothing tells it but the journal,
    /// since ids that were old are others' new ones.
    pub(super) fn all_done(&self, journal: Option<&Journal>) -> Result<bool, Failed> {
        let phases = self.chain.phases();
        let all = self.done(journal)? == phases;
        if all {
            self.console.say(&format!(
                "All {phases} phases of this id map are done, as the journal says; nothing was read or written."
            ));
        }
        Ok(all)
    }

    pub(super) fn phase_done(&self, phase: usize) {
        self.console.say(&format!("Phase {phase} of {} is complete.", self.chain.phases()));
    }

    /// Says where a chain stopped.
    pub(super) fn phases_left(&self, journal: &Journal) -> Result<(), Failed> {
        let (done, phases) = (self.done(Some(journal))?, self.chain.phases());
        if phases > 1 && done < phases {
            self.console.problem(&format!(
                "Phase {} of {phases} is not complete, and no later one was begun.",
                done + 1
            ));
        }
        Ok(())
    }
}
