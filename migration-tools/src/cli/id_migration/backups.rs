//! The way back that has to be there before the first write.

use super::super::console::Console;
use super::super::end::Failed;
use super::super::session::Ground;
use super::super::settings::Settings;
use crate::amplify::migration::Target;
use crate::amplify::tables::Turn;
use crate::backups::{Answer, Reader, Resources, Terms, check};

/// Checks that every table that is written has a backup of the last 24 hours and recovery that reaches
/// this moment, and that every bucket keeps versions.
///
/// # Errors
///
/// With the tables that have not, and the command that makes it.
pub(in crate::cli) async fn required(
    settings: &Settings,
    console: &Console,
    ground: &Ground,
    takes: &[&Target],
) -> Result<(), Failed> {
    // What the old user storage has goes into the other one.
    let storage = ground.targets.present.iter().filter(|target| target.table.turn == Turn::Storage);
    let mut tables: Vec<String> = takes
        .iter()
        .copied()
        .chain(storage)
        .map(|target| target.described.table.name.clone())
        .collect();
    tables.sort_unstable();
    tables.dedup();
    let storage = ground.storage.as_ref();
    let buckets = storage.map(|storage| storage.buckets.values().cloned().collect());
    let resources = Resources { tables, buckets: buckets.unwrap_or_default() };
    let reader = Reader::new(&settings.config);
    let report = check(&reader, &resources, &Terms::default(), &()).await;
    let absent = report.entries.iter().any(|entry| matches!(entry.answer, Answer::Absent));
    if report.is_covered() && !absent {
        console.say(&format!(
            "Backups: all {} tables have one of the last 24 hours, and recovery up to now; all {} buckets keep versions.",
            resources.tables.len(),
            resources.buckets.len()
        ));
        return Ok(());
    }
    for entry in &report.entries {
        match &entry.answer {
            Answer::Covered(_) => {}
            Answer::Absent | Answer::Missing(_) | Answer::Failed(_) => {
                console.problem(&format!("{}: {}", entry.name, entry.answer));
            }
        }
    }
    let (dep_name, stage) = (settings.deployment.dep_name(), settings.deployment.stage());
    Err(Failed::Prerequisite(format!(
        "not every table and bucket has a way back; make it with `migration-tools backup-prereq --dep-name {dep_name} --stage {stage} --region {}`, or give --dont-backup if you have another one",
        settings.region
    )))
}
