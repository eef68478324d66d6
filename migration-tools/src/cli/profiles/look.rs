//! `profiles dry-run` and `profiles verify`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::super::console::Console;
use super::super::end::{End, Failed};
use super::super::findings::{Counted, Findings};
use super::super::interrupt::Interrupt;
use super::super::settings::Settings;
use super::super::watch::Watch;
use super::Look;
use super::places::{Ready, Wanted};
use crate::engine::item::Item;
use crate::engine::journal::{Finding, Kind};
use crate::engine::typed_json::encode;
use crate::profiles::{Change, PROFILES, Position, Standing, Survey, Tally, Version, changes, now};

/// Kinds of changes that are told apart; more are counted.
const MAX_KINDS: usize = 1_000;
/// Profiles that a document shows; all are counted.
const MAX_ROWS: usize = 10_000;
/// Profiles that are shown to people.
const SHOWN: usize = 20;

/// Why it is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    DryRun,
    Verify,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    table: &'d str,
    target_version: Version,
    valid: bool,
    #[serde(flatten)]
    tally: Tally,
    changes: Vec<Kinds>,
    more_changes: u64,
    findings: Vec<Counted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<Row>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_rows: Option<u64>,
}

/// Profiles in which the same fields change.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Kinds {
    from: Version,
    fields: Vec<Field>,
    profiles: u64,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Field {
    field: String,
    what: &'static str,
}

/// One profile with its values.
#[derive(Serialize)]
struct Row {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    changes: Vec<ShownChange>,
}

#[derive(Serialize)]
struct ShownChange {
    field: String,
    what: &'static str,
    before: Option<Value>,
    after: Option<Value>,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    kinds: BTreeMap<(Version, Vec<Field>), u64>,
    more_changes: u64,
    findings: Findings,
    rows: Vec<Row>,
    more_rows: u64,
}

impl Look {
    pub(super) async fn run(
        self,
        settings: &Settings,
        console: &Console,
        ready: &Ready,
        wanted: Wanted,
        why: For,
    ) -> Result<End, Failed> {
        let rule = wanted.rule(&now(), &ready.table)?;
        let interrupt = Interrupt::listen();
        let watch = Watch::new(console);
        let seen = Mutex::new(Seen::default());
        let survey = Survey {
            reader: &ready.ground.reader,
            table: &ready.table,
            rule: &rule,
            listener: &watch,
            seen: &|profile, standing| {
                let key = ready.table.table.key_of(profile).ok();
                let key = key.and_then(|key| encode(&key).ok()).unwrap_or_default();
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.see(key, profile, standing, (why, wanted.target, self.show_values));
            },
            interrupted: &|| interrupt.requested(),
            limit: None,
            keep: &|_| Ok(()),
        };
        let mut position = Position::default();
        survey.run(&mut position).await?;
        let tally = position.tally;
        let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        seen.say(console, why);
        if self.show_values {
            seen.show(console);
        }
        let Tally { profiles, at_target, older, refused } = tally;
        console.say(&format!(
            "{profiles} profiles: {at_target} have version {}, {older} are older, {refused} have to be seen to.",
            wanted.target
        ));
        match why {
            For::DryRun => console.say(&format!("Nothing was written. {older} would be migrated.")),
            For::Verify if tally.differences() == 0 => {
                console.say("Every profile has the version.");
            }
            For::Verify => console.problem(&format!("{} differences.", tally.differences())),
        }
        let kinds = seen.kinds.into_iter();
        let show = |all| self.show_values.then_some(all);
        console.document(&Document {
            command: if why == For::Verify { "profiles verify" } else { "profiles dry-run" },
            dep_name: settings.deployment.dep_name(),
            stage: settings.deployment.stage(),
            region: &settings.region,
            table: &ready.table.table.name,
            target_version: wanted.target,
            valid: tally.differences() == 0,
            tally,
            changes: kinds
                .map(|((from, fields), profiles)| Kinds { from, fields, profiles })
                .collect(),
            more_changes: seen.more_changes,
            findings: seen.findings.groups(),
            more_rows: self.show_values.then_some(seen.more_rows),
            rows: show(seen.rows),
        });
        Ok(match why {
            For::Verify if tally.differences() > 0 => End::Different,
            For::DryRun if tally.refused > 0 => End::Partly,
            _ => End::Done,
        })
    }
}

