//! Waiting until backups are complete.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Event, Reader, Seen, State, Watch, tables};

/// Between two rounds: a backup takes seconds to minutes, and `DescribeBackup` ten calls a second.
const PAUSES: [u64; 4] = [1, 2, 3, 5];

/// Waits for all that are being made, together. What is not complete when patience ends stays so.
pub(super) async fn wait(
    reader: &Reader,
    seen: &mut [Seen],
    patience: Duration,
    watch: &impl Watch,
) {
    let deadline = Instant::now() + patience;
    let pauses = PAUSES.iter().chain(PAUSES.last().into_iter().cycle());
    for pause in pauses {
        for _ in 0..*pause {
            let left = seen.iter().filter(|one| one.is_waited_for()).count();
            if left == 0 || watch.stop() || Instant::now() >= deadline {
                return;
            }
            watch.see(Event::Waiting(left));
            sleep(Duration::from_secs(1).min(deadline - Instant::now())).await;
        }
        for one in seen.iter_mut() {
            if let State::Table(state) = &mut one.state
                && let Some(backup) = state.unfinished()
            {
                state.backup = tables::again(&reader.tables, backup).await;
            }
        }
    }
}

impl Seen {
    fn is_waited_for(&self) -> bool {
        matches!(&self.state, State::Table(state) if state.unfinished().is_some())
    }
}
