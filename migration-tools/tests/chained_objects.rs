//! Users whose new id is somebody else's old one: the objects of each stay with their person, and a
//! rollback brings all of them back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test is how a test says no")]

mod support;

use std::collections::BTreeMap;

use local_aws::LocalAws;
use migration_tools::amplify::{Deployment, Resource};
use serde_json::{Value, json};
use support::{Folder, Run, run};

const CONVERSATIONS: &str = "S3_CONVERSATIONS_BUCKET_NAME";
const CONSOLIDATION: &str = "S3_CONSOLIDATION_BUCKET_NAME";
const USERS: &str = "COGNITO_USERS_DYNAMODB_TABLE";
const ROWS: &str = "CONVERSATION_METADATA_TABLE";
/// A chain, and two who change places.
const PAIRS: [(&str, &str); 4] =
    [("ada", "alan"), ("alan", "grace"), ("barbara", "edsger"), ("edsger", "barbara")];

fn name(key: &str) -> String {
    Resource::of_key(key).unwrap().name(&Deployment::new("v6", "dev").unwrap())
}

struct Scene {
    aws: LocalAws,
    folder: Folder,
}

impl Scene {
    /// Everybody has two conversations of the same names: one in each bucket.
    async fn new() -> Self {
        let aws = LocalAws::start().await.unwrap();
        for (key, keys) in [
            (USERS, &["user_id"][..]),
            (ROWS, &["user_id", "conversation_id"]),
            ("USER_DATA_STORAGE_TABLE", &["PK", "SK"]),
        ] {
            let attribute = |name: &&str| json!({"AttributeName": name, "AttributeType": "S"});
            let part =
                |(name, kind): (&&str, &str)| json!({"AttributeName": name, "KeyType": kind});
            let request = json!({
                "TableName": name(key),
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": keys.iter().map(attribute).collect::<Vec<_>>(),
                "KeySchema": keys.iter().zip(["HASH", "RANGE"]).map(part).collect::<Vec<_>>(),
            });
            aws.dynamodb("CreateTable", request).await.unwrap();
        }
        let folder = Folder::new();
        let lines: Vec<String> = PAIRS.iter().map(|(old, new)| format!("{old},{new}\n")).collect();
        folder.write("migration_users.csv", format!("old_id,new_id\n{}", lines.concat()));
        let scene = Self { aws, folder };
        for (user, _) in PAIRS {
            let put =
                |bucket, key: &str, body: String| scene.aws.s3().put(&name(bucket), key, body);
            put(CONVERSATIONS, &format!("{user}/older"), format!("older of {user}"));
            put(CONSOLIDATION, &format!("conversations/{user}/newer"), format!("newer of {user}"));
            scene.put(USERS, json!({"user_id": {"S": user}})).await;
            for (id, key) in [
                ("older", format!("{user}/older")),
                ("newer", format!("conversations/{user}/newer")),
            ] {
                let row = json!({
                    "user_id": {"S": user}, "conversation_id": {"S": id}, "s3_key": {"S": key},
                });
                scene.put(ROWS, row).await;
            }
        }
        scene
    }

    async fn put(&self, table: &str, item: Value) {
        let request = json!({"TableName": name(table), "Item": item});
        self.aws.dynamodb("PutItem", request).await.unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let own = ["--dep-name", "v6", "--stage", "dev", "--notifications-take", "0"];
        run(Some(&self.aws), self.folder.path(), &[arguments, &own].concat())
    }

    /// Every object and every record.
    async fn world(&self) -> BTreeMap<String, String> {
        let s3 = self.aws.s3();
        let mut all = BTreeMap::new();
        for bucket in s3.buckets() {
            for key in s3.keys(&bucket) {
                let body = s3.get(&bucket, &key).unwrap();
                all.insert(format!("{bucket}/{key}"), String::from_utf8_lossy(&body).into_owned());
            }
        }
        for table in [USERS, ROWS] {
            let found = self.aws.dynamodb("Scan", json!({"TableName": name(table)})).await.unwrap();
            for item in found["Items"].as_array().unwrap() {
                all.insert(format!("{table} {item}"), String::new());
            }
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_follow_their_people_and_come_back() {
    let scene = Scene::new().await;
    let before = scene.world().await;
    let go = ["id-migration", "--allow-chains", "--dont-backup", "--no-confirmation"];
    let ran = scene.run(&go);
    assert_eq!(ran.code, 0, "{}", ran.text());
    let after = scene.world().await;
    for (old, new) in PAIRS {
        for id in ["older", "newer"] {
            let key = format!("{}/conversations/{new}/{id}", name(CONSOLIDATION));
            assert_eq!(after.get(&key), Some(&format!("{id} of {old}")), "{key}");
        }
    }
    assert_eq!(scene.aws.s3().keys(&name(CONVERSATIONS)), [""; 0]);
    assert!(!after.keys().any(|key| key.contains("ada")), "{after:?}");
    let again = scene.run(&go);
    assert_eq!(again.code, 0, "{}", again.text());
    assert_eq!(scene.world().await, after);
    let undone = scene.run(&["rollback", "--no-confirmation"]);
    assert_eq!(undone.code, 0, "{}", undone.text());
    assert_eq!(scene.world().await, before);
}
