//! A client whose process is killed: one request of its run is never answered, and none after it
//! leaves.
//!
//! Whoever runs something with it waits for [`Killer::killed`] beside the run and then drops the run,
//! which is what the end of its process does to it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::watch;

/// When in the life of a request the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It was not sent.
    Before,
    /// The server did what it asks for, and the answer was not read.
    After,
    /// The same, where only requests that change something are counted: of the others, an answer that
    /// is not read leaves everything as if they had not been sent.
    AfterWrite,
}

/// Counts the requests of a client, and ends it at one of them.
#[derive(Clone, Debug)]
pub struct Killer(Arc<State>);

#[derive(Debug)]
struct State {
    /// Requests so far.
    requests: AtomicUsize,
    /// Those of them that change something.
    writes: AtomicUsize,
    /// The request that is the last one.
    last: watch::Sender<Option<(usize, When)>>,
    killed: watch::Sender<bool>,
}

impl Killer {
    /// A killer that lets everything live, and the client that it watches.
    pub fn new() -> (Self, SharedHttpClient) {
        let (last, killed) = (watch::Sender::new(None), watch::Sender::new(false));
        let (requests, writes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let killer = Self(Arc::new(State { requests, writes, last, killed }));
        let inner = aws_clients::http_client();
        let client = SharedHttpClient::new(Watched { killer: killer.clone(), inner });
        (killer, client)
    }

    /// Ends the client at this request, the first one being 1.
    pub fn kill_at(&self, request: usize, when: When) {
        self.0.last.send_replace(Some((request, when)));
    }

    /// Requests so far, retries and the last one included.
    pub fn requests(&self) -> usize {
        self.0.requests.load(Ordering::SeqCst)
    }

    /// Those of them that change something.
    pub fn writes(&self) -> usize {
        self.0.writes.load(Ordering::SeqCst)
    }

    /// Returns when the client has ended, and never if it does not.
    pub async fn killed(&self) {
        let mut killed = self.0.killed.subscribe();
        killed.wait_for(|is| *is).await.unwrap();
    }

    fn is_killed(&self) -> bool {
        *self.0.killed.borrow()
    }

    /// Ends the client; nothing comes after this.
    async fn end(&self) -> ! {
        self.0.killed.send_replace(true);
        std::future::pending().await
    }
}

struct Watched {
    killer: Killer,
    inner: SharedHttpClient,
}

impl fmt::Debug for Watched {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Watched")
    }
}

impl HttpClient for Watched {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { killer: self.killer.clone(), inner })
    }
}

#[derive(Debug)]
struct Connector {
    killer: Killer,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (killer, inner) = (self.killer.clone(), self.inner.clone());
        HttpConnectorFuture::new(async move {
            let number = killer.0.requests.fetch_add(1, Ordering::SeqCst) + 1;
            let write =
                is_write(&request).then(|| killer.0.writes.fetch_add(1, Ordering::SeqCst) + 1);
            let last = *killer.0.last.borrow();
            let (before, after) = match last {
                Some((at, When::Before)) => (at == number, false),
                Some((at, When::After)) => (false, at == number),
                Some((at, When::AfterWrite)) => (false, Some(at) == write),
                None => (false, false),
            };
            if before || killer.is_killed() {
                killer.end().await
            }
            let answer = inner.call(request).await;
            if after {
                // The server answers when it is done.
                killer.end().await
            }
            answer
        })
    }
}

fn is_write(request: &HttpRequest) -> bool {
    let operation = operation(request);
    !["BatchGet", "Describe", "Get", "GET", "HEAD", "List", "Query", "Scan"]
        .iter()
        .any(|reads| operation.starts_with(reads))
}

/// The name of the operation that a request of DynamoDB is about; of one of S3, its method.
pub fn operation(request: &HttpRequest) -> &str {
    let Some(target) = request.headers().get("x-amz-target") else { return request.method() };
    target.rsplit_once('.').map_or(target, |(_, operation)| operation)
}
