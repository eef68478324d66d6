//! How long a service may be busy before work is given up: longer than a call's own retries last.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use required_env_vars::{Failure, Reason};

use super::pace::Pace;

/// How long one page or one record is tried for, unless another time is chosen.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// Longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(5);

/// One thing that is tried again and again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    until: Instant,
    round: u32,
}

impl Patience {
    /// From now on, for so long.
    #[must_use]
    pub fn of(duration: Duration) -> Self {
        let now = Instant::now();
        Self { until: now.checked_add(duration).unwrap_or(now), round: 0 }
    }

    /// Waits before the next attempt, longer each time and never the same as somebody else's; `false`
    /// where it is time to give up.
    pub async fn wait(&mut self) -> bool {
        if Instant::now() >= self.until {
            return false;
        }
        let longest = Duration::from_millis(20_u64 << self.round.min(10)).min(LONGEST);
        self.round += 1;
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=longest.max(1)))).await;
        true
    }
}

/// Whether a call that failed so may succeed later, without anybody doing anything.
#[must_use]
pub fn passes(reason: Reason) -> bool {
    matches!(reason, Reason::Throttled | Reason::Unreachable)
}

/// The answer to a request that reads, which is sent again for as long as the service is only busy: no
/// faster than the pace, and as patiently.
///
/// # Errors
///
/// The last failure.
pub async fn answered<T, E, F>(pace: &Pace, send: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut patience = Patience::of(pace.patience());
    loop {
        pace.read().await;
        let failure = match send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => Failure::of(&error),
        };
        if !passes(failure.reason()) || !patience.wait().await {
            return Err(failure);
        }
    }
}
