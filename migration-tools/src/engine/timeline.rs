//! When what was done: records read and written over time, and when each table had its turn.
//!
//! The time of a run is cut into equal parts, 120 at most: when there would be more, each two become
//! one. So a run of a second and one of a week are told with the same few numbers.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::apply::Outcome;
use super::events::{Event, Listener};

/// Most parts.
pub const MAX_PARTS: usize = 120;
/// How long a part is at first, in milliseconds.
const FIRST_WIDTH: u64 = 250;
/// Most turns that are remembered: five passes over more tables than there are.
const MAX_TURNS: usize = 1_000;

/// What was done when. All times are milliseconds since the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// How long a part is.
    pub width_ms: u64,
    /// What was done in each part.
    pub parts: Vec<Part>,
    /// The tables, in the order in which work on them began.
    pub turns: Vec<Turn>,
}

/// What was done in one part of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Records that were read.
    pub read: u64,
    /// Records that were changed, wherever that was.
    pub written: u64,
}

/// The work on one table in one pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The table, by its key in the plan.
    pub table: String,
    /// Which pass it was.
    pub pass: u32,
    /// When it began.
    pub began_ms: u64,
    /// When it ended; `None` where it did not.
    pub ended_ms: Option<u64>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { width_ms: FIRST_WIDTH, parts: Vec::new(), turns: Vec::new() }
    }
}

impl Timeline {
    /// Records were read.
    pub fn read(&mut self, at_ms: u64, records: u64) {
        let part = self.part(at_ms);
        part.read = part.read.saturating_add(records);
    }

    /// Records were changed.
    pub fn written(&mut self, at_ms: u64, records: u64) {
        let part = self.part(at_ms);
        part.written = part.written.saturating_add(records);
    }

    /// Work on a table began.
    pub fn began(&mut self, at_ms: u64, table: &str, pass: u32) {
        if self.turns.len() < MAX_TURNS {
            let table = table.to_owned();
            self.turns.push(Turn { table, pass, began_ms: at_ms, ended_ms: None });
        }
    }

    /// Work on a table ended.
    pub fn ended(&mut self, at_ms: u64, table: &str, pass: u32) {
        let open =
            |turn: &&mut Turn| turn.table == table && turn.pass == pass && turn.ended_ms.is_none();
        if let Some(turn) = self.turns.iter_mut().rev().find(open) {
            turn.ended_ms = Some(at_ms);
        }
    }

    /// When the last thing happened that it knows of: the end of the last part or turn.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        let parts = u64::try_from(self.parts.len()).unwrap_or(u64::MAX);
        let turns = self.turns.iter().map(|turn| turn.ended_ms.unwrap_or(turn.began_ms));
        turns.fold(parts.saturating_mul(self.width_ms), u64::max)
    }

    /// The part that a moment is in.
    fn part(&mut self, at_ms: u64) -> &mut Part {
        let place = |width: u64| usize::try_from(at_ms / width.max(1)).unwrap_or(usize::MAX);
        while place(self.width_ms) >= MAX_PARTS {
            let halved = self.parts.chunks(2).map(|two| Part {
                read: two.iter().map(|part| part.read).fold(0, u64::saturating_add),
                written: two.iter().map(|part| part.written).fold(0, u64::saturating_add),
            });
            self.parts = halved.collect();
            self.width_ms = self.width_ms.max(1).saturating_mul(2);
        }
        let place = place(self.width_ms);
        if self.parts.len() <= place {
            self.parts.resize(place + 1, Part::default());
        }
        &mut self.parts[place]
    }
}

/// Makes the timeline of a run from what it hears.
#[derive(Debug)]
pub struct Timekeeper {
    since: Instant,
    timeline: Mutex<Timeline>,
}

impl Timekeeper {
    /// The beginning is now.
    #[must_use]
    pub fn start() -> Self {
        Self { since: Instant::now(), timeline: Mutex::default() }
    }

    /// What was heard until now.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        self.timeline.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Listener for Timekeeper {
    fn hear(&self, event: &Event<'_>) {
        let mut timeline = self.timeline.lock().unwrap_or_else(PoisonError::into_inner);
        let at = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        match event {
            Event::Began { table, pass, .. } => timeline.began(at, table, *pass),
            Event::Read { records, .. } => timeline.read(at, *records),
            Event::Record { outcome: Outcome::Changed { .. }, .. } => timeline.written(at, 1),
            Event::Ended { table, pass, .. } => timeline.ended(at, table, *pass),
            Event::Record { .. } | Event::Found(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::events::Counts;

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_is_where_it_was(
            events in proptest::collection::vec((0..40_u32, 0..1_000_u64, any::<bool>()), 1..200),
        ) {
            let mut timeline = Timeline::default();
            for (power, count, read) in &events {
                let at = (1_u64 << power) - 1;
                if *read { timeline.read(at, *count) } else { timeline.written(at, *count) }
            }
            prop_assert!(timeline.parts.len() <= MAX_PARTS);
            for (place, part) in timeline.parts.iter().enumerate() {
                let own = events.iter().filter(|(power, _, _)| {
                    ((1_u64 << power) - 1) / timeline.width_ms == place as u64
                });
                let sum = |read: bool| own.clone().filter(|one| one.2 == read).map(|one| one.1).sum();
                prop_assert_eq!(*part, Part { read: sum(true), written: sum(false) });
            }
            let last = events.iter().map(|(power, _, _)| (1_u64 << power) - 1).max().unwrap();
            prop_assert!(timeline.end_ms() > last);
            prop_assert!(last < 250 * MAX_PARTS as u64 || timeline.width_ms * (MAX_PARTS as u64) <= last * 2);
        }
    }

    #[test]
    fn the_end_of_time_is_a_moment_like_others() {
        let mut timeline = Timeline::default();
        timeline.read(0, 1);
        timeline.read(u64::MAX, u64::MAX);
        timeline.read(u64::MAX, 1);
        assert_eq!(timeline.parts[0].read, 1);
        assert!(timeline.parts.len() <= MAX_PARTS);
        assert_eq!(timeline.parts.last().map(|part| part.read), Some(u64::MAX));
    }

    #[test]
    fn tables_are_told_by_pass_and_a_turn_may_have_no_end() {
        let keeper = Timekeeper::start();
        let counts = Counts::default();
        for pass in [1, 2] {
            keeper.hear(&Event::Began { table: "T", pass, records: 3 });
            keeper.hear(&Event::Read { table: "T", records: 3, bytes: 90 });
        }
        keeper.hear(&Event::Ended { table: "T", pass: 1, counts });
        let gone = Outcome::Gone;
        keeper.hear(&Event::Record { table: "T", outcome: &gone });
        let changed = Outcome::Changed { writes: Vec::new(), notes: Vec::new() };
        keeper.hear(&Event::Record { table: "T", outcome: &changed });
        let timeline = keeper.timeline();
        let turns = &timeline.turns;
        assert_eq!((turns[0].pass, turns[0].ended_ms.is_some()), (1, true));
        assert_eq!((turns[1].pass, turns[1].ended_ms), (2, None));
        let sum = timeline.parts.iter().map(|part| (part.read, part.written));
        let sum = sum.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        assert_eq!(sum, (6, 1), "{timeline:?}");
        let text = serde_json::to_string(&timeline).unwrap();
        assert_eq!(serde_json::from_str::<Timeline>(&text).unwrap(), timeline);
    }
}
