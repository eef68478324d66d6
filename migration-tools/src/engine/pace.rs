//! How fast the engine reads and writes: no faster than the operator allows, and slower where DynamoDB
//! throttles, so that the application, which shares the tables, does not suffer.
//!
//! Reading and writing are paced apart, each by a bucket of capacity units that is filled at the
//! allowed rate. What a call takes is known only from its answer, so a call goes ahead when more is in
//! the bucket than those that are still out will take, going by recent ones; what they took is debt
//! where it was more. With a limit of L units a second, t seconds see L·(t + 1) units at most, and one
//! call more, or as many as go at once.
//!
//! Without a limit, and while nothing is throttled, nobody waits.

mod bucket;
mod throttles;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::patience::PATIENCE;
use bucket::Bucket;
pub use throttles::Throttles;

/// The pace of one run; clones share it.
#[derive(Clone, Debug)]
pub struct Pace {
    shared: Arc<Shared>,
    patience: Duration,
}

#[derive(Debug)]
struct Shared {
    reads: Lane,
    writes: Lane,
    throttles: AtomicU64,
}

/// What a run took, and how long it was held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Of reading.
    pub read: Amount,
    /// Of writing.
    pub written: Amount,
    /// Attempts that were throttled, those that the SDK repeated included.
    pub throttles: u64,
}

/// Capacity that was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Capacity units that were told to the pace, rounded up.
    pub units: u64,
    /// Time in which the next call could have gone and was held back. Calls that wait at once count
    /// once.
    pub waited: Duration,
}

impl Pace {
    /// At most so many capacity units a second; `None`: as many as DynamoDB gives. 0 counts as 1.
    #[must_use]
    pub fn new(max_rcu: Option<u32>, max_wcu: Option<u32>) -> Self {
        let (reads, writes) = (Lane::new(max_rcu), Lane::new(max_wcu));
        let shared = Arc::new(Shared { reads, writes, throttles: AtomicU64::new(0) });
        Self { shared, patience: PATIENCE }
    }

    /// The same, with less or more patience where a service is too busy to be read.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How long one page is tried for.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Waits until a call that reads may go. Calls go in the order in which they asked.
    pub async fn read(&self) {
        self.shared.reads.turn().await;
    }

    /// Waits until a call that writes may go. Calls go in the order in which they asked.
    pub async fn write(&self) {
        self.shared.writes.turn().await;
    }

    /// What a call took for which [`Pace::read`] was awaited, as its answer says
    /// (`ReturnConsumedCapacity`). A call that failed and took nothing need not be told.
    pub fn read_used(&self, units: f64) {
        self.shared.reads.used(milli(units));
    }

    /// What a call took for which [`Pace::write`] was awaited, as its answer says.
    pub fn write_used(&self, units: f64) {
        self.shared.writes.used(milli(units));
    }

    /// An attempt was throttled: everybody slows down. Many throttles within a second are one.
    /// [`Pace::throttles`] calls this for the attempts of clients.
    pub fn throttled(&self) {
        self.shared.throttles.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now().into_std();
        self.shared.reads.bucket().throttled(now);
        self.shared.writes.bucket().throttled(now);
    }

    /// An interceptor for the clients whose throttled attempts are to slow this pace.
    #[must_use]
    pub fn throttles(&self) -> Throttles {
        Throttles::new(self.clone())
    }

    /// What was taken so far.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            read: self.shared.reads.amount(),
            written: self.shared.writes.amount(),
            throttles: self.shared.throttles.load(Ordering::Relaxed),
        }
    }
}

/// Thousandths, since indexes and reads that need not be consistent take halves of units.
#[expect(clippy::float_arithmetic, reason = "capacity units are measured, not stored")]
fn milli(units: f64) -> u64 {
    // Saturates; what is no number is none.
    (units * 1000.0).ceil() as u64
}

/// One kind of calls.
#[derive(Debug)]
struct Lane {
    bucket: Mutex<Bucket>,
    /// Who waits first goes first.
    queue: tokio::sync::Mutex<()>,
    /// There is more in the bucket than was thought.
    settled: Notify,
    waited: Mutex<Duration>,
}

impl Lane {
    fn new(limit: Option<u32>) -> Self {
        Self {
            bucket: Mutex::new(Bucket::new(limit, Instant::now().into_std())),
            queue: tokio::sync::Mutex::new(()),
            settled: Notify::new(),
            waited: Mutex::default(),
        }
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        locked(&self.bucket)
    }

    async fn turn(&self) {
        if self.bucket().admit_free(Instant::now().into_std()) {
            return;
        }
        let _first = self.queue.lock().await;
        let begin = Instant::now();
        let mut held = false;
        loop {
            let wait = self.bucket().admit(Instant::now().into_std());
            let Some(wait) = wait else { break };
            held = true;
            let _ = tokio::time::timeout(wait, self.settled.notified()).await;
        }
        if held {
            *locked(&self.waited) += begin.elapsed();
        }
    }

    fn used(&self, milli: u64) {
        self.bucket().used(milli);
        self.settled.notify_one();
    }

    fn amount(&self) -> Amount {
        Amount { units: self.bucket().total().div_ceil(1000), waited: *locked(&self.waited) }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn took(calls: usize, pace: &Pace, units: f64) -> Duration {
        let begin = Instant::now();
        let call = || async {
            pace.write().await;
            tokio::task::yield_now().await;
            pace.write_used(units);
        };
        futures::future::join_all((0..calls).map(|_| call())).await;
        begin.elapsed()
    }

    #[tokio::test]
    async fn without_limits_nobody_waits_and_all_is_counted() {
        let pace = Pace::new(None, None);
        assert!(took(10_000, &pace, 2.5).await < Duration::from_secs(5));
        let report = pace.report();
        assert_eq!(report.written, Amount { units: 25_000, waited: Duration::ZERO });
        assert_eq!(report.read, Amount::default());
    }

    #[tokio::test]
    async fn calls_at_once_share_the_limit_and_the_wait_is_told() {
        let pace = Pace::new(None, Some(1_000));
        // A second's worth at once, the rest in half a second.
        let took = took(300, &pace, 5.0).await;
        assert!(took >= Duration::from_millis(450), "{took:?}");
        assert!(took < Duration::from_secs(5), "{took:?}");
        let waited = pace.report().written.waited;
        assert!(waited >= Duration::from_millis(400) && waited <= took, "{waited:?}");
        // Reading is another matter.
        let begin = Instant::now();
        pace.read().await;
        assert!(begin.elapsed() < Duration::from_millis(200));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_does_not_stop_the_others() {
        let pace = Pace::new(Some(100), None);
        pace.read().await;
        pace.read_used(120.0);
        let given_up = tokio::time::timeout(Duration::from_millis(20), pace.read()).await;
        assert!(given_up.is_err());
        tokio::time::timeout(Duration::from_secs(5), pace.read()).await.unwrap();
    }

    #[test]
    fn units_of_any_kind_are_counted() {
        for (units, thousandths) in
            [(0.5, 500), (2.0, 2000), (0.0001, 1), (-1.0, 0), (f64::NAN, 0), (f64::MAX, u64::MAX)]
        {
            assert_eq!(milli(units), thousandths, "{units}");
        }
    }
}
