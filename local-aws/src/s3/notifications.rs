//! Event notifications: a bucket's configuration, and what would have been delivered by it.
//!
//! Kinds of events and filters:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html>.

use s3s::dto::{
    Event, FilterRule, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, NotificationConfiguration,
    NotificationConfigurationFilter, PutBucketNotificationConfigurationInput,
};
use s3s::{S3Error, S3Result};

use super::refusals;
use super::world::World;
use crate::ids;

/// Events that S3 knows start with one of these.
const KINDS: [&str; 9] = [
    "s3:ObjectCreated:",
    "s3:ObjectRemoved:",
    "s3:ObjectRestore:",
    "s3:ObjectTagging:",
    "s3:LifecycleExpiration:",
    "s3:Replication:",
    "s3:ObjectAcl:",
    "s3:IntelligentTiering",
    "s3:ReducedRedundancyLostObject",
];

/// An event that S3 would have delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    /// The bucket of the object.
    pub bucket: String,
    /// The key of the object, as it is.
    pub key: String,
    /// The event, such as `s3:ObjectCreated:Copy`.
    pub event: &'static str,
    /// The ARN of the function, queue or topic.
    pub target: String,
}

/// How an object came to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Created {
    Put,
    Copy,
    Completed,
}

impl Created {
    fn event(self) -> &'static str {
        match self {
            Self::Put => "s3:ObjectCreated:Put",
            Self::Copy => "s3:ObjectCreated:Copy",
            Self::Completed => "s3:ObjectCreated:CompleteMultipartUpload",
        }
    }
}

/// One destination of a configuration, whatever its kind.
struct Destination<'c> {
    target: &'c str,
    events: &'c [Event],
    filter: Option<&'c NotificationConfigurationFilter>,
    id: &'c mut Option<String>,
}

/// `GetBucketNotificationConfiguration`.
pub(super) fn get(
    world: &World,
    input: &GetBucketNotificationConfigurationInput,
) -> S3Result<GetBucketNotificationConfigurationOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let all = bucket.notifications.clone();
    Ok(GetBucketNotificationConfigurationOutput {
        event_bridge_configuration: all.event_bridge_configuration,
        lambda_function_configurations: all.lambda_function_configurations,
        queue_configurations: all.queue_configurations,
        topic_configurations: all.topic_configurations,
    })
}

/// `PutBucketNotificationConfiguration`: the whole configuration, in place of the one before. Whether
/// destinations are there is not looked at.
pub(super) fn put(
    world: &mut World,
    input: &PutBucketNotificationConfigurationInput,
) -> S3Result<()> {
    let bucket = world.bucket_mut(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let mut all = input.notification_configuration.clone();
    for destination in destinations(&mut all) {
        check(&destination)?;
        destination.id.get_or_insert_with(ids::uuid);
    }
    bucket.notifications = all;
    Ok(())
}

/// Notes what is delivered for a new object, by the configuration of this moment.
pub(super) fn notify(world: &mut World, bucket: &str, key: &str, created: Created) {
    let event = created.event();
    let Some(found) = world.buckets.get(bucket) else { return };
    let mut all = found.notifications.clone();
    for destination in destinations(&mut all) {
        let wanted = destination.events.iter().any(|wanted| is_one(event, wanted.as_ref()));
        if wanted && rules(destination.filter).iter().all(|rule| holds(rule, key)) {
            world.notified.push(Notified {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                event,
                target: destination.target.to_owned(),
            });
        }
    }
}

fn destinations(all: &mut NotificationConfiguration) -> Vec<Destination<'_>> {
    macro_rules! destinations_of {
        ($list:ident, $arn:ident) => {
            all.$list.iter_mut().flatten().map(|one| Destination {
                target: &one.$arn,
                events: &one.events,
                filter: one.filter.as_ref(),
                id: &mut one.id,
            })
        };
    }
    destinations_of!(lambda_function_configurations, lambda_function_arn)
        .chain(destinations_of!(queue_configurations, queue_arn))
        .chain(destinations_of!(topic_configurations, topic_arn))
        .collect()
}

fn check(destination: &Destination<'_>) -> S3Result<()> {
    let known = |event: &Event| KINDS.iter().any(|kind| event.as_ref().starts_with(kind));
    if destination.events.is_empty() || !destination.events.iter().all(known) {
        return Err(refusals::invalid_argument("A specified event is not supported."));
    }
    let mut seen = Vec::new();
    for rule in rules(destination.filter) {
        let name = name(rule);
        if name != "prefix" && name != "suffix" {
            return Err(filter_error("filter rule name must be either prefix or suffix"));
        }
        if seen.contains(&name) {
            return Err(filter_error("Cannot specify more than one rule of a kind in a filter."));
        }
        seen.push(name);
    }
    Ok(())
}

fn filter_error(message: &str) -> S3Error {
    refusals::invalid_argument(message)
}

/// `s3:ObjectCreated:*` is every event of that kind.
fn is_one(event: &str, wanted: &str) -> bool {
    wanted == event || wanted.strip_suffix('*').is_some_and(|kind| event.starts_with(kind))
}

fn rules(filter: Option<&NotificationConfigurationFilter>) -> &[FilterRule] {
    let key = filter.and_then(|filter| filter.key.as_ref());
    key.and_then(|key| key.filter_rules.as_deref()).unwrap_or_default()
}

/// S3 takes `Prefix` for `prefix`.
fn name(rule: &FilterRule) -> String {
    rule.name.as_ref().map(|name| name.as_str().to_ascii_lowercase()).unwrap_or_default()
}

fn holds(rule: &FilterRule, key: &str) -> bool {
    let value = rule.value.as_deref().unwrap_or_default();
    if name(rule) == "prefix" { key.starts_with(value) } else { key.ends_with(value) }
}
