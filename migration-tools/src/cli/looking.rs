//! What `status` and `report` have in common: they look at the journal, and call nobody.

use std::path::Path;

use super::end::Failed;
use super::global::{DEFAULT_JOURNAL, Global};
use crate::engine::journal::Journal;
use crate::report::{Told, Way, told};

/// The journal of the folder that was given, whosever it is, and its runs.
///
/// # Errors
///
/// When there is none, a run is using it, or it cannot be read.
pub(super) fn journal(global: &Global) -> Result<(Journal, Vec<Told>), Failed> {
    if !Journal::is_in(&global.journal) {
        return Err(Failed::Prerequisite(format!(
            "there is no journal in the folder `{}`; the first run of a migration begins one, and --journal says where it is",
            global.journal.display()
        )));
    }
    let journal = Journal::open_existing(&global.journal)?;
    let runs = told(&journal)?;
    Ok((journal, runs))
}

/// A run by its number.
pub(super) fn run(runs: &[Told], number: u64) -> Result<&Told, Failed> {
    runs.iter().find(|run| run.run == number).ok_or_else(|| {
        let last = runs.last().map_or(0, |run| run.run);
        Failed::Usage(format!(
            "there is no run {number} in the journal; its runs are 1 to {last}, `migration-tools status` lists them"
        ))
    })
}

/// What command lines need besides the deployment.
pub(super) fn way(global: &Global) -> Way {
    let usual = global.journal == Path::new(DEFAULT_JOURNAL);
    Way { journal: (!usual).then(|| global.journal.clone()), profile: global.profile.clone() }
}
