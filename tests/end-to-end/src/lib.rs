//! What the end-to-end tests share: a world with a tracking table in it, and Lambdas that run
//! there as processes of their own, each a container that starts cold.

#![allow(clippy::panic, clippy::unwrap_used, reason = "used by tests only")]

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use local_aws::{InvokeError, LambdaFunction, LocalAws, Process, REGION};
use serde_json::{Value, json};

/// Name of the tracking table in every world.
pub const TRACKING: &str = "env-vars-tracking";

/// An AWS with a table `files` (key `id`) and, unless a test wants none, the tracking table.
pub struct World {
    /// The embedded AWS.
    pub aws: LocalAws,
}

/// One running container of a Lambda.
pub struct Container {
    /// The function it serves.
    pub function: LambdaFunction,
    /// Its process.
    pub process: Process,
}

impl World {
    /// A world with both tables.
    pub async fn new() -> Self {
        let world = Self::without_tracking_table().await;
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new(REGION))
            .endpoint_url(world.aws.endpoint_url())
            .credentials_provider(credentials())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let client = aws_sdk_dynamodb::Client::new(&config);
        let create = required_env_vars::tracking::create_table(&client, TRACKING).unwrap();
        create.send().await.unwrap();
        world.aws.clear_calls();
        world
    }

    /// A world in which the tracking table was forgotten.
    pub async fn without_tracking_table() -> Self {
        let aws = LocalAws::start().await.unwrap();
        let table = json!({
            "TableName": "files",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        });
        aws.dynamodb("CreateTable", table).await.unwrap();
        Self { aws }
    }

    /// Starts a container: its environment is the world's, tracking with much time, `SERVICE_NAME=files`, and
    /// what is given, later ones winning.
    pub async fn container(&self, program: &str, variables: &[(&str, &str)]) -> Container {
        let function = self.aws.lambda().await.unwrap();
        self.container_of(function, program, variables)
    }

    /// The same for a function that was configured by the test.
    pub fn container_of(
        &self,
        function: LambdaFunction,
        program: &str,
        variables: &[(&str, &str)],
    ) -> Container {
        let ours = [
            ("ENV_VARS_TRACKING_TABLE", TRACKING),
            // A machine that runs all tests at once must not decide what they find.
            ("ENV_VARS_TRACKING_TIMEOUT_MS", "20000"),
            ("SERVICE_NAME", "files"),
        ];
        let variables = ours.iter().chain(variables).copied();
        let process = function.spawn(Path::new(program), variables).unwrap();
        Container { function, process }
    }

    /// The record of one variable of the service `files`, in DynamoDB's JSON.
    pub async fn record(&self, variable: &str) -> Value {
        let key = json!({"service_var_key": {"S": format!("files#{variable}")}});
        let get = json!({"TableName": TRACKING, "Key": key, "ConsistentRead": true});
        self.aws.dynamodb("GetItem", get).await.unwrap()["Item"].clone()
    }

    /// Every record, in DynamoDB's JSON.
    pub async fn records(&self) -> Vec<Value> {
        let scan = self.aws.dynamodb("Scan", json!({"TableName": TRACKING})).await.unwrap();
        scan["Items"].as_array().cloned().unwrap_or_default()
    }

    /// Puts a record as another writer left it.
    pub async fn put_record(&self, item: Value) {
        let put = json!({"TableName": TRACKING, "Item": item});
        self.aws.dynamodb("PutItem", put).await.unwrap();
    }

    /// How often each operation of a service was called since the start or the last
    /// `clear_calls`.
    pub fn counts(&self, service: &str, operations: &[&str]) -> Vec<usize> {
        operations.iter().map(|operation| self.aws.count(service, operation)).collect()
    }
}

impl Container {
    /// Invokes the function.
    pub async fn invoke(&self, event: Value) -> Result<Value, InvokeError> {
        self.function.invoke(event).await
    }

    /// The message of the error that the function answers.
    pub async fn failure(&self, event: Value) -> String {
        match self.invoke(event).await {
            Err(InvokeError::Function { message, .. } | InvokeError::Init { message, .. }) => {
                message
            }
            other => panic!("not a failed invocation: {other:?}\n{}", self.process.output()),
        }
    }
}

/// The keys every client of the embedded AWS signs with.
fn credentials() -> aws_credential_types::provider::SharedCredentialsProvider {
    let keys = aws_credential_types::Credentials::new(
        local_aws::ACCESS_KEY_ID,
        local_aws::SECRET_ACCESS_KEY,
        None,
        None,
        "tests",
    );
    aws_credential_types::provider::SharedCredentialsProvider::new(keys)
}

/// A new day is a reason to write; it must not begin in the middle of a test.
pub async fn wait_for_midnight_to_pass() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let left = 86_400 - now % 86_400;
    if left < 60 {
        tokio::time::sleep(Duration::from_secs(left + 1)).await;
    }
}

/// The elements of a string set or list attribute, sorted.
pub fn texts(attribute: &Value) -> Vec<String> {
    let set = attribute["SS"].as_array().into_iter().flatten().map(|text| text.as_str());
    let list = attribute["L"].as_array().into_iter().flatten().map(|text| text["S"].as_str());
    let mut texts: Vec<String> = set.chain(list).flatten().map(str::to_owned).collect();
    texts.sort();
    texts
}
