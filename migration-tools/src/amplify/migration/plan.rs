//! The plan: a file that says what a run would do, for people to agree to, and that a run can be held
//! to.
//!
//! It has names of tables and numbers, and no id and nothing of any record.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::survey::Survey;
use super::targets::Targets;
use super::{Choice, Step};
use crate::amplify::objects::Looked;
use crate::engine::price::{Load, Prices, Units, shortest};

/// The version of the file's format.
const FORMAT: u32 = 1;
/// How old a plan may be when it is run.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the format.
    pub format: u32,
    /// The version of the tool.
    pub version: String,
    /// When it was made, RFC 3339, UTC.
    pub made: String,
    /// Deployment name.
    pub dep_name: String,
    /// Stage.
    pub stage: String,
    /// Region of everything.
    pub region: String,
    /// SHA-256 of all pairs of the id map, in its order.
    pub map: String,
    /// Users of the map.
    pub users: u64,
    /// Users who get another id.
    pub renamed: u64,
    /// How many phases are left, each over all tables: more than one where the map has chains.
    pub phases: u64,
    /// What becomes of old records: `delete`, `keep` or `mark`.
    pub old: String,
    /// Whether tables take part that the original leaves out.
    pub include_unlisted: bool,
    /// The steps.
    pub steps: Vec<String>,
    /// Whether objects move, too.
    pub objects_moved: bool,
    /// What was found of them.
    #[serde(default)]
    pub objects: Vec<Looked>,
    /// Tables that do not exist.
    pub absent: Vec<String>,
    /// What was found.
    pub survey: Survey,
    /// What it costs.
    pub cost: Cost,
}

/// What a run costs, at the least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Read units: every table twice in each phase, since a second pass proves the first.
    pub read_units: u64,
    /// Write units, those of indexes included; with several phases at the most, as if every record that
    /// changes did so in each.
    pub write_units: u64,
    /// US dollars.
    pub dollars: String,
    /// Whose prices were taken, and since when they are known.
    pub prices: String,
    /// It takes no fewer seconds.
    pub seconds: u64,
}

/// Why a plan cannot be run as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan does not fit any more: {}; make a new one with --dry-run --plan-out", .0.join("; "))]
pub struct Outdated(pub Vec<String>);

impl Cost {
    /// Of what was found, done in so many phases.
    #[must_use]
    pub fn of(
        (survey, phases): (&Survey, u64),
        prices: &Prices,
        max_rcu: Option<u32>,
        max_wcu: Option<u32>,
    ) -> Self {
        let loads: Vec<Load> = survey
            .tables
            .iter()
            .map(|table| Load {
                bytes: table.counts.bytes,
                units: Units {
                    read: table.read_units.saturating_mul(2).saturating_mul(phases),
                    write: table.write_units.saturating_mul(phases),
                },
            })
            .collect();
        let units: Units = loads.iter().map(|load| load.units).sum();
        Self {
            read_units: units.read,
            write_units: units.write,
            dollars: prices.cost(units).exact(),
            prices: prices.to_string(),
            seconds: shortest(&loads, max_rcu, max_wcu).as_secs(),
        }
    }
}

impl Plan {
    /// The version of the format that is written.
    #[must_use]
    pub fn format() -> u32 {
        FORMAT
    }

    /// What was chosen, in the words of a plan.
    #[must_use]
    pub fn steps_of(choice: &Choice) -> Vec<String> {
        choice.steps.iter().map(|step: &Step| step.word().to_owned()).collect()
    }

    /// Whether a run that would be made now is the one that was planned: `now` is the plan that follows
    /// from what the operator asks for, without a survey.
    ///
    /// # Errors
    ///
    /// With everything that is another way now.
    pub fn check(&self, now: &Self, targets: &Targets) -> Result<(), Outdated> {
        let mut why = Vec::new();
        let mut same = |what: &str, planned: &str, found: &str| {
            if planned != found {
                why.push(format!("{what}: planned was {planned}, and now it is {found}"));
            }
        };
        same("format", &self.format.to_string(), &now.format.to_string());
        same("version of the tool", &self.version, &now.version);
        same("deployment", &self.dep_name, &now.dep_name);
        same("stage", &self.stage, &now.stage);
        same("region", &self.region, &now.region);
        same("old records", &self.old, &now.old);
        same("steps", &self.steps.join(","), &now.steps.join(","));
        let yes = |is: bool| if is { "yes" } else { "no" };
        same("--include-unlisted", yes(self.include_unlisted), yes(now.include_unlisted));
        same("objects move", yes(self.objects_moved), yes(now.objects_moved));
        if self.map != now.map {
            why.push("the id map is another one".to_owned());
        }
        for table in &self.survey.tables {
            match targets.of_key(&table.table) {
                None => why.push(format!("{} ({}) is gone", table.table, table.name)),
                Some(target) if target.described.id != table.id => {
                    why.push(format!(
                        "{} was made anew as {}",
                        table.table, target.described.table.name
                    ));
                }
                Some(_) => {}
            }
        }
        let new = targets
            .present
            .iter()
            .filter(|target| self.absent.iter().any(|key| key == target.table.key));
        why.extend(new.map(|target| format!("{} exists now", target.table.key)));
        match age(&self.made, &now.made) {
            Some(age) if age <= MAX_AGE => {}
            Some(age) => why.push(format!("it is {} days old", age.as_secs() / 86_400)),
            None => why.push(format!("`{}` is no time of the past", self.made.escape_debug())),
        }
        if why.is_empty() { Ok(()) } else { Err(Outdated(why)) }
    }
}

fn age(made: &str, now: &str) -> Option<Duration> {
    let time = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    (time(now)? - time(made)?).try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_ages_and_does_not_come_from_the_future() {
        let now = "2026-11-21T10:00:00Z";
        assert_eq!(age("2026-11-20T10:00:00Z", now), Some(Duration::from_secs(86_400)));
        assert_eq!(age("2026-11-22T10:00:00Z", now), None);
        assert_eq!(age("yesterday", now), None);
    }
}
