//! The arithmetic of a pace, in whole numbers and with the time given, so that it can be proven.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Thousandths of capacity units.
type Milli = u64;

const SECOND: Duration = Duration::from_secs(1);
/// What a second's worth is: thousandths of units a second, times nanoseconds.
const NANOS: i128 = 1_000_000_000;
/// Least that throttling slows down to: one unit a second.
const FLOOR: Milli = 1000;
/// By what part of the rate that was too fast, a second without throttles makes faster.
const STEPS: Milli = 20;
/// After this, a call of which nothing was heard counts no more: it failed, or waits itself because it
/// is throttled. If it took something after all, that is debt.
const FORGOTTEN: Duration = SECOND;

/// What may be taken now, of one kind of capacity.
#[derive(Debug)]
pub(super) struct Bucket {
    /// A second.
    limit: Option<Milli>,
    brake: Option<Brake>,
    /// What is in it, in thousandths of units times nanoseconds, so that no fraction is ever lost.
    /// Below 0 is debt.
    level: i128,
    filled: Instant,
    /// What a call takes, by the last ones.
    estimate: Option<Milli>,
    /// When the calls went of which nothing is known yet. They count as taking what is estimated.
    out: VecDeque<Instant>,
    recent: Recent,
    total: Milli,
}

/// What throttling has slowed down to.
#[derive(Debug)]
struct Brake {
    ceiling: Milli,
    /// The rate that was too fast.
    top: Milli,
    /// Last made slower.
    cut: Instant,
    /// Last changed.
    changed: Instant,
}

/// What calls were charged in this second, and in the one before.
#[derive(Debug)]
struct Recent {
    start: Instant,
    now: Milli,
    before: Milli,
}

impl Bucket {
    /// Full, which is a second's worth.
    pub(super) fn new(limit: Option<u32>, now: Instant) -> Self {
        let limit = limit.map(|units| Milli::from(units.max(1)) * 1000);
        Self {
            limit,
            brake: None,
            level: limit.map_or(0, second),
            filled: now,
            estimate: None,
            out: VecDeque::new(),
            recent: Recent { start: now, now: 0, before: 0 },
            total: 0,
        }
    }

    /// Lets a call go if nothing limits it.
    pub(super) fn admit_free(&mut self, now: Instant) -> bool {
        self.step(now);
        let free = self.rate().is_none();
        if free {
            self.recent.add(now, self.estimate());
        }
        free
    }

    /// Lets a call go (`None`), or says how long to wait before asking again.
    pub(super) fn admit(&mut self, now: Instant) -> Option<Duration> {
        if self.admit_free(now) {
            return None;
        }
        let out = u64::try_from(self.out.len()).unwrap_or(u64::MAX);
        let needed = scaled(self.estimate().saturating_mul(out));
        if self.level > needed {
            self.recent.add(now, self.estimate());
            self.out.push_back(now);
            return None;
        }
        let forgotten = self.out.front().map(|went| (*went + FORGOTTEN) - now);
        let filled = self.rate().filter(|_| needed < self.full()).map(|rate| {
            let nanos = (needed - self.level).unsigned_abs() / u128::from(rate) + 1;
            u64::try_from(nanos).map_or(SECOND, Duration::from_nanos)
        });
        // At last after a second: the rate may be higher then.
        Some(forgotten.into_iter().chain(filled).min().map_or(SECOND, |wait| wait.min(SECOND)))
    }

    /// Until the first answer comes, a call may be as large as the limit.
    fn estimate(&self) -> Milli {
        self.estimate.or(self.limit).unwrap_or(FLOOR)
    }

    /// Settles a call.
    pub(super) fn used(&mut self, used: Milli) {
        self.total = self.total.saturating_add(used);
        self.out.pop_front();
        self.level -= scaled(used);
        self.estimate = Some(match self.estimate {
            // At once up, slowly down: rather wait for an answer than be in debt.
            Some(before) if before > used => before - (before - used).div_ceil(4),
            _ => used,
        });
    }

    /// A call was throttled.
    pub(super) fn throttled(&mut self, now: Instant) {
        self.step(now);
        if self.brake.as_ref().is_some_and(|brake| now < brake.cut + SECOND) {
            return;
        }
        let measured = self.recent.most(now);
        if measured == 0 {
            // None of these went lately: it was another one, or one that the SDK repeats.
            if let Some(brake) = &mut self.brake {
                brake.changed = now;
            }
            return;
        }
        let base = self.rate().map_or(measured, |rate| rate.min(measured));
        let top = self.brake.as_ref().map_or(base, |brake| brake.top.max(base));
        let ceiling = (base / 2).max(FLOOR);
        self.level = self.level.min(0);
        self.brake = Some(Brake { ceiling, top, cut: now, changed: now });
    }

    /// All that was ever used.
    pub(super) fn total(&self) -> Milli {
        self.total
    }

    /// What may be taken in a second; `None`: anything.
    fn rate(&self) -> Option<Milli> {
        let ceiling = self.brake.as_ref().map(|brake| brake.ceiling);
        self.limit.into_iter().chain(ceiling).min()
    }

    /// What the bucket holds.
    fn full(&self) -> i128 {
        self.rate().map_or(0, second)
    }

    /// Lets time pass: first at the rate that was, which is never higher than that which will be.
    fn step(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled);
        self.filled = self.filled.max(now);
        let filled = self.rate().map_or(0, |rate| {
            i128::from(rate).saturating_mul(i128::try_from(passed.as_nanos()).unwrap_or(i128::MAX))
        });
        // Without a rate, debts are forgotten.
        let level = if self.rate().is_none() { 0 } else { self.level };
        self.level = level.saturating_add(filled).min(self.full());
        let limit = self.limit;
        self.brake.take_if(|brake| {
            let seconds = now.saturating_duration_since(brake.changed).as_secs();
            brake.changed += Duration::from_secs(seconds);
            let step = (brake.top / STEPS).max(FLOOR);
            brake.ceiling = brake.ceiling.saturating_add(step.saturating_mul(seconds));
            // Twice what was once too fast: whatever it was, it is over.
            brake.ceiling >= limit.unwrap_or(brake.top.saturating_mul(2))
        });
        while self.out.front().is_some_and(|went| *went + FORGOTTEN <= now) {
            self.out.pop_front();
        }
    }
}

impl Recent {
    fn add(&mut self, now: Instant, charge: Milli) {
        self.turn(now);
        self.now = self.now.saturating_add(charge);
    }

    fn most(&mut self, now: Instant) -> Milli {
        self.turn(now);
        self.now.max(self.before)
    }

    fn turn(&mut self, now: Instant) {
        match now.saturating_duration_since(self.start).as_secs() {
            0 => return,
            1 => (self.before, self.now) = (self.now, 0),
            _ => (self.before, self.now) = (0, 0),
        }
        self.start = now;
    }
}

fn scaled(milli: Milli) -> i128 {
    i128::from(milli) * NANOS
}

fn second(rate: Milli) -> i128 {
    scaled(rate)
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
