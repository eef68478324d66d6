//! The policy that `iam-policies` makes of what `permissions` prints is what the command needs: all of
//! it, and nothing more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;
mod worlds;

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use iam_policies::generate::{Format, Per, groups, policies, written};
use iam_policies::needs::{Options, needed};
use iam_policies::policy::context::Context;
use iam_policies::policy::evaluate::{Decision, evaluate};
use iam_policies::policy::pattern::Pattern;
use iam_policies::policy::{Statement, Values, read};
use iam_policies::resource::Deployment as At;
use iam_policies::source::records;
use local_aws::{ACCOUNT_ID, Call, Effect, Fault, LocalAws, REGION};
use migration_tools::amplify::tables::{Find, Group, Turn, all};
use migration_tools::amplify::{Deployment, RESOURCES};
use serde_json::{Value, json};
use support::{Folder, Run, command, config, run};
use worlds::{Size, World};

const DEPLOYMENT: [&str; 4] = ["--dep-name", "v6", "--stage", "dev"];
const MIGRATE: [&str; 4] =
    ["id-migration", "--no-confirmation", "--include-unlisted", "--without-objects"];

/// What a call needs: an action on a resource, and what the request says beside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    action: &'static str,
    resource: String,
    /// Of a parameter that is decrypted.
    parameter: Option<String>,
}

impl Need {
    fn new(action: &'static str, resource: String) -> Self {
        Self { action, resource, parameter: None }
    }

    fn is_allowed<'s>(&self, statements: impl IntoIterator<Item = &'s Statement>) -> bool {
        let mut context = Context::new();
        if let Some(parameter) = &self.parameter {
            context = context
                .with("kms:ViaService", format!("ssm.{REGION}.amazonaws.com"))
                .with("kms:EncryptionContext:PARAMETER_ARN", parameter);
        }
        let resource = Pattern::literal(&self.resource);
        match evaluate(statements, self.action, &resource, &context) {
            Decision::Allowed { assumed, .. } => assumed.is_empty(),
            _ => false,
        }
    }
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
}

fn table(name: &Value) -> String {
    arn("dynamodb", &format!("table/{}", name.as_str().unwrap()))
}

