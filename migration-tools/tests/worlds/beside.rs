//! A client beside which something else happens: whenever it is about to send a request, it waits
//! until that is over.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use futures::future::BoxFuture;

use super::killer::operation;

/// A request that is about to be sent.
pub struct Moment {
    /// Which one it is, the first one being 1.
    pub number: usize,
    /// What it asks for.
    pub operation: String,
    body: Vec<u8>,
}

impl Moment {
    /// Whether it names this table.
    pub fn is_about(&self, table: &str) -> bool {
        let name = format!("\"TableName\":\"{table}\"");
        self.body.windows(name.len()).any(|part| part == name.as_bytes())
    }
}

type Act = Arc<dyn Fn(Moment) -> BoxFuture<'static, ()> + Send + Sync>;

/// A client whose every request, repeated ones too, waits for what is done at that moment.
pub fn beside(
    act: impl Fn(Moment) -> BoxFuture<'static, ()> + Send + Sync + 'static,
) -> SharedHttpClient {
    let (act, requests): (Act, _) = (Arc::new(act), Arc::new(AtomicUsize::new(0)));
    SharedHttpClient::new(Beside { act, requests, inner: aws_clients::http_client() })
}

struct Beside {
    act: Act,
    requests: Arc<AtomicUsize>,
    inner: SharedHttpClient,
}

impl fmt::Debug for Beside {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Beside")
    }
}

impl HttpClient for Beside {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let (act, requests) = (Arc::clone(&self.act), Arc::clone(&self.requests));
        SharedHttpConnector::new(Connector { act, requests, inner })
    }
}

struct Connector {
    act: Act,
    requests: Arc<AtomicUsize>,
    inner: SharedHttpConnector,
}

impl fmt::Debug for Connector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let moment = Moment {
            number: self.requests.fetch_add(1, Ordering::SeqCst) + 1,
            operation: operation(&request).to_owned(),
            body: request.body().bytes().unwrap_or_default().to_vec(),
        };
        let (act, inner) = (Arc::clone(&self.act), self.inner.clone());
        HttpConnectorFuture::new(async move {
            act(moment).await;
            inner.call(request).await
        })
    }
}
