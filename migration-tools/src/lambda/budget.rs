//! How much time an invocation has.

use std::time::{Duration, Instant, SystemTime};

/// Of the time that is left when an invocation begins, so much is kept for its end: the calls in flight, the
/// journal, the lease, the answer.
const RESERVE: u32 = 4;
/// No less than this.
const LEAST: Duration = Duration::from_millis(500);
/// And no more.
const MOST: Duration = Duration::from_secs(20);

/// The time of one invocation.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    deadline: Instant,
    reserve: Duration,
}

impl Budget {
    /// Until this moment, when Lambda ends the process.
    #[must_use]
    pub fn until(deadline: SystemTime) -> Self {
        let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let now = Instant::now();
        let deadline = now.checked_add(left).unwrap_or(now);
        Self { deadline, reserve: (left / RESERVE).clamp(LEAST, MOST) }
    }

    /// Whether nothing new may be begun.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left() <= self.reserve
    }

    /// How long work may still take that does not end by itself: what is cut off then is as if the process
    /// had been killed, and there is time to say so.
    #[must_use]
    pub fn rest(&self) -> Duration {
        self.left().saturating_sub(self.reserve / 2)
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_has_time_of_its_own() {
        let of = |seconds| Budget::until(SystemTime::now() + Duration::from_secs(seconds));
        let (short, long) = (of(8), of(900));
        assert!(!short.is_spent() && !long.is_spent());
        assert!(
            short.rest() > Duration::from_millis(6_900) && short.rest() < Duration::from_secs(7)
        );
        assert!(long.rest() > Duration::from_secs(889) && long.rest() < Duration::from_secs(890));
        assert!(of(0).is_spent() && of(0).rest() == Duration::ZERO);
    }
}
