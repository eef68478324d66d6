//! Calls one after the other, not too many a second: for operations of which AWS takes a few only,
//! whatever they cost. What a table takes is paced by [`engine::pace`](crate::engine::pace).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Gives out turns. Clones give out the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    between: Duration,
    next: Arc<Mutex<Instant>>,
}

impl Turns {
    /// With so much time between two.
    pub(crate) fn every(between: Duration) -> Self {
        Self { between, next: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Waits for a turn.
    pub(crate) async fn next(&self) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = Instant::now().max(*next);
            *next = turn + self.between;
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_apart_whoever_takes_them() {
        let turns = Turns::every(Duration::from_millis(20));
        let began = Instant::now();
        let other = turns.clone();
        for _ in 0..3 {
            tokio::join!(turns.next(), other.next());
        }
        assert!(began.elapsed() >= Duration::from_millis(5 * 20));
    }
}