/// What AWS asks IAM for when this call comes.
fn needs(aws: &LocalAws, call: &Call) -> Vec<Need> {
    let body: Value = serde_json::from_slice(&call.request).unwrap_or_default();
    let on_table = |action| vec![Need::new(action, table(&body["TableName"]))];
    match (call.service, call.operation.as_str()) {
        ("dynamodb", "DescribeTable") => on_table("dynamodb:DescribeTable"),
        ("dynamodb", "DescribeContinuousBackups") => on_table("dynamodb:DescribeContinuousBackups"),
        ("dynamodb", "Scan") => {
            assert!(body.get("IndexName").is_none());
            on_table("dynamodb:Scan")
        }
        ("dynamodb", "CreateTable") => on_table("dynamodb:CreateTable"),
        ("dynamodb", "PutItem") => on_table("dynamodb:PutItem"),
        ("dynamodb", "UpdateItem") => on_table("dynamodb:UpdateItem"),
        ("dynamodb", "DeleteItem") => on_table("dynamodb:DeleteItem"),
        ("dynamodb", "ListBackups") => vec![Need::new("dynamodb:ListBackups", "*".to_owned())],
        ("dynamodb", "DescribeBackup") => {
            let backup = body["BackupArn"].as_str().unwrap().to_owned();
            vec![Need::new("dynamodb:DescribeBackup", backup)]
        }
        ("dynamodb", "BatchGetItem") => {
            let tables = body["RequestItems"].as_object().unwrap().keys();
            tables.map(|name| Need::new("dynamodb:BatchGetItem", table(&json!(name)))).collect()
        }
        ("dynamodb", "TransactWriteItems") => {
            let items = body["TransactItems"].as_array().unwrap().iter();
            items
                .flat_map(|item| item.as_object().unwrap())
                .map(|(kind, item)| {
                    let action = match kind.as_str() {
                        "Put" => "dynamodb:PutItem",
                        "Update" => "dynamodb:UpdateItem",
                        "Delete" => "dynamodb:DeleteItem",
                        "ConditionCheck" => "dynamodb:ConditionCheckItem",
                        other => panic!("{other}"),
                    };
                    Need::new(action, table(&item["TableName"]))
                })
                .collect()
        }
        ("s3", "HeadBucket") => {
            let bucket = call.path.trim_matches('/').split(['/', '?']).next().unwrap();
            vec![Need::new("s3:ListBucket", format!("arn:aws:s3:::{bucket}"))]
        }
        ("cognito-idp", "ListUsers") => {
            let pool = body["UserPoolId"].as_str().unwrap();
            vec![Need::new(
                "cognito-idp:ListUsers",
                arn("cognito-idp", &format!("userpool/{pool}")),
            )]
        }
        ("ssm", "GetParameters") => {
            let names = body["Names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            names
                .flat_map(|name| {
                    let parameter = arn("ssm", &format!("parameter{name}"));
                    let read = Need::new("ssm:GetParameters", parameter.clone());
                    let secure = aws.ssm().kind(name) == Some("SecureString");
                    let decrypt = secure.then(|| Need {
                        parameter: Some(parameter),
                        ..Need::new("kms:Decrypt", arn("kms", "key/0b1c"))
                    });
                    std::iter::once(read).chain(decrypt)
                })
                .collect()
        }
        other => panic!("{other:?} is in no declaration"),
    }
}

/// A deployment in which every command finds everything, and every name is a secret.
struct Scene {
    aws: LocalAws,
    client: Client,
    world: World,
    folder: Folder,
}

impl Scene {
    async fn new() -> Self {
        let aws = LocalAws::start().await.unwrap();
        let client = Client::new(&config(&aws).await);
        let world = World::generate(21, &Size { rows: 2, large: false, ..Size::default() });
        world.create(&client).await;
        let of = Deployment::new("v6", "dev").unwrap();
        for resource in RESOURCES {
            let path = format!("/amplify/dev/{}/{}", resource.publisher(&of), resource.key);
            aws.ssm().put_secure(&path, &resource.name(&of));
        }
        aws.s3().create_bucket("amplify-v6-lambda-dev-consolidation");
        let pool = aws.cognito().create_pool("university");
        aws.ssm().put("/amplify/dev/COGNITO_USER_POOL_ID", &pool);
        for (old, _) in &world.pairs {
            aws.cognito().add_user(&pool, old, &[("email", old), ("sub", &format!("s{old}"))]);
        }
        let folder = Folder::new();
        folder.write("migration_users.csv", world.csv());
        Self { aws, client, world, folder }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(Some(&self.aws), self.folder.path(), &[&DEPLOYMENT, arguments].concat())
    }

    /// Backups that take a while, and recovery.
    async fn back_up(&self) {
        self.aws.backups_take(Duration::from_secs(25));
        for table in all().filter(|table| table.group != Group::Never) {
            let name = table.name(&self.world.deployment());
            let request = json!({"TableName": name, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}});
            self.aws.dynamodb("UpdateContinuousBackups", request).await.unwrap();
            let request = json!({"TableName": name, "BackupName": "before"});
            self.aws.dynamodb("CreateBackup", request).await.unwrap();
        }
    }

    /// The statements of the policies that are made of what a command declares.
    fn statements(&self, command: &str) -> Vec<Statement> {
        let printed = self.run(&["permissions", command]);
        assert_eq!(printed.code, 0, "{}", printed.text());
        let inventory = records(&printed.out).unwrap();
        assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
        let options = Options {
            deployment: At {
                account: Some(ACCOUNT_ID.to_owned()),
                region: Some(REGION.to_owned()),
                partition: None,
            },
            ..Options::default()
        };
        let groups = groups(&inventory, Per::Lambda);
        assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), [command]);
        let needed = needed(&groups[0].usages, &options);
        assert!(needed.gaps.is_empty(), "{:?}", needed.gaps);
        let policies = policies(command, &needed.grants);
        assert!(policies.len() <= 10, "a role takes ten: {}", policies.len());
        let read = |policy| {
            let text = written(std::slice::from_ref(policy), Format::Json);
            read("policy.json", text.as_bytes(), &Values::new()).unwrap()
        };
        policies.iter().flat_map(read).flat_map(|policy| policy.statements).collect()
    }

    /// What the calls since the last look needed.
    fn needed(&self) -> BTreeSet<Need> {
        self.aws.calls().iter().flat_map(|call| needs(&self.aws, call)).collect()
    }

    /// That the policy of a command allows what was called, that none of its statements could go, and
    /// that nothing in it is a pattern that could be a name.
    fn assert_exact(&self, command: &str, needed: &BTreeSet<Need>) {
        let statements = self.statements(command);
        for need in needed {
            assert!(need.is_allowed(&statements), "{command}: {need:?}");
        }
        for (at, statement) in statements.iter().enumerate() {
            let resources: Vec<&str> =
                statement.resources.written().iter().map(|one| one.pattern.text()).collect();
            let actions: Vec<&str> =
                statement.actions.written().iter().map(|one| one.pattern.text()).collect();
            for resource in &resources {
                let pattern = match *resource {
                    // AWS knows nothing narrower.
                    "*" => actions == ["dynamodb:ListBackups"],
                    // Through Parameter Store alone, and for named parameters.
                    key if key.ends_with(":key/*") => statement.conditions.len() == 2,
                    backup if backup.ends_with("/backup/*") => {
                        actions == ["dynamodb:DescribeBackup"]
                            && !backup.trim_end_matches('*').contains('*')
                    }
                    index if index.ends_with("/index/*") => {
                        actions.iter().all(|one| ["dynamodb:Query", "dynamodb:Scan"].contains(one))
                    }
                    other => !other.contains('*'),
                };
                assert!(pattern, "{command}: {actions:?} on {resource}");
            }
            // What is declared to be read may be read by its indexes, whatever the code does.
            let resources: Vec<&str> =
                resources.into_iter().filter(|resource| !resource.ends_with("/index/*")).collect();
            if resources.is_empty() {
                continue;
            }
            let others = || statements.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, s)| s);
            let missed = needed.iter().any(|need| !need.is_allowed(others()));
            assert!(missed, "{command}: nothing needs {actions:?} on {resources:?}");
            // Nor is any of its resources there for nothing, but parameters that nobody looks for.
            for resource in resources.iter().filter(|resource| !resource.contains(":parameter/")) {
                let stem = resource.trim_end_matches('*');
                let used = |need: &Need| {
                    need.resource.starts_with(stem)
                        && actions.iter().any(|action| action.eq_ignore_ascii_case(need.action))
                };
                assert!(needed.iter().any(used), "{command}: {actions:?} on {resource}");
            }
        }
        let declared: BTreeSet<String> = statements
            .iter()
            .flat_map(|statement| statement.actions.written())
            .map(|action| action.pattern.text().to_ascii_lowercase())
            .collect();
        let used = needed.iter().map(|need| need.action.to_ascii_lowercase()).collect();
        assert_eq!(declared, used, "{command}");
    }
}

