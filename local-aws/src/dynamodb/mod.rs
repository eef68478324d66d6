//! DynamoDB: `dynoxide` behind its own front door, with the backups that it has not.
//!
//! dynoxide checks a request's shape at its HTTP border only, so calls take one hop over loopback to
//! be answered as strictly as there; connections are kept.

mod arns;
mod backups;
mod definition;
mod recovery;
mod restore;
mod snapshot;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::RwLock;

use self::backups::{Backups, Kind, Timing, required};
use self::snapshot::Snapshot;
use crate::StartError;
use crate::json::{self, AwsError, Members};

/// The API version of everything but streams, as `X-Amz-Target` spells it.
pub(crate) const TARGET: &str = "DynamoDB_20120810";

/// The calls that are answered here.
const BACKUP_OPERATIONS: [&str; 8] = [
    "CreateBackup",
    "DeleteBackup",
    "DescribeBackup",
    "DescribeContinuousBackups",
    "ListBackups",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
    "UpdateContinuousBackups",
];

/// dynoxide asks for the presence of a signature, not for a right one.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=local/20300101/local/dynamodb/aws4_request, \
                             SignedHeaders=host, Signature=0";

/// Answers of AWS stay under 16 MB plus the rest of the page's JSON.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;

/// An answer of DynamoDB as it goes over the wire.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    /// What was answered, or the refusal in it.
    pub(crate) fn into_result(self) -> Result<Value, AwsError> {
        let value: Value = serde_json::from_slice(&self.body).map_err(internal)?;
        if self.status == 200 {
            return Ok(value);
        }
        let text = |names: [&str; 2]| {
            names.iter().find_map(|name| value.get(name)?.as_str()).unwrap_or_default()
        };
        let code = text(["__type", "code"]);
        let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
        Err(AwsError::new(code, text(["message", "Message"])).with_status(self.status))
    }
}

/// The tables of one world.
#[derive(Clone)]
pub(crate) struct Tables {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
    database: dynoxide::Database,
    /// Whoever holds it for writing is alone with the tables, so that a copy is of one moment.
    backups: Arc<RwLock<Backups>>,
    timing: Arc<Timing>,
}

/// Without what is in them.
impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables").field("uri", &self.uri).finish_non_exhaustive()
    }
}

impl Tables {
    /// Opens an empty database and its listener. Must run on the runtime that is to serve it.
    pub(crate) async fn start() -> Result<Self, StartError> {
        let database = dynoxide::Database::memory()
            .map_err(|error| StartError::Database(error.to_string()))?;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bind = |source| StartError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(bind)?;
        let port = listener.local_addr().map_err(bind)?.port();
        let uri = Uri::try_from(format!("http://127.0.0.1:{port}/"))
            .map_err(|error| StartError::Database(error.to_string()))?;
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let backups = Backups::default();
        let timing = Arc::clone(&backups.timing);
        Ok(Tables { client, uri, database, backups: Arc::new(RwLock::new(backups)), timing })
    }

    /// How long a backup is being made that is asked for from now on.
    pub(crate) fn backups_take(&self, time: Duration) {
        self.timing.backup.store(milliseconds(time), Ordering::SeqCst);
    }

    /// How far the latest moment to restore to is behind.
    pub(crate) fn recovery_lags(&self, time: Duration) {
        self.timing.lag.store(milliseconds(time), Ordering::SeqCst);
    }

