//! Holds a lease while a run lasts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tokio::task::JoinHandle;

use super::lease::{Lease, LeaseError};

/// How long a lease is held without being renewed. A run that was killed locks others out for so long
/// and [`SKEW`](super::lease::SKEW) more.
pub const DURATION: Duration = Duration::from_secs(120);

/// A lease that is renewed in the background, until it is released or dropped.
#[derive(Debug)]
pub struct Keeper {
    client: Client,
    lease: Arc<Mutex<Result<Lease, LeaseError>>>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Takes the lease and keeps it.
    ///
    /// # Errors
    ///
    /// When somebody else has it, or it cannot be taken.
    pub async fn take(client: &Client, of: &str, holder: &str) -> Result<Self, LeaseError> {
        let lease = Lease::take(client, of, holder, DURATION).await?;
        let lease = Arc::new(Mutex::new(Ok(lease)));
        let task = tokio::spawn(renew(client.clone(), Arc::clone(&lease)));
        Ok(Self { client: client.clone(), lease, task })
    }

    /// Whether the lease still holds: asked before every write.
    ///
    /// # Errors
    ///
    /// When it is lost, or could not be renewed in time.
    pub fn check(&self) -> Result<(), LeaseError> {
        match &*self.lease.lock().unwrap_or_else(PoisonError::into_inner) {
            Ok(lease) if lease.holds() => Ok(()),
            Ok(lease) => Err(LeaseError::Lost(lease.of.clone())),
            Err(error) => Err(error.clone()),
        }
    }

    /// Gives it back.
    ///
    /// # Errors
    ///
    /// When somebody else has taken it over, or the table cannot be written.
    pub async fn release(self) -> Result<(), LeaseError> {
        self.task.abort();
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone();
        lease?.release(&self.client).await
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn renew(client: Client, shared: Arc<Mutex<Result<Lease, LeaseError>>>) {
    let current = || shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
    while let Ok(mut lease) = current() {
        tokio::time::sleep(DURATION / 4).await;
        let renewed = lease.renew(&client, DURATION).await;
        let mut known = shared.lock().unwrap_or_else(PoisonError::into_inner);
        match renewed {
            Ok(()) => *known = Ok(lease),
            // A call that failed is tried again; the lease ends by itself if none succeeds.
            Err(LeaseError::Failed { .. }) => {}
            Err(lost) => *known = Err(lost),
        }
    }
}
