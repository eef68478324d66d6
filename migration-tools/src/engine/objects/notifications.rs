//! What a bucket does when an object is made: suspended while objects are copied into it that must not
//! set it off, and as it was afterwards.
//!
//! What is suspended is in the journal first, whole, so that a run that was killed in between is set
//! right by the next one. Objects that others make under the same prefix meanwhile set nothing off
//! either; the plan says so.
//!
//! It is assumed that a change of a bucket's notifications is in force [`TAKES`] after it was made: S3
//! does not say how long that takes.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html>
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter, TopicConfiguration,
};
use required_env_vars::Failure;
use serde::{Deserialize, Serialize};

/// How long a change is given to be in force.
pub const TAKES: Duration = Duration::from_secs(60);

/// Why a bucket's notifications could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// S3 said no, or nothing.
    #[error("{0}")]
    Failed(Failure),
    /// A trigger has no target or no event.
    #[error("a trigger of the bucket is incomplete: {0}")]
    Incomplete(#[from] BuildError),
}

impl From<Failure> for NotifyError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Something that is set off when an object is made under a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its id in the configuration.
    pub id: Option<String>,
    /// What is set off.
    pub target: Target,
    /// The events that set it off, such as `s3:ObjectCreated:*`.
    pub events: Vec<String>,
    /// What names have to begin with.
    pub prefix: Option<String>,
    /// What names have to end with.
    pub suffix: Option<String>,
}

/// What a trigger sets off, by its ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A function.
    Lambda(String),
    /// A queue.
    Queue(String),
    /// A topic.
    Topic(String),
}

impl Trigger {
    /// Whether an object with a name that begins so may set it off.
    #[must_use]
    pub fn hears(&self, prefix: &str) -> bool {
        let own = self.prefix.as_deref().unwrap_or_default();
        let created = self.events.iter().any(|event| event.starts_with("s3:ObjectCreated:"));
        created && (own.starts_with(prefix) || prefix.starts_with(own))
    }

    /// The ARN of what it sets off.
    #[must_use]
    pub fn arn(&self) -> &str {
        match &self.target {
            Target::Lambda(arn) | Target::Queue(arn) | Target::Topic(arn) => arn,
        }
    }
}

/// What an object with a name that begins with one of these prefixes would set off.
///
/// # Errors
///
/// When the bucket cannot be asked.
pub async fn triggers(
    client: &Client,
    bucket: &str,
    prefixes: &[&str],
) -> Result<Vec<Trigger>, Failure> {
    let all = configuration(client, bucket).await?;
    let hears = |trigger: &Trigger| prefixes.iter().any(|prefix| trigger.hears(prefix));
    Ok(known(&all).into_iter().filter(hears).collect())
}

/// Takes these triggers out of a bucket's configuration; all others stay.
///
/// # Errors
///
/// When the configuration cannot be read or written.
pub async fn suspend(
    client: &Client,
    bucket: &str,
    triggers: &[Trigger],
) -> Result<(), NotifyError> {
    let all = configuration(client, bucket).await?;
    let rest = known(&all).into_iter().filter(|one| !triggers.contains(one)).collect();
    put(client, bucket, &all, rest).await
}

/// Puts these triggers back; what others have changed meanwhile stays.
///
/// # Errors
///
/// When the configuration cannot be read or written.
pub async fn resume(
    client: &Client,
    bucket: &str,
    triggers: &[Trigger],
) -> Result<(), NotifyError> {
    let all = configuration(client, bucket).await?;
    let now = known(&all);
    let lacks = |one: &&Trigger| {
        !now.iter().any(|other| other == *one || (other.id.is_some() && other.id == one.id))
    };
    let lacking: Vec<Trigger> = triggers.iter().filter(lacks).cloned().collect();
    if lacking.is_empty() {
        return Ok(());
    }
    put(client, bucket, &all, now.into_iter().chain(lacking).collect()).await
}

async fn configuration(
    client: &Client,
    bucket: &str,
) -> Result<NotificationConfiguration, Failure> {
    let found = client.get_bucket_notification_configuration().bucket(bucket).send().await;
    let found = found.map_err(|error| Failure::of(&error))?;
    Ok(NotificationConfiguration::builder()
        .set_lambda_function_configurations(found.lambda_function_configurations)
        .set_queue_configurations(found.queue_configurations)
        .set_topic_configurations(found.topic_configurations)
        .set_event_bridge_configuration(found.event_bridge_configuration)
        .build())
}

