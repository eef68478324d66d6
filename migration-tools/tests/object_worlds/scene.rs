//! A deployment in an AWS of its own.

use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, S3KeyFilter,
};
use local_aws::LocalAws;
use migration_tools::amplify::Resource;
use migration_tools::amplify::migration::Done;
use migration_tools::engine::item::Item;
use migration_tools::engine::journal::Finding;

use super::{CONSOLIDATION, Deployed, Place, Snapshot, T_STORAGE, Thing, Things};
use crate::running::{How, UNHURRIED, config, migrate, opened};
use crate::support::Folder;
use crate::worlds::World;

/// An AWS with a deployment in it, and the folder of its journal.
pub struct Scene {
    pub aws: LocalAws,
    pub config: SdkConfig,
    pub dynamo: aws_sdk_dynamodb::Client,
    pub s3: aws_sdk_s3::Client,
    pub folder: Folder,
    pub world: World,
    buckets: Vec<&'static str>,
}

/// The name of a bucket.
pub fn name(bucket: &str, world: &World) -> String {
    Resource::of_key(bucket).unwrap().name(&world.deployment())
}

impl Scene {
    pub async fn of(deployed: &Deployed) -> Self {
        Self::of_all_but(deployed, "").await
    }

    /// The same without a bucket.
    pub async fn of_all_but(deployed: &Deployed, missing: &str) -> Self {
        let aws = LocalAws::start().await.unwrap();
        let config = config(&aws, aws_clients::http_client(), UNHURRIED).await;
        let dynamo = aws_sdk_dynamodb::Client::new(&config);
        let world = deployed.world.clone();
        world.create(&dynamo).await;
        let s3 = deployed.moves().storage(&config, &world).client;
        for bucket in deployed.buckets() {
            aws.s3().create_bucket(&name(bucket, &world));
        }
        if missing != CONSOLIDATION {
            aws.s3().enable_versioning(&name(CONSOLIDATION, &world));
        }
        let scene = Self {
            aws,
            config,
            dynamo,
            s3,
            folder: Folder::new(),
            world,
            buckets: deployed.buckets(),
        };
        for (place, thing) in &deployed.things {
            scene.put(place, thing).await;
        }
        if missing != CONSOLIDATION {
            scene.listen().await;
        }
        scene.aws.clear_calls();
        scene
    }

    /// Waits until everything in buckets is older than what comes: S3 keeps whole seconds.
    pub async fn rest(&self) {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let left =
            Duration::from_millis(1_010) - Duration::from_millis(u64::from(since.subsec_millis()));
        tokio::time::sleep(left).await;
    }

    pub fn name(&self, bucket: &str) -> String {
        name(bucket, &self.world)
    }

    pub async fn put(&self, (bucket, key): &Place, thing: &Thing) {
        let bucket = self.name(bucket);
        if thing.metadata.is_empty() {
            return self.aws.s3().put(&bucket, key, thing.bytes.clone());
        }
        let put = self.s3.put_object().bucket(bucket).key(key).body(thing.bytes.clone().into());
        let metadata = thing.metadata.clone().into_iter().collect();
        put.set_metadata(Some(metadata)).send().await.unwrap();
    }

    /// The functions that the application has set on its bucket.
    async fn listen(&self) {
        let one = |prefix: &str, suffix: &str| {
            let rule = |name, value: &str| FilterRule::builder().name(name).value(value).build();
            let mut rules = vec![rule(FilterRuleName::Prefix, prefix)];
            if !suffix.is_empty() {
                rules.push(rule(FilterRuleName::Suffix, suffix));
            }
            let key = S3KeyFilter::builder().set_filter_rules(Some(rules)).build();
            LambdaFunctionConfiguration::builder()
                .id(format!("of {prefix}"))
                .lambda_function_arn(format!(
                    "arn:aws:lambda:us-east-1:000000000000:function:{}",
                    prefix.len()
                ))
                .events(Event::S3ObjectCreated)
                .filter(NotificationConfigurationFilter::builder().key(key).build())
                .build()
                .unwrap()
        };
        let all = NotificationConfiguration::builder()
            .lambda_function_configurations(one("conversion/input/", ""))
            .lambda_function_configurations(one("powerPointTemplates/", ".pptx"))
            .lambda_function_configurations(one("dataDisclosure/", ".pdf"));
        let put = self.s3.put_bucket_notification_configuration().bucket(self.name(CONSOLIDATION));
        put.notification_configuration(all.build()).send().await.unwrap();
    }

