//! Whole deployments in an embedded AWS, and the real command on them.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use aws_sdk_dynamodb::Client;
use local_aws::LocalAws;
use migration_tools::engine::journal::Journal;

use crate::support::{self, Folder, Run, config, run};
use crate::worlds::oracle::{Options, expected};
use crate::worlds::{Rows, Size, World, differences};

const BUCKET: &str = "amplify-v6-lambda-dev-consolidation";

/// A migration that asks nobody.
pub const MIGRATE: [&str; 3] = ["id-migration", "--dont-backup", "--no-confirmation"];

/// A world in an embedded AWS, and a folder with its id map.
pub struct Deployment {
    pub aws: LocalAws,
    pub client: Client,
    pub world: World,
    pub folder: Folder,
}

impl Deployment {
    pub async fn new(seed: u64, size: &Size) -> Self {
        Self::of(World::generate(seed, size)).await
    }

    pub async fn of(world: World) -> Self {
        let aws = LocalAws::start().await.unwrap();
        let client = Client::new(&config(&aws).await);
        world.create(&client).await;
        aws.s3().create_bucket(BUCKET);
        let folder = Folder::new();
        folder.write("migration_users.csv", world.csv());
        aws.clear_calls();
        Self { aws, client, world, folder }
    }

    /// The command with these arguments. It tells no id of a user, unless it is asked for them.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let run = run(Some(&self.aws), self.folder.path(), &Self::all(arguments));
        let told = |id: &String| id.len() > 4 && run.text().contains(id.as_str());
        if !arguments.contains(&"--show-values") {
            for (old, new) in &self.world.pairs {
                assert!(!told(old) && !told(new), "no id is told: {}", run.text());
            }
        }
        run
    }

    /// The same, where it has to end well.
    pub fn done(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.text());
        run
    }

    /// The same, still to be started.
    pub fn command(&self, arguments: &[&str]) -> std::process::Command {
        support::command(Some(&self.aws), self.folder.path(), &Self::all(arguments))
    }

    fn all<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
        let mut all = [&["--dep-name", "v6", "--stage", "dev"], arguments].concat();
        // What these deployments have is records.
        let of_objects = ["id-migration", "verify"].iter().any(|one| arguments.contains(one));
        if of_objects && !arguments.contains(&"--only") {
            all.push("--without-objects");
        }
        all
    }

    /// Calls that write records of the deployment.
    pub fn writes(&self) -> usize {
        support::writes(&self.aws) + self.aws.count("dynamodb", "BatchWriteItem")
    }

    /// The same, and those that write leases.
    pub fn all_writes(&self) -> usize {
        let leases = ["UpdateItem", "CreateTable"];
        let leases = leases.iter().map(|operation| self.aws.count("dynamodb", operation));
        self.writes() + leases.sum::<usize>()
    }

    pub fn journal(&self) -> Journal {
        Journal::open_existing(&self.folder.path().join(".migration-tools")).unwrap()
    }

    /// Nobody waits two minutes for the lease of the dead.
    pub async fn forget_lease(&self) {
        let request = serde_json::json!({
            "TableName": "migration-tools-leases",
            "Key": {"lease": {"S": "v6-dev"}},
        });
        self.aws.dynamodb("DeleteItem", request).await.unwrap();
    }

    pub async fn dump(&self) -> Rows {
        self.world.dump(&self.client).await
    }

    pub async fn assert_is(&self, expected: &Rows, what: &str) {
        let found = differences(expected, &self.dump().await);
        assert!(found.is_empty(), "{what}: {}", found.join("\n"));
    }

    pub async fn assert_migrated(&self, include_unlisted: bool) {
        let options = Options { keep_old: false, include_unlisted };
        self.assert_is(&expected(&self.world, &options), "migrated").await;
    }
}
