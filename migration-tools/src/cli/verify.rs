//! `verify`: whether the migration is done, record by record.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::id_migration::{Summary, map::MapChoice};
use super::interrupt::Interrupt;
use super::session::{self, Ground};
use super::settings::Settings;
use super::watch::Watch;
use crate::amplify::migration::{
    Chain, ChainError, Choice, Rename, Target, Verification, Verified, Verify,
};
use crate::amplify::objects::{
    Family, ObjectsVerified, Standing, VerifiedObjects, verify as verify_objects,
};
use crate::amplify::tables::Objects;
use crate::engine::journal::Journal;

/// Findings of one kind that are told one by one.
const SHOWN: usize = 20;

#[derive(Args, Debug)]
pub(super) struct VerifyCommand {
    /// Who was renamed: columns old_id and new_id
    #[arg(long, value_name = "FILE", default_value = "migration_users.csv")]
    csv_file: PathBuf,
    /// Look at so many records of each table only
    #[arg(long, value_name = "RECORDS", value_parser = clap::value_parser!(u64).range(1..))]
    sample: Option<u64>,
    /// Tables that the original leaves out took part
    #[arg(long)]
    include_unlisted: bool,
    /// Records that the migration had no business with must be the same to the byte as when it began:
    /// for when nobody else writes
    #[arg(long)]
    strict: bool,
    /// Objects did not take part: the migration was made with --without-objects, or with --only and
    /// without the step `objects`
    #[arg(long)]
    without_objects: bool,
    /// Show the keys of records and the names of objects that are not as they should be: they have ids of
    /// users
    #[arg(long)]
    show_values: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    journal: bool,
    sample: Option<u64>,
    differences: u64,
    /// Phases of a map with chains that are not complete: then no record was looked at.
    open_phases: usize,
    tables: &'d [Verified],
    objects: &'d [VerifiedObjects],
    findings: Vec<Shown<'d>>,
}

#[derive(Serialize)]
struct Shown<'d> {
    table: &'d str,
    kind: &'static str,
    reason: &'d str,
    remedy: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'d str>,
}

impl VerifyCommand {
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let choice = MapChoice {
            csv_file: &self.csv_file,
            no_id_change: false,
            use_sub: false,
            user_pool_id: None,
            users: None,
            // Nothing is renamed by it.
            allow_chains: true,
        };
        let map = choice.read(&settings, console).await?;
        let ground = Ground::survey(&settings, global, console).await?;
        let ground = match self.without_objects {
            true => ground,
            false => ground.with_storage(&settings, console).await?,
        };
        let journal = session::kept_journal(&settings, global, &ground)?;
        if journal.is_none() {
            console.say(&format!(
                "There is no journal in {}: what a run wrote is not known, and is judged by the records alone.",
                global.journal.display()
            ));
        }
        let chain = Chain::of(&map, self.include_unlisted);
        let open = open_phases(&chain, journal.as_deref())?;
        if open > 0 {
            console.problem(&format!(
                "{open} of the {} phases of this id map are not complete, and before they are nothing can be said of records; go on with `migration-tools id-migration --allow-chains`.",
                chain.phases()
            ));
        }
        let remains = (chain.phases() > 1).then(|| map.remains());
        let map = remains.as_ref().unwrap_or(&map);
        let mut choice = Choice { include_unlisted: self.include_unlisted, ..Choice::default() };
        if ground.storage.is_some() {
            choice.settings.objects = Objects::Moved;
        }
        let standing = ground
            .storage
            .as_ref()
            .map(|storage| Standing::new(storage, &ground.reader, &ground.targets));
        let renames = map.renamed_users() > 0;
        let takes: Vec<&Target> =
            ground.targets.present.iter().filter(|one| choice.takes(one.table, renames)).collect();
        let interrupt = Interrupt::listen();
        let watch = Watch::new(console);
        let verify = Verify {
            reader: &ground.reader,
            journal: journal.as_deref(),
            targets: &ground.targets,
            takes: &takes,
            rule: Rename { standing: standing.as_ref(), ..Rename::new(map, &choice.settings) },
            listener: &watch,
            interrupted: &|| interrupt.requested(),
            sample: self.sample,
            untouched: journal.as_deref().map(untouched).transpose()?.unwrap_or_default(),
        };
        let mut found = if open > 0 { Verification::default() } else { verify.run().await? };
        let mut objects = ObjectsVerified::default();
        if let (Some(storage), None, 0) = (&ground.storage, self.sample, open) {
            let families = Family::ALL.into_iter().collect();
            let interrupted = || interrupt.requested();
            objects =
                verify_objects(storage, &families, map, journal.as_deref(), &interrupted).await?;
        }
        let differences = found.differences() + objects.differences();
        found.findings.append(&mut objects.findings);
        if open == 0 {
            self.show(console, &found, &objects);
        }
        let strict =
            self.strict && found.tables.iter().any(|one| one.untouched_same == Some(false));
        let deployment = &settings.deployment;
        console.document(&Document {
            command: "verify",
            dep_name: deployment.dep_name(),
            stage: deployment.stage(),
            region: &settings.region,
            journal: journal.is_some(),
            sample: self.sample,
            differences,
            open_phases: open,
            tables: &found.tables,
            objects: &objects.sources,
            findings: found
                .findings
                .iter()
                .map(|one| Shown {
                    table: &one.table,
                    kind: one.kind.word(),
                    reason: &one.reason,
                    remedy: &one.remedy,
                    key: self.show_values.then_some(one.key.as_str()),
                })
                .collect(),
        });
        let different = differences > 0 || open > 0 || strict;
        Ok(if different { End::Different } else { End::Done })
    }

    fn show(&self, console: &Console, found: &Verification, objects: &ObjectsVerified) {
        for table in &found.tables {
            let line = line(table);
            if table.differences() > 0 || table.untouched_same == Some(false) {
                console.problem(&line);
            } else if table.as_left + table.changed_since + table.kept > 0 {
                console.say(&line);
            } else {
                console.detail(&line);
            }
        }
        for one in &objects.sources {
            let line = line_of_objects(one);
            if one.unmigrated > 0 {
                console.problem(&line);
            } else if one.copied + one.missing > 0 {
                console.say(&line);
            } else {
                console.detail(&line);
            }
        }
        let mut groups: BTreeMap<(&str, &str, &str, &str), Vec<&str>> = BTreeMap::new();
        for one in &found.findings {
            let of =
                (one.table.as_str(), one.kind.word(), one.reason.as_str(), one.remedy.as_str());
            groups.entry(of).or_default().push(&one.key);
        }
        for ((table, kind, reason, remedy), keys) in &groups {
            console.problem(&format!("{table}: {} {kind}: {reason}; {remedy}", keys.len()));
            if self.show_values {
                keys.iter().take(SHOWN).for_each(|key| console.show(&format!("    {key}")));
            }
        }
        if !groups.is_empty() && !self.show_values {
            console.say("--show-values tells which records they are.");
        }
        let records: u64 = found.tables.iter().map(|table| table.records).sum();
        let how = match self.sample {
            Some(_) => "in the sample",
            None => "in all of every table",
        };
        let listed: u64 = objects.sources.iter().map(|one| one.objects).sum();
        if listed > 0 {
            console.say(&format!("{listed} objects looked at."));
        }
        match found.differences() + objects.differences() {
            0 => console.say(&format!("{records} records looked at, no difference {how}.")),
            count => {
                console.problem(&format!("{records} records looked at, {count} differences {how}."))
            }
        }
    }
}

