//! Many parameters in few calls.
//!
//! [GetParameters](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html)
//! takes at most ten names and answers unknown ones in a list of its own. One name that may not be
//! read, or not be decrypted, fails the whole call: such a batch is asked for again without the name
//! that the message speaks of, or halved until the culprit stands alone.
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
use tokio::time::{Instant, timeout_at};

use super::failure::{Failure, Reason};

/// Both rounds together; Lambda gives ten seconds to INIT.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
/// Names a `GetParameters` call takes.
const BATCH: usize = 10;

pub(crate) struct Parameter {
    pub(crate) text: String,
    pub(crate) secure: bool,
}

type Found = Result<Parameter, Failure>;
type Paths = BTreeMap<String, &'static str>;

/// A client that retries throttling for about three seconds, with jitter, and gives silence up
/// after 4.5.
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

/// Fetches every path, ten a call, all calls at once, until the deadline. Answers path, variable
/// name and outcome.
pub(crate) async fn fetch(
    client: &Client,
    paths: Paths,
    deadline: Instant,
) -> Vec<(String, &'static str, Found)> {
    let names: Vec<String> = paths.keys().cloned().collect();
    let batches = names.chunks(BATCH).map(|batch| fetch_batch(client, batch.to_vec(), deadline));
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

/// Boxed because it calls itself with smaller batches.
fn fetch_batch(
    client: &Client,
    mut names: Vec<String>,
    deadline: Instant,
) -> BoxFuture<'_, Vec<(String, Found)>> {
    async move {
        let failure = match ask(client, &names, deadline).await {
            Ok(found) => return found,
            Err(failure) => failure,
        };
        // Smaller batches help against one bad name, and against nothing else.
        let one_bad_name = matches!(
            failure.reason,
            Reason::AccessDenied | Reason::Undecryptable | Reason::Refused
        );
        if names.len() == 1 || !one_bad_name {
            return names.into_iter().map(|name| (name, Err(failure.clone()))).collect();
        }
        if let Some(culprit) = named(&failure.detail, &names) {
            let culprit = names.remove(culprit);
            let mut found = fetch_batch(client, names, deadline).await;
            found.push((culprit, Err(failure)));
            return found;
        }
        let half = names.split_off(names.len() / 2);
        let first = fetch_batch(client, names, deadline);
        let (mut first, second) = join(first, fetch_batch(client, half, deadline)).await;
        first.extend(second);
        first
    }
    .boxed()
}

/// One call.
async fn ask(
    client: &Client,
    names: &[String],
    deadline: Instant,
) -> Result<Vec<(String, Found)>, Failure> {
    let request = client.get_parameters().set_names(Some(names.to_vec())).with_decryption(true);
    let answer = timeout_at(deadline, request.send()).await.map_err(|_| {
        Failure::new(Reason::Unreachable, "no answer within the time that Lambda gives to INIT")
    })?;
    let answer = answer.map_err(|error| Failure::of(&error))?;
    let absent = answer
        .invalid_parameters
        .unwrap_or_default()
        .into_iter()
        .map(|name| (name, Err(Failure::new(Reason::Absent, "no such parameter"))));
    let found = answer.parameters.unwrap_or_default().into_iter().filter_map(|parameter| {
        let secure = parameter.r#type == Some(ParameterType::SecureString);
        let text = parameter.value.unwrap_or_default();
        Some((parameter.name?, Ok(Parameter { text, secure })))
    });
    Ok(absent.chain(found).collect())
}

/// Which of the names a message of a denial is about: it speaks of the ARN of one parameter.
fn named(message: &str, names: &[String]) -> Option<usize> {
    let (_, resource) = message.split_once(":parameter/")?;
    let end = resource.find(|c: char| !c.is_ascii_alphanumeric() && !"/._-".contains(c));
    let path = &resource[..end.unwrap_or(resource.len())];
    names.iter().position(|name| name.trim_start_matches('/') == path.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_denial_names_its_parameter() {
        let names: Vec<String> =
            ["/amplify/dev/f/A", "/amplify/dev/f/AB"].map(str::to_owned).to_vec();
        for (message, expected) in [
            ("on resource: arn:aws:ssm:eu-west-1:1:parameter/amplify/dev/f/AB because", Some(1)),
            ("on resource: arn:aws:ssm:eu-west-1:1:parameter/amplify/dev/f/A", Some(0)),
            ("on resource: arn:aws:ssm:eu-west-1:1:parameter/amplify/dev/f/A.", Some(0)),
            ("on resource: arn:aws:ssm:eu-west-1:1:parameter/amplify/dev/*", None),
            ("The ciphertext refers to a key that does not exist", None),
            ("", None),
        ] {
            assert_eq!(named(message, &names), expected, "{message}");
        }
    }
}