/// What looking few users up needs, which is cheaper only in tables that are larger than a test's.
fn look_ups(of: &Deployment) -> Vec<Need> {
    let looked_up = all().filter(|table| table.group != Group::Never && table.turn != Turn::Login);
    let ways = looked_up.flat_map(|table| table.find.iter().map(move |find| (table, find)));
    ways.map(|(table, find)| {
        let index = match find {
            Find::Key => String::new(),
            Find::Index { name, .. } => format!("/index/{name}"),
        };
        let resource = arn("dynamodb", &format!("table/{}{index}", table.name(of)));
        Need::new("dynamodb:Query", resource)
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_needs_its_policy_and_no_more() {
    let scene = Scene::new().await;
    scene.aws.clear_calls();
    let made = scene.run(&[
        "id-migration",
        "--use-sub",
        "--csv-file",
        "subs.csv",
        "--dry-run",
        "--without-objects",
    ]);
    assert!(scene.aws.count("cognito-idp", "ListUsers") > 0, "{}", made.text());
    let mut needed = scene.needed();
    scene.back_up().await;
    scene.aws.clear_calls();
    // It is killed while it copies a record of the old user storage, and gone on with.
    let copies = |body: &[u8]| {
        let text = String::from_utf8_lossy(body);
        text.contains("user-data-storage")
            && !text.contains("\"Delete\"")
            && !text.contains("\"Update\"")
    };
    let slow = Fault::on("dynamodb", "TransactWriteItems").every().matching(copies);
    let slow = scene.aws.faults().add(slow.with(Effect::Delay(Duration::from_secs(600))));
    let mut child =
        command(Some(&scene.aws), scene.folder.path(), &[DEPLOYMENT.as_slice(), &MIGRATE].concat())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
    while slow.seen() == 0 || slow.triggered() == 0 {
        assert!(child.try_wait().unwrap().is_none());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    scene.aws.faults().clear();
    needed.extend(scene.needed());
    let lease = json!({"TableName": "migration-tools-leases", "Key": {"lease": {"S": "v6-dev"}}});
    scene.aws.dynamodb("DeleteItem", lease).await.unwrap();
    scene.aws.clear_calls();
    let ran = scene.run(&MIGRATE);
    assert_eq!(ran.code, 0, "{}", ran.text());
    needed.extend(scene.needed());
    needed.extend(look_ups(&scene.world.deployment()));
    scene.assert_exact("id-migration", &needed);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_do_other_commands() {
    let scene = Scene::new().await;
    scene.aws.clear_calls();
    let made = scene.run(&["generate-csv", "--use-sub", "--csv-file", "subs.csv"]);
    assert!(made.code <= 1, "{}", made.text());
    scene.assert_exact("generate-csv", &scene.needed());
    scene.aws.clear_calls();
    let kept = scene.run(&["user-storage-backup", "--output-file", "old.jsonl"]);
    assert_eq!(kept.code, 0, "{}", kept.text());
    let back = scene.run(&["user-storage-backup", "--restore", "old.jsonl"]);
    assert_eq!(back.code, 0, "{}", back.text());
    scene.assert_exact("user-storage-backup", &scene.needed());
    drop(scene.client);
}

#[test]
fn records_are_printed_without_any_call() {
    let folder = Folder::new();
    let arguments = ["permissions", "id-migration", "--derived-names", "--region", "eu-west-1"];
    let printed = run(None, folder.path(), &[DEPLOYMENT.as_slice(), &arguments].concat());
    assert_eq!(printed.code, 0, "{}", printed.text());
    let inventory = records(&printed.out).unwrap();
    let leases =
        inventory.usages.iter().find(|one| one.variable.ends_with("LEASES_TABLE")).unwrap();
    assert!(leases.values.contains_key("migration-tools-leases"));
    let manifest = run(None, folder.path(), &["--required-env-vars-manifest"]);
    let declared = iam_policies::source::manifest(&manifest.out, None).unwrap();
    assert!(declared.problems.is_empty(), "{:?}", declared.problems);
    let known = |one: &&iam_policies::model::Usage| {
        one.function.as_deref() == Some("migration_tools::declared::id_migration::id_migration")
    };
    assert!(declared.usages.iter().filter(known).count() > 50, "{}", manifest.text());
    let unknown = run(None, folder.path(), &["permissions", "everything"]);
    assert_eq!(unknown.code, 2, "{}", unknown.text());
}