    /// The ids of the functions that the application's bucket sets off.
    pub async fn listeners(&self) -> Vec<String> {
        let get = self.s3.get_bucket_notification_configuration().bucket(self.name(CONSOLIDATION));
        let found = get.send().await.unwrap();
        let ids = found.lambda_function_configurations().iter().filter_map(|one| one.id());
        let mut ids: Vec<String> = ids.map(str::to_owned).collect();
        ids.sort();
        ids
    }

    /// Everything that there is.
    pub async fn snapshot(&self) -> Snapshot {
        Snapshot { things: self.things(), rows: self.world.dump(&self.dynamo).await }
    }

    pub fn things(&self) -> Things {
        let store = self.aws.s3();
        let mut things = Things::new();
        for bucket in &self.buckets {
            let name = self.name(bucket);
            for key in store.keys(&name) {
                let bytes = store.get(&name, &key).unwrap().to_vec();
                let metadata = store.metadata(&name, &key).unwrap();
                things.insert((*bucket, key), Thing { bytes, metadata });
            }
        }
        things
    }

    pub async fn migrate(&self, how: &How) -> Done {
        self.try_migrate(&self.config, how).await.unwrap()
    }

    pub async fn try_migrate(
        &self,
        config: &SdkConfig,
        how: &How,
    ) -> Result<Done, migration_tools::engine::stop::Stop> {
        migrate(config, &self.world, self.journal(), how).await
    }

    pub fn journal(&self) -> &Path {
        self.folder.path()
    }

    /// What the last run has to say.
    pub async fn findings(&self) -> Vec<Finding> {
        let journal = opened(self.journal()).await;
        let last = journal.runs().unwrap().last().map_or(0, |(number, _)| *number);
        let all = journal.findings(last, 0, 10_000).unwrap();
        all.into_iter().map(|(_, finding)| finding).collect()
    }

    /// Calls that changed something but the lease.
    pub fn writes(&self) -> Vec<String> {
        const READS: [&str; 7] = ["Batch", "Describe", "Get", "Head", "List", "Query", "Scan"];
        let calls = self.aws.calls().into_iter().filter(|call| {
            let is_read = READS.iter().any(|read| call.operation.starts_with(read));
            let of_lease = ["PutItem", "UpdateItem", "DeleteItem", "CreateTable"]
                .contains(&call.operation.as_str());
            let refused = call.status.is_some_and(|status| status >= 400);
            !is_read && !of_lease && !refused
        });
        calls.map(|call| format!("{} {}", call.operation, call.path)).collect()
    }
}

/// Rows without the times at which their objects were seeded.
pub fn timeless(mut at: Snapshot) -> Snapshot {
    let strip = |row: &mut Item| {
        row.remove("createdAt");
    };
    at.rows.entry(T_STORAGE).and_modify(|rows| rows.iter_mut().for_each(strip));
    at
}

/// How two differ.
pub fn differences(expected: &Snapshot, found: &Snapshot) -> Vec<String> {
    let mut all = crate::worlds::differences(&expected.rows, &found.rows);
    let names: std::collections::BTreeSet<&Place> =
        expected.things.keys().chain(found.things.keys()).collect();
    for name in names {
        let (wanted, is) = (expected.things.get(name), found.things.get(name));
        if wanted != is {
            all.push(format!("{name:?}: expected {wanted:?}, found {is:?}"));
        }
    }
    all
}

pub fn assert_same(expected: &Snapshot, found: &Snapshot, what: &str) {
    let differences = differences(expected, found);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}
