//! The plan as a file.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::super::end::Failed;
use super::super::global::Global;
use super::super::session::{Ground, now};
use super::super::settings::Settings;
use crate::amplify::id_map::IdMap;
use crate::amplify::migration::{Choice, Cost, Plan, Survey};
use crate::amplify::objects::Looked;
use crate::amplify::tables::Objects;
use crate::engine::price::Prices;
use crate::engine::writer::Old;
use crate::new_file::NewFile;

/// The plan that follows from what was asked for and what was found.
pub(super) fn made(
    settings: &Settings,
    global: &Global,
    map: &IdMap,
    (choice, old): (&Choice, Old),
    ground: &Ground,
    (survey, objects): (Survey, Vec<Looked>),
    (phases, prices): (usize, &Prices),
) -> Plan {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let phases = count(phases);
    let cost = Cost::of((&survey, phases), prices, global.max_rcu, global.max_wcu);
    Plan {
        format: Plan::format(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made: now(),
        dep_name: settings.deployment.dep_name().to_owned(),
        stage: settings.deployment.stage().to_owned(),
        region: settings.region.clone(),
        map: map.digest().iter().map(|byte| format!("{byte:02x}")).collect(),
        users: count(map.len()),
        renamed: count(map.renamed_users()),
        phases,
        old: match old {
            Old::Delete => "delete",
            Old::Keep => "keep",
            Old::Mark => "mark",
        }
        .to_owned(),
        include_unlisted: choice.include_unlisted,
        steps: Plan::steps_of(choice),
        objects_moved: choice.settings.objects == Objects::Moved,
        objects,
        absent: ground.targets.absent.iter().map(|one| one.table.key.to_owned()).collect(),
        survey,
        cost,
    }
}

/// Writes a plan to a file of its own.
pub(super) fn write(path: &Path, plan: &Plan) -> Result<(), Failed> {
    let cannot = |source: std::io::Error| match source.kind() {
        ErrorKind::AlreadyExists => Failed::Usage(format!(
            "{} exists and was left as it is; move it away, or give another --plan-out",
            path.display()
        )),
        _ => Failed::Output { path: path.to_owned(), source },
    };
    let mut text = serde_json::to_vec_pretty(plan)
        .map_err(|source| Failed::Plan { path: path.to_owned(), source })?;
    text.push(b'\n');
    let mut file = NewFile::create(path).map_err(cannot)?;
    file.write_all(&text).map_err(cannot)?;
    file.publish().map_err(cannot)
}

/// Reads a plan.
pub(super) fn read(path: &Path) -> Result<Plan, Failed> {
    let text = fs::read(path).map_err(|source| Failed::Input { path: path.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|source| Failed::Plan { path: path.to_owned(), source })
}