impl Seen {
    fn see(
        &mut self,
        key: String,
        profile: &Item,
        standing: &Standing,
        (why, target, show): (For, Version, bool),
    ) {
        let (reason, all) = match standing {
            Standing::AtTarget => return,
            Standing::Refused { refusal, .. } => {
                let (reason, remedy) = (refusal.reason.clone(), refusal.remedy.clone());
                self.find(&key, Kind::Refused, reason.clone(), remedy);
                (Some(reason), Vec::new())
            }
            Standing::Older { from, .. } if why == For::Verify => {
                let reason = format!("its version is {from}, below {target}");
                let remedy = "`profiles migrate` brings it there".to_owned();
                self.find(&key, Kind::Leftover, reason.clone(), remedy);
                (Some(reason), Vec::new())
            }
            Standing::Older { from, after } => {
                let all = changes(profile, after.item());
                self.count(*from, &all);
                (None, all)
            }
        };
        if show && self.rows.len() < MAX_ROWS {
            let changes = all.iter().map(ShownChange::of).collect();
            self.rows.push(Row { key, reason, changes });
        } else {
            self.more_rows += 1;
        }
    }

    fn find(&mut self, key: &str, kind: Kind, reason: String, remedy: String) {
        let (table, key) = (PROFILES.to_owned(), key.to_owned());
        self.findings.hear(&Finding { table, key, kind, reason, remedy });
    }

    fn count(&mut self, from: Version, all: &[Change]) {
        let field = |one: &Change| Field { field: one.field.to_string(), what: one.what.word() };
        let kind = (from, all.iter().map(field).collect::<Vec<_>>());
        if self.kinds.len() >= MAX_KINDS && !self.kinds.contains_key(&kind) {
            self.more_changes += 1;
        } else {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    fn say(&self, console: &Console, why: For) {
        if why == For::DryRun {
            for ((from, fields), profiles) in &self.kinds {
                let fields = fields.iter().map(|one| format!("{} {}", one.field, one.what));
                let fields = fields.collect::<Vec<_>>().join(", ");
                console.say(&format!("  {profiles} profiles of version {from}: {fields}"));
            }
            if self.more_changes > 0 {
                console.say(&format!("  {} profiles with other changes", self.more_changes));
            }
        }
        self.findings.say(console, None);
    }

    /// Shows profiles with their values, which no log may keep.
    fn show(&self, console: &Console) {
        for row in self.rows.iter().take(SHOWN) {
            let why = row.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            console.show(&format!("  {}{why}", row.key));
            for one in &row.changes {
                let value = |value: &Option<Value>| {
                    value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string)
                };
                let (before, after) = (value(&one.before), value(&one.after));
                console.show(&format!("    {} {}: {before} -> {after}", one.field, one.what));
            }
        }
        let more = self.rows.len().saturating_sub(SHOWN);
        if more > 0 || self.more_rows > 0 {
            let more = u64::try_from(more).unwrap_or(u64::MAX).saturating_add(self.more_rows);
            console.show(&format!("  and {more} more (--format json shows {MAX_ROWS})"));
        }
    }
}

impl ShownChange {
    fn of(change: &Change) -> Self {
        let value = |value: &Option<aws_sdk_dynamodb::types::AttributeValue>| {
            let item: Item = [("value".to_owned(), value.clone()?)].into();
            let text = encode(&item).ok()?;
            serde_json::from_str::<Value>(&text).ok()?.get("value").cloned()
        };
        Self {
            field: change.field.to_string(),
            what: change.what.word(),
            before: value(&change.before),
            after: value(&change.after),
        }
    }
}