fn line_of_objects(one: &VerifiedObjects) -> String {
    let mut line = format!("  {:<42} {:>8} objects", one.label, one.objects);
    let parts = [
        (one.copied, "with a copy where they belong"),
        (one.unmigrated, "NOT MIGRATED"),
        (one.missing, "copies gone since"),
    ];
    for (count, what) in parts.iter().filter(|(count, _)| *count > 0) {
        line += &format!(", {count} {what}");
    }
    line
}

/// How many phases of a map with chains are not done, which only the journal knows: ids of a chain are
/// old ones of some and new ones of others.
fn open_phases(chain: &Chain<'_>, journal: Option<&Journal>) -> Result<usize, Failed> {
    if chain.phases() == 1 {
        return Ok(0);
    }
    let Some(journal) = journal else {
        return Err(Failed::Prerequisite(
            "some new ids of this id map are old ids of others, so that records do not tell who was renamed; give the --journal of the migration, which does".to_owned(),
        ));
    };
    match chain.done(journal) {
        Ok(done) => Ok(chain.phases() - done),
        Err(ChainError::Journal(error)) => Err(error.into()),
        Err(error) => Err(Failed::Prerequisite(error.to_string())),
    }
}

fn line(table: &Verified) -> String {
    let mut line = format!("  {:<42} {:>8} records", table.table, table.records);
    let parts = [
        (table.as_left, "as the migration left them"),
        (table.changed_since, "changed since by others"),
        (table.kept, "old ones kept"),
        (table.unmigrated, "NOT MIGRATED"),
        (table.refused, "REFUSED"),
        (table.leftovers, "OLD IDS LEFT"),
        (table.missing, "MISSING"),
    ];
    for (count, what) in parts.iter().filter(|(count, _)| *count > 0) {
        line += &format!(", {count} {what}");
    }
    match table.untouched_same {
        Some(true) if table.untouched > 0 => {
            line += &format!(", the other {} not changed by a byte", table.untouched);
        }
        Some(false) => line += ", others were written by somebody since the migration began",
        _ => {}
    }
    line
}

/// What the last run that has a plan says of records that it does not touch.
fn untouched(journal: &Journal) -> Result<BTreeMap<String, (u64, String)>, Failed> {
    let runs = journal.runs()?;
    let last = runs.into_iter().rev().find_map(|(_, run)| {
        serde_json::from_value::<Summary>(run.summary?).ok().filter(|one| !one.tables.is_empty())
    });
    let tables = last.into_iter().flat_map(|summary| summary.tables);
    let tables = tables.filter(|one| !one.untouched_digest.is_empty());
    Ok(tables.map(|one| (one.table, (one.untouched, one.untouched_digest))).collect())
}
