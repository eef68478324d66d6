//! When to try again after a failure.

use std::time::{Duration, Instant};

/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(900);

/// The first failure may be followed by an attempt at once; each further one doubles the pause,
/// from a second up, so that a table that cannot be reached does not slow every invocation.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: u32,
    not_before: Option<Instant>,
}

impl Patience {
    pub(super) fn may_try(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|time| now >= time)
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        let seconds = match self.failures {
            0 | 1 => 0,
            failures => 1_u64.checked_shl(failures - 2).unwrap_or(u64::MAX),
        };
        self.not_before = now.checked_add(Duration::from_secs(seconds).min(LONGEST));
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_the_second_failure_and_are_bounded() {
        let now = Instant::now();
        let mut patience = Patience::default();
        for expected in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            patience.failed(now);
            let expected = Duration::from_secs(expected);
            assert!(patience.may_try(now + expected));
            assert!(
                expected.is_zero() || !patience.may_try(now + expected - Duration::from_nanos(1))
            );
        }
        for _ in 0..100 {
            patience.failed(now);
        }
        assert!(patience.may_try(now + LONGEST));
        patience.succeeded();
        assert!(patience.may_try(now));
    }
}
