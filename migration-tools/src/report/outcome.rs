//! How a run ended, in words.

use serde::Serialize;

use super::told::Told;
use super::work::Work;
use crate::engine::journal::State;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// How good that is.
    pub level: Level,
    /// What there is to say about it, a sentence each.
    pub sentences: Vec<String>,
}

/// How good something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Everything is done.
    Done,
    /// It goes on, or a person has to see to something.
    Open,
    /// It did not come to its end.
    Broken,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "open",
            Self::Broken => "broken",
        }
    }
}

impl Outcome {
    /// Of a run, what it said it did, and the run that went on with it.
    #[must_use]
    pub fn of(run: &Told, work: Option<&Work>, continued_by: Option<u64>) -> Self {
        let found = run.found();
        let (level, text) = match run.exit {
            _ if run.ended.is_none() => (
                Level::Broken,
                "It did not end: it was killed, or its machine was stopped.".to_owned(),
            ),
            Some(0) if work.and_then(|work| work.complete) == Some(true) => (
                Level::Done,
                "Complete: the last pass over all tables found nothing to do and no old id."
                    .to_owned(),
            ),
            Some(0) => (Level::Done, "Everything that was asked for is done.".to_owned()),
            Some(1) if found > 0 => {
                (Level::Open, format!("It ended, and {} to be seen to.", records(found)))
            }
            Some(1) => (Level::Open, "It ended before everything was done.".to_owned()),
            Some(2) => (
                Level::Broken,
                "It ended because of a wrong flag or a bad input file.".to_owned(),
            ),
            Some(3) => (
                Level::Broken,
                "It ended because something it needs was not there, or was lost: a sign-in, the lease, a resource."
                    .to_owned(),
            ),
            Some(4) => (Level::Open, "The operator said no, or nobody could be asked.".to_owned()),
            Some(5) => (Level::Open, "It found differences.".to_owned()),
            Some(130) => (Level::Open, "The operator stopped it.".to_owned()),
            other => (
                Level::Broken,
                format!("It ended with the exit code {}.", other.unwrap_or_default()),
            ),
        };
        let mut sentences = vec![text];
        let open = run.count(State::Intended);
        if open > 0 {
            sentences.push(format!(
                "Whether {open} of its changes were made is not known yet: the next run looks, before anything else."
            ));
        }
        let taken_back = run.count(State::RolledBack);
        if taken_back > 0 {
            sentences.push(format!("{taken_back} of its changes were taken back since."));
        }
        if level != Level::Done && work.is_some_and(|work| work.logins_held) {
            sentences.push(
                "The login rows were left as they are, since data could not be moved.".to_owned(),
            );
        }
        if let Some(by) = continued_by {
            sentences.push(format!("Run {by} went on with it."));
        }
        Self { level, sentences }
    }
}

fn records(count: u64) -> String {
    if count == 1 { "one thing has".to_owned() } else { format!("{count} things have") }
}
