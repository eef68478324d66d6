//! The handle that users hold.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Handle;

use crate::calls::Call;
use crate::constants::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use crate::dynamodb::{self, Answer};
use crate::error::{RefusedError, StartError};
use crate::faults::Faults;
use crate::limits::Violation;
use crate::server::{Server, endpoint_url};
use crate::{cloudformation, cognito, iam, s3, secretsmanager, sqs, ssm};

/// One emulated AWS: a world of its own behind one endpoint on loopback.
///
/// Clones are the same world. The endpoint stops when the last one is dropped; it runs on a thread
/// of its own, so any number of runtimes can use it.
#[derive(Clone, Debug)]
pub struct LocalAws {
    server: Arc<Server>,
    endpoint: String,
}

impl LocalAws {
    /// Starts an empty AWS on a free port of `127.0.0.1`.
    ///
    /// # Errors
    /// If no port or thread is to be had.
    pub async fn start() -> Result<LocalAws, StartError> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Starts an empty AWS on `addr`. Whoever can reach the address can use it.
    ///
    /// # Errors
    /// If the address cannot be listened on or no thread is to be had.
    pub async fn start_on(addr: SocketAddr) -> Result<LocalAws, StartError> {
        let server = Server::start(addr).await?;
        let endpoint = endpoint_url(server.addr);
        Ok(LocalAws { server: Arc::new(server), endpoint })
    }

    /// The runtime that serves this world.
    pub(crate) fn runtime(&self) -> Handle {
        self.server.runtime.clone()
    }

    /// What SDKs are to be given as endpoint URL, such as `http://127.0.0.1:4566`.
    #[must_use]
    pub fn endpoint_url(&self) -> &str {
        &self.endpoint
    }

    /// The environment variables that send a child process's SDK here.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// The requests that have arrived, oldest first: the last 100,000, or fewer if their bodies exceed
    /// 256 MiB together.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.server.world.calls.all()
    }

    /// How often an operation has been requested, failed requests included. Names as in [`Call`].
    #[must_use]
    pub fn count(&self, service: &str, operation: &str) -> usize {
        self.server.world.calls.count(service, operation)
    }

    /// How many requests have arrived.
    #[must_use]
    pub fn total(&self) -> usize {
        self.server.world.calls.total()
    }

    /// Forgets calls, counts and violations; state and faults stay.
    pub fn clear_calls(&self) {
        self.server.world.calls.clear();
    }

    /// The requests that broke a documented limit, however they were answered.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.server.world.calls.violations()
    }

    /// What is to go wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.server.world.faults
    }

    /// The parameters: to seed and to inspect, uncounted.
    #[must_use]
    pub fn ssm(&self) -> &ssm::Store {
        &self.server.world.ssm
    }

    /// The buckets: to seed and to inspect, uncounted.
    #[must_use]
    pub fn s3(&self) -> &s3::Store {
        &self.server.world.s3
    }

    /// The user pools: to seed and to inspect, uncounted.
    #[must_use]
    pub fn cognito(&self) -> &cognito::Store {
        &self.server.world.cognito
    }

    /// The secrets: to seed and to inspect, uncounted.
    #[must_use]
    pub fn secretsmanager(&self) -> &secretsmanager::Store {
        &self.server.world.secretsmanager
    }

    /// The queues: to seed and to inspect, uncounted.
    #[must_use]
    pub fn sqs(&self) -> &sqs::Store {
        &self.server.world.sqs
    }

    /// The roles and their policies: to seed and to inspect, uncounted.
    #[must_use]
    pub fn iam(&self) -> &iam::Store {
        &self.server.world.iam
    }

    /// The stacks: to seed, uncounted.
    #[must_use]
    pub fn cloudformation(&self) -> &cloudformation::Store {
        &self.server.world.cloudformation
    }

    /// How long a backup of a table is `CREATING` that is asked for from now on. Nothing, at first.
    pub fn backups_take(&self, time: Duration) {
        self.server.world.dynamodb.backups_take(time);
    }

    /// How far `LatestRestorableDateTime` is behind from now on. Not at all, at first; on AWS, about
    /// five minutes.
    pub fn recovery_lags(&self, time: Duration) {
        self.server.world.dynamodb.recovery_lags(time);
    }

    /// One DynamoDB call in the JSON of its API, uncounted and without faults.
    ///
    /// # Errors
    /// What DynamoDB refuses.
    pub async fn dynamodb(&self, operation: &str, body: Value) -> Result<Value, RefusedError> {
        let world = Arc::clone(&self.server.world);
        let name = operation.to_owned();
        // On the world's runtime: the kept connections belong to it.
        let call = self.server.runtime.spawn(async move {
            world.dynamodb.call(dynamodb::TARGET, &name, body.to_string().into(), REGION).await
        });
        let refused = |code: String, message: String| RefusedError {
            service: "dynamodb",
            operation: operation.to_owned(),
            code,
            message,
        };
        let answer = call
            .await
            .map_err(|error| refused("InternalServerError".to_owned(), error.to_string()))?;
        answer.and_then(Answer::into_result).map_err(|error| refused(error.code, error.message))
    }
}