    /// The port that dynoxide listens on.
    #[cfg(test)]
    pub(crate) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or_default()
    }

    /// Answers one call. `target` is the API version prefix of the request's `X-Amz-Target`.
    pub(crate) async fn call(
        &self,
        target: &str,
        operation: &str,
        body: Bytes,
        region: &str,
    ) -> Result<Answer, AwsError> {
        let streams = target.starts_with("DynamoDBStreams");
        let mut answer = match operation {
            _ if streams => {
                self.forward(target, operation, arns::to_embedded(body, region)).await?
            }
            _ if target == TARGET && BACKUP_OPERATIONS.contains(&operation) => {
                let answer = self.backup_call(operation, &json::parse(&body)?).await?;
                Answer { status: 200, body: answer.to_string().into() }
            }
            "DeleteTable" => self.delete_table(target, body).await?,
            "DescribeTable" => self.describe_table(target, body).await?,
            "Scan" => self.beside_others(target, operation, in_hash_order(body)).await?,
            _ => self.beside_others(target, operation, body).await?,
        };
        answer.body = arns::to_real(answer.body, region);
        Ok(answer)
    }

    async fn backup_call(&self, operation: &str, body: &Value) -> Result<Value, AwsError> {
        let members = Members(body);
        let backups = &mut *self.backups.write().await;
        match operation {
            "CreateBackup" => {
                let name = backups::name(members)?;
                let table = required(members, "TableName")?;
                backups.refuse_second(arns::table_name(table))?;
                let snapshot = Snapshot::take(self, table).await?;
                Ok(json!({ "BackupDetails": backups.add(Kind::User, name, snapshot) }))
            }
            "DescribeBackup" => backups.describe(members),
            "DeleteBackup" => backups.delete(members),
            "ListBackups" => backups.list(members),
            "DescribeContinuousBackups" => recovery::show(self, backups, members).await,
            "UpdateContinuousBackups" => recovery::update(self, backups, members).await,
            "RestoreTableFromBackup" => restore::from_backup(self, backups, members).await,
            "RestoreTableToPointInTime" => restore::to_point_in_time(self, backups, members).await,
            _ => Err(AwsError::unknown_operation("dynamodb", operation)),
        }
    }

    /// `DeleteTable`, which leaves a backup behind where point-in-time recovery was on.
    async fn delete_table(&self, target: &str, body: Bytes) -> Result<Answer, AwsError> {
        let backups = &mut *self.backups.write().await;
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        let name = request.get("TableName").and_then(Value::as_str).map(arns::table_name);
        let last = match name.filter(|name| backups.recovery.contains_key(*name)) {
            Some(name) => Some(Snapshot::take(self, name).await?),
            None => None,
        };
        let answer = self.forward(target, "DeleteTable", body).await?;
        if let Some(name) = name.filter(|_| answer.status == 200) {
            backups.recovery.remove(name);
            backups.restored.remove(name);
            if let Some(last) = last {
                backups.add(Kind::System, &format!("{name}$DeletedTableBackup"), last);
            }
        }
        Ok(answer)
    }

    /// `DescribeTable`, which says where a restored table came from.
    async fn describe_table(&self, target: &str, body: Bytes) -> Result<Answer, AwsError> {
        let backups = self.backups.read().await;
        let answer = self.forward(target, "DescribeTable", body).await?;
        if backups.restored.is_empty() || answer.status != 200 {
            return Ok(answer);
        }
        let mut described: Value = serde_json::from_slice(&answer.body).map_err(internal)?;
        let name = described["Table"]["TableName"].as_str().unwrap_or_default();
        if let Some(summary) = backups.restored.get(name) {
            described["Table"]["RestoreSummary"] = summary.clone();
        }
        Ok(Answer { body: described.to_string().into(), ..answer })
    }

    /// A call that may run at the same time as others, and not while a table is copied.
    async fn beside_others(
        &self,
        target: &str,
        operation: &str,
        body: Bytes,
    ) -> Result<Answer, AwsError> {
        let _nobody_copies = self.backups.read().await;
        self.forward(target, operation, body).await
    }

    /// One call of dynoxide for the front door itself.
    async fn json(&self, operation: &str, request: &Value) -> Result<Value, AwsError> {
        self.forward(TARGET, operation, request.to_string().into()).await?.into_result()
    }

    /// One call as dynoxide answers it.
    async fn forward(
        &self,
        target: &str,
        operation: &str,
        body: Bytes,
    ) -> Result<Answer, AwsError> {
        let mut request =
            Request::post(self.uri.clone()).body(Full::from(body)).map_err(internal)?;
        let headers = request.headers_mut();
        headers.insert(
            "x-amz-target",
            HeaderValue::try_from(format!("{target}.{operation}")).map_err(internal)?,
        );
        headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
        headers.insert("x-amz-date", HeaderValue::from_static("20300101T000000Z"));
        let response = self.client.request(request).await.map_err(internal)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect().await;
        Ok(Answer { status, body: body.map_err(internal)?.to_bytes() })
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn internal(error: impl std::fmt::Display) -> AwsError {
    AwsError::new("InternalServerError", format!("the embedded DynamoDB failed: {error}"))
        .with_status(500)
}

/// A sequential scan as the only segment of a parallel one: dynoxide then returns a table's items in
/// the order of hashed partition keys, as AWS does, and not sorted. Indexes stay sorted.
fn in_hash_order(body: Bytes) -> Bytes {
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&body) else {
        return body;
    };
    if request.contains_key("Segment") || request.contains_key("TotalSegments") {
        return body;
    }
    request.insert("Segment".to_owned(), json!(0));
    request.insert("TotalSegments".to_owned(), json!(1));
    Value::Object(request).to_string().into()
}