fn known(all: &NotificationConfiguration) -> Vec<Trigger> {
    let lambdas = all.lambda_function_configurations().iter().map(|one| {
        let target = Target::Lambda(one.lambda_function_arn().to_owned());
        trigger(one.id(), target, one.events(), one.filter())
    });
    let queues = all.queue_configurations().iter().map(|one| {
        let target = Target::Queue(one.queue_arn().to_owned());
        trigger(one.id(), target, one.events(), one.filter())
    });
    let topics = all.topic_configurations().iter().map(|one| {
        let target = Target::Topic(one.topic_arn().to_owned());
        trigger(one.id(), target, one.events(), one.filter())
    });
    lambdas.chain(queues).chain(topics).collect()
}

fn trigger(
    id: Option<&str>,
    target: Target,
    events: &[Event],
    filter: Option<&NotificationConfigurationFilter>,
) -> Trigger {
    let rules = filter.and_then(|filter| filter.key()).map(S3KeyFilter::filter_rules);
    let rule = |name: &str| {
        let is = |rule: &&FilterRule| {
            rule.name().is_some_and(|own| own.as_str().eq_ignore_ascii_case(name))
        };
        rules?.iter().find(is)?.value().map(str::to_owned)
    };
    Trigger {
        id: id.map(str::to_owned),
        target,
        events: events.iter().map(|event| event.as_str().to_owned()).collect(),
        prefix: rule("prefix"),
        suffix: rule("suffix"),
    }
}

async fn put(
    client: &Client,
    bucket: &str,
    before: &NotificationConfiguration,
    triggers: Vec<Trigger>,
) -> Result<(), NotifyError> {
    let mut new = NotificationConfiguration::builder()
        .set_event_bridge_configuration(before.event_bridge_configuration.clone());
    for one in triggers {
        let events: Vec<Event> =
            one.events.iter().map(|event| Event::from(event.as_str())).collect();
        let filter = filter(&one);
        match one.target {
            Target::Lambda(arn) => {
                let own = LambdaFunctionConfiguration::builder().set_id(one.id).set_filter(filter);
                let own = own.lambda_function_arn(arn).set_events(Some(events)).build();
                new = new.lambda_function_configurations(own?);
            }
            Target::Queue(arn) => {
                let own = QueueConfiguration::builder().set_id(one.id).set_filter(filter);
                let own = own.queue_arn(arn).set_events(Some(events)).build();
                new = new.queue_configurations(own?);
            }
            Target::Topic(arn) => {
                let own = TopicConfiguration::builder().set_id(one.id).set_filter(filter);
                let own = own.topic_arn(arn).set_events(Some(events)).build();
                new = new.topic_configurations(own?);
            }
        }
    }
    let call = client.put_bucket_notification_configuration().bucket(bucket);
    // Functions are not asked for permission again: nothing is added that was not there.
    let call = call.notification_configuration(new.build()).skip_destination_validation(true);
    call.send().await.map(drop).map_err(|error| Failure::of(&error).into())
}

fn filter(trigger: &Trigger) -> Option<NotificationConfigurationFilter> {
    let rule = |name: FilterRuleName, value: &Option<String>| {
        let value = value.as_ref()?;
        Some(FilterRule::builder().name(name).value(value).build())
    };
    let rules: Vec<FilterRule> = [
        rule(FilterRuleName::Prefix, &trigger.prefix),
        rule(FilterRuleName::Suffix, &trigger.suffix),
    ]
    .into_iter()
    .flatten()
    .collect();
    if rules.is_empty() {
        return None;
    }
    let key = S3KeyFilter::builder().set_filter_rules(Some(rules)).build();
    Some(NotificationConfigurationFilter::builder().key(key).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_hears_what_its_prefix_and_a_name_share() {
        let of = |prefix: Option<&str>, event: &str| Trigger {
            id: None,
            target: Target::Lambda("arn".to_owned()),
            events: vec![event.to_owned()],
            prefix: prefix.map(str::to_owned),
            suffix: Some(".pdf".to_owned()),
        };
        for (prefix, event, hears) in [
            (Some("dataDisclosure/"), "s3:ObjectCreated:*", true),
            (Some("dataDisclosure/2025/"), "s3:ObjectCreated:Copy", true),
            (None, "s3:ObjectCreated:*", true),
            (Some("conversion/input/"), "s3:ObjectCreated:*", false),
            (Some("dataDisclosure/"), "s3:ObjectRemoved:*", false),
        ] {
            assert_eq!(of(prefix, event).hears("dataDisclosure/"), hears, "{prefix:?} {event}");
        }
    }
}
