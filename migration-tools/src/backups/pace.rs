//! Not too many calls a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Between two calls of `ListBackups`, of which AWS takes five a second:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html>.
const BETWEEN: Duration = Duration::from_millis(200);

/// Gives out turns. Clones give out the same ones.
#[derive(Clone, Debug)]
pub(super) struct Pace(Arc<Mutex<Instant>>);

impl Pace {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        let turn = {
            let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = Instant::now().max(*next);
            *next = turn + BETWEEN;
            turn
        };
        sleep_until(turn).await;
    }
}
