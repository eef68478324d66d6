//! Many parameters in few calls.
//!
//! [GetParameters](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html)
//! takes at most ten names and answers unknown ones in a list of its own. One name that may not be
//! read, or not be decrypted, fails the whole call: such a batch is halved until the culprit stands
//! alone.
//!
//! Assumption that only AWS can prove: a denied or undecryptable name fails the call as a whole,
//! and does so with `AccessDeniedException`, `InvalidKeyId` or a validation error. Were it
//! reported as an unknown name, it would be told as absent.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use futures::FutureExt;
use futures::future::{BoxFuture, join, join_all};

use super::failure::{Failure, Reason, classified};

/// Names a `GetParameters` call takes.
const BATCH: usize = 10;

pub(crate) struct Parameter {
    pub(crate) text: String,
    pub(crate) secure: bool,
}

type Found = Result<Parameter, Failure>;
type Paths = BTreeMap<String, &'static str>;

/// A client whose patience fits into the ten seconds that Lambda gives to INIT, for both rounds:
/// throttling is retried for about three seconds, with jitter, and silence is given up after 4.5.
pub(crate) fn client(config: &SdkConfig) -> Client {
    let retry = RetryConfig::standard()
        .with_max_attempts(6)
        .with_initial_backoff(Duration::from_millis(100));
    let timeout = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_millis(4500))
        .build();
    let config = aws_sdk_ssm::config::Builder::from(config)
        .retry_config(retry)
        .timeout_config(timeout)
        .build();
    Client::from_conf(config)
}

/// Fetches every path, ten a call, all calls at once. Answers path, variable name and outcome.
pub(crate) async fn fetch(client: &Client, paths: Paths) -> Vec<(String, &'static str, Found)> {
    let names: Vec<String> = paths.keys().cloned().collect();
    let batches = names.chunks(BATCH).map(|batch| fetch_batch(client, batch.to_vec()));
    let mut found: BTreeMap<String, Found> =
        join_all(batches).await.into_iter().flatten().collect();
    paths
        .into_iter()
        .map(|(path, name)| {
            let outcome = found.remove(&path).unwrap_or_else(|| {
                Err(Failure::new(Reason::Refused, "the answer does not mention it"))
            });
            (path, name, outcome)
        })
        .collect()
}

/// Boxed because it halves itself.
fn fetch_batch(client: &Client, mut names: Vec<String>) -> BoxFuture<'_, Vec<(String, Found)>> {
    async move {
        let request = client.get_parameters().set_names(Some(names.clone())).with_decryption(true);
        let failure = match request.send().await {
            Ok(answer) => {
                let absent = answer
                    .invalid_parameters
                    .unwrap_or_default()
                    .into_iter()
                    .map(|name| (name, Err(Failure::new(Reason::Absent, "no such parameter"))));
                let parameters = answer.parameters.unwrap_or_default();
                let found = parameters.into_iter().filter_map(|parameter| {
                    let secure = parameter.r#type == Some(ParameterType::SecureString);
                    let text = parameter.value.unwrap_or_default();
                    Some((parameter.name?, Ok(Parameter { text, secure })))
                });
                return absent.chain(found).collect();
            }
            Err(error) => classified(&error),
        };
        // Smaller batches help against one bad name, and against nothing else.
        let one_bad_name = matches!(
            failure.reason,
            Reason::AccessDenied | Reason::Undecryptable | Reason::Refused
        );
        if names.len() == 1 || !one_bad_name {
            return names.into_iter().map(|name| (name, Err(failure.clone()))).collect();
        }
        let half = names.split_off(names.len() / 2);
        let (mut first, second) = join(fetch_batch(client, names), fetch_batch(client, half)).await;
        first.extend(second);
        first
    }
    .boxed()
}
