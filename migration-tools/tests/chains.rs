//! New ids that are old ids of others: everybody is renamed once, whatever happens on the way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;
mod worlds;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use local_aws::LocalAws;
use migration_tools::amplify::derived_names;
use migration_tools::amplify::id_map::{IdMap, Rules};
use migration_tools::amplify::migration::{
    Chain, ChainError, Choice, Done, Migration, Rename, Target, find, table_names,
};
use migration_tools::amplify::tables::Table;
use migration_tools::engine::events::Silence;
use migration_tools::engine::journal::{Journal, JournalError, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::settle::settle;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::writer::{Old, Writer};
use serde_json::{Value, json};
use support::{Folder, run};
use worlds::chained::{PAIRS, PHASES, expected, item, map, rules, s, world};
use worlds::killer::{Killer, When};
use worlds::{Rows, World, differences};

async fn config(aws: &LocalAws, http: SharedHttpClient) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(aws.endpoint_url())
        .test_credentials()
        .http_client(http)
        .load()
        .await
}

/// As the command does it. Answers which phases were completed.
async fn migrate(
    config: &SdkConfig,
    world: &World,
    journal: &Path,
) -> Result<(Done, Vec<usize>), Stop> {
    static LEASES: AtomicUsize = AtomicUsize::new(0);
    let client = Client::new(config);
    let pace = Pace::new(None, None);
    let reader = Reader::new(client.clone(), pace.clone());
    let deployment = world.deployment();
    let targets =
        find(&reader, &table_names(&derived_names(&deployment).unwrap(), &deployment)).await;
    if let Some(missing) = targets.unclear.first() {
        return Err(Stop::Table { table: missing.table.key, why: String::new() });
    }
    let journal = Arc::new(opened(journal).await);
    // The lease of a run that was killed still holds; another one is taken here.
    let lease = LEASES.fetch_add(1, Ordering::SeqCst).to_string();
    let lease = Keeper::take(&client, &lease, &lease).await?;
    let number = journal.begin(&Run::default())?;
    let recorder = Recorder::new(Arc::clone(&journal), number);
    let writer = Writer::new((client, pace), targets.tables(), recorder, lease, Old::Delete)
        .with_patience(Duration::from_secs(2));
    settle(&reader, &writer.tables, &writer.recorder).await?;
    let (map, choice) = (map(), Choice::default());
    let takes: Vec<&Target> =
        targets.present.iter().filter(|one| choice.takes(one.table, true)).collect();
    let migration = Migration {
        objects: None,
        reader: &reader,
        writer: &writer,
        rule: Rename::new(&map, &choice.settings),
        takes: &takes,
        listener: &Silence,
        interrupted: &|| false,
        at_once: 64,
    };
    let chain = Chain::of(&map, false);
    assert_eq!(chain.phases(), PHASES);
    let phases = Mutex::new(Vec::new());
    let begun = chain.done(&journal).unwrap();
    let ended = |phase| phases.lock().unwrap().push(phase);
    let (done, stopped) = chain.run(&migration, begun, &ended).await;
    writer.close().await?;
    stopped?;
    Ok((done, phases.into_inner().unwrap()))
}

/// The journal, once the run that was killed has let it go.
async fn opened(folder: &Path) -> Journal {
    loop {
        match Journal::open(folder, "v6-dev") {
            Ok(journal) => return journal,
            Err(JournalError::InUse(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

struct Scene {
    aws: LocalAws,
    config: SdkConfig,
    client: Client,
    folder: Folder,
}

async fn scene(world: &World) -> Scene {
    let aws = LocalAws::start().await.unwrap();
    let config = config(&aws, aws_clients::http_client()).await;
    let client = Client::new(&config);
    world.create(&client).await;
    aws.clear_calls();
    Scene { aws, config, client, folder: Folder::new() }
}

fn assert_same(expected: &Rows, found: &Rows, what: &str) {
    let differences = differences(expected, found);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_and_a_swap_end_as_one_rename_and_are_not_done_again() {
    let world = world();
    let scene = scene(&world).await;
    let (done, phases) = migrate(&scene.config, &world, scene.folder.path()).await.unwrap();
    assert!(done.complete(), "{done:?}");
    assert_eq!(phases, [1, 2, 3]);
    let after = world.dump(&scene.client).await;
    assert_same(&expected(&world), &after, "renamed");
    scene.aws.clear_calls();
    let (again, phases) = migrate(&scene.config, &world, scene.folder.path()).await.unwrap();
    assert!(again.complete() && phases.is_empty(), "{again:?}");
    assert_eq!(scene.aws.count("dynamodb", "Scan") + support::writes(&scene.aws), 0);
    assert_same(&after, &world.dump(&scene.client).await, "again");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_call_and_run_again_it_ends_in_the_same_world() {
    const EVERY: usize = 5;
    let world = world();
    let expected = expected(&world);
    let mut request = 1;
    let mut killed = 0;
    loop {
        let when = if request % 2 == 0 { When::Before } else { When::After };
        let scene = scene(&world).await;
        let (killer, http) = Killer::new();
        killer.kill_at(request, when);
        let doomed = config(&scene.aws, http).await;
        let finished = tokio::select! {
            biased;
            done = migrate(&doomed, &world, scene.folder.path()) => Some(done.unwrap()),
            () = killer.killed() => None,
        };
        let what = format!("killed at {request} {when:?}");
        let (done, _) = migrate(&scene.config, &world, scene.folder.path()).await.unwrap();
        assert!(done.complete(), "{what}: {done:?}");
        assert_same(&expected, &world.dump(&scene.client).await, &what);
        if finished.is_some() {
            break;
        }
        killed += 1;
        request += EVERY;
    }
    assert!(killed > 20, "{killed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_that_is_not_complete_is_the_last() {
    let mut world = world();
    let state = |user: &str, note: &str| {
        item([("user", s(user)), ("sessionId", s("1")), ("note", s(note))])
    };
    // Where the last of the chain goes, somebody else's record stands in the way.
    let rows = vec![state("hopper-1", "moves"), state("kurt1", "in the way"), state("turing", "x")];
    world.tables.insert("AGENT_STATE_DYNAMODB_TABLE", rows);
    let scene = scene(&world).await;
    let (stopped, phases) = migrate(&scene.config, &world, scene.folder.path()).await.unwrap();
    assert!(!stopped.complete() && phases.is_empty(), "{stopped:?}");
    assert_eq!(stopped.total().refused, 1);
    let rows = world.dump(&scene.client).await;
    let left = |id: &str| {
        let own = &rows["ACCOUNTS_DYNAMO_TABLE"];
        own.iter().any(|row| row["user"] == s(id) && row["note"] == s(format!("was {id}")))
    };
    assert!(left("ada@example.edu") && left("turing"), "no later phase was begun");
    let table = Table::of_key("AGENT_STATE_DYNAMODB_TABLE").unwrap().name(&world.deployment());
    let delete = scene.client.delete_item().table_name(table);
    delete.key("user", s("kurt1")).key("sessionId", s("1")).send().await.unwrap();
    world.tables.get_mut("AGENT_STATE_DYNAMODB_TABLE").unwrap().remove(1);
    let (done, phases) = migrate(&scene.config, &world, scene.folder.path()).await.unwrap();
    assert!(done.complete(), "{done:?}");
    assert_eq!(phases, [1, 2, 3]);
    assert_same(&expected(&world), &world.dump(&scene.client).await, "gone on with");
}

#[test]
fn a_half_done_chain_is_gone_on_with_as_it_was_begun_or_not_at_all() {
    let folder = Folder::new();
    let journal = Journal::open(folder.path(), "v6-dev").unwrap();
    let (map, mut turned) = (map(), PAIRS);
    turned.reverse();
    let turned = IdMap::from_pairs(turned, &rules()).unwrap();
    let other = IdMap::from_pairs([("a", "b")], &Rules::default()).unwrap();
    let done = |map: &IdMap, unlisted: bool| Chain::of(map, unlisted).done(&journal);
    assert!(matches!((done(&map, false), done(&other, false)), (Ok(0), Ok(0))));
    let digest: String = map.digest_of_pairs().iter().map(|byte| format!("{byte:02x}")).collect();
    for phase in 1..=PHASES {
        let run = u64::try_from(phase).unwrap();
        journal.set_done(&format!("phase {phase} of {PHASES} of map {digest}"), run).unwrap();
        assert_eq!(done(&map, false).unwrap(), phase);
        assert_eq!(done(&turned, false).unwrap(), phase, "the order of the file is no matter");
        assert!(matches!(done(&map, true), Err(ChainError::OtherTables(false))));
        let ended = phase == PHASES;
        assert_eq!(done(&other, false).is_ok(), ended, "another map after {phase}");
    }
    // Taken back.
    journal.set_undone(3).unwrap();
    assert_eq!(done(&map, false).unwrap(), 2);
    assert!(matches!(done(&other, true), Err(ChainError::OtherMap { done: 2, of: PHASES })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_asks_for_the_flag_plans_all_phases_and_does_them() {
    let world = world();
    let scene = scene(&world).await;
    scene.aws.s3().create_bucket("amplify-v6-lambda-dev-consolidation");
    scene.folder.write("migration_users.csv", world.csv());
    let command = |arguments: &[&str]| {
        let all = ["--dep-name", "v6", "--stage", "dev", "id-migration"];
        let records = match arguments.iter().any(|one| one.starts_with("--only")) {
            true => &[][..],
            false => &["--without-objects"],
        };
        let all = [all.as_slice(), arguments, records].concat();
        run(Some(&scene.aws), scene.folder.path(), &all)
    };
    let refused = command(&["--dry-run"]);
    assert_eq!(refused.code, 2, "{}", refused.text());
    assert!(refused.err.contains("--allow-chains"), "{}", refused.err);
    for other in ["--keep-old", "--only=login", "--users=u.txt"] {
        assert_eq!(command(&["--allow-chains", other]).code, 2, "{other}");
    }
    let planned = command(&["--allow-chains", "--dry-run", "--format", "json"]);
    assert_eq!(planned.code, 0, "{}", planned.text());
    let plan: Value = planned.json();
    assert_eq!(plan["phases"], 3);
    assert_eq!(plan["survey"]["logins"]["old_only"], 6, "{plan}");
    assert_eq!(plan["survey"]["logins"]["strangers"], 0, "{plan}");
    let accounts = plan["survey"]["tables"].as_array().unwrap().iter();
    let accounts = accounts.clone().find(|one| one["table"] == "ACCOUNTS_DYNAMO_TABLE").unwrap();
    assert_eq!(accounts["counts"]["moved"], 6, "{accounts}");
    assert_eq!(accounts["counts"]["merged"], 0, "{accounts}");
    let go = ["--allow-chains", "--dont-backup", "--no-confirmation"];
    let ran = command(&go);
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(ran.out.contains("Phase 3 of 3 is complete."), "{}", ran.out);
    let after = world.dump(&scene.client).await;
    assert_same(&expected(&world), &after, "by the command");
    scene.aws.clear_calls();
    let again = command(&go);
    assert_eq!(again.code, 0, "{}", again.text());
    assert!(again.out.contains("All 3 phases"), "{}", again.out);
    for operation in ["Scan", "TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"] {
        assert_eq!(scene.aws.count("dynamodb", operation), 0, "{operation}");
    }
    assert_same(&after, &world.dump(&scene.client).await, "again");
}

#[tokio::test(flavor = "multi_thread")]
async fn verified_by_the_journal_what_was_not_renamed_is_found() {
    let world = world();
    let scene = scene(&world).await;
    scene.aws.s3().create_bucket("amplify-v6-lambda-dev-consolidation");
    scene.folder.write("migration_users.csv", world.csv());
    let command = |arguments: &[&str]| {
        let all = ["--dep-name", "v6", "--stage", "dev", "--format", "json"];
        run(Some(&scene.aws), scene.folder.path(), &[all.as_slice(), arguments].concat())
    };
    let unknown = command(&["verify"]);
    assert_eq!(unknown.code, 3, "{}", unknown.text());
    assert!(unknown.err.contains("--journal"), "{}", unknown.err);
    let accounts = Table::of_key("ACCOUNTS_DYNAMO_TABLE").unwrap().name(&world.deployment());
    let put = |user: &str, note: &str| {
        let put = scene.client.put_item().table_name(&accounts);
        put.item("user", s(user)).item("note", s(note)).send()
    };
    let go = ["id-migration", "--allow-chains", "--dont-backup", "--no-confirmation"];
    let folder = scene.folder.path().join(".migration-tools");
    let of = "v6-dev in eu-west-1 of account 111122223333";
    drop(Journal::open(&folder, of).unwrap());
    let early = command(&["verify"]);
    assert_eq!((early.code, &early.json()["open_phases"]), (5, &3.into()), "{}", early.text());
    let ran = command(&go);
    assert_eq!(ran.code, 0, "{}", ran.text());
    let done = command(&["verify", "--strict"]);
    assert_eq!((done.code, &done.json()["open_phases"]), (0, &0.into()), "{}", done.text());
    assert!(done.json()["tables"][0]["as_left"].as_u64() > Some(0), "{}", done.out);
    // Of an id that somebody else got, nobody can tell; of one that nobody got, everybody.
    let got = |id: &str| PAIRS.iter().any(|(_, new)| *new == id);
    let (lost, _) = PAIRS.iter().find(|(old, new)| old != new && !got(old)).unwrap();
    put(lost, "written since").await.unwrap();
    let left = command(&["verify"]);
    assert_eq!((left.code, &left.json()["differences"]), (5, &1.into()), "{}", left.text());
    let (_, new) = PAIRS.iter().find(|(old, new)| old != new).unwrap();
    let delete = scene.client.delete_item().table_name(&accounts).key("user", s(*new));
    delete.send().await.unwrap();
    let missing = command(&["verify"]);
    assert_eq!(
        (missing.code, &missing.json()["differences"]),
        (5, &2.into()),
        "{}",
        missing.text()
    );
}

/// What every phase has done, the last one first, wherever it was stopped.
#[tokio::test(flavor = "multi_thread")]
async fn taken_back_the_world_is_as_it_was_before() {
    let world = world();
    for kill in [None, Some(2), Some(25), Some(45)] {
        let scene = scene(&world).await;
        scene.aws.s3().create_bucket("amplify-v6-lambda-dev-consolidation");
        scene.folder.write("migration_users.csv", world.csv());
        let before = world.dump(&scene.client).await;
        let all = |arguments: &[&'static str]| {
            [&["--dep-name", "v6", "--stage", "dev"], arguments].concat()
        };
        let go = all(&[
            "id-migration",
            "--allow-chains",
            "--without-objects",
            "--dont-backup",
            "--no-confirmation",
        ]);
        let command = |arguments: &[&str]| run(Some(&scene.aws), scene.folder.path(), arguments);
        match kill {
            None => assert_eq!(command(&go).code, 0),
            Some(writes) => {
                let child = support::command(Some(&scene.aws), scene.folder.path(), &go).spawn();
                let mut child = child.unwrap();
                while support::writes(&scene.aws) < writes {
                    assert!(child.try_wait().unwrap().is_none(), "it was to be killed at work");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                child.kill().unwrap();
                child.wait().unwrap();
                let lease = json!({
                    "TableName": "migration-tools-leases",
                    "Key": {"lease": {"S": "v6-dev"}},
                });
                scene.aws.dynamodb("DeleteItem", lease).await.unwrap();
            }
        }
        assert_ne!(before, world.dump(&scene.client).await);
        let back = command(&all(&["--format", "json", "rollback", "--no-confirmation"]));
        // Of a copy that was in flight to where somebody's own row stands, which no run has touched,
        // nobody can tell whether it got there and was changed since; nothing is to be done about it.
        let is_copy = |one: &Value| one["table"] == "OLD_USER_STORAGE_TABLE";
        let told = back.json();
        let findings = told["findings"].as_array().unwrap();
        assert!(findings.iter().all(is_copy), "{kill:?}: {}", back.text());
        assert!(kill.is_some() || findings.is_empty(), "{}", back.text());
        assert_eq!(back.code, i32::from(!findings.is_empty()), "{kill:?}: {}", back.text());
        assert_same(&before, &world.dump(&scene.client).await, &format!("{kill:?}"));
        // And the way forward is open again, from its beginning.
        let again = command(&go);
        assert_eq!(again.code, 0, "{kill:?}: {}", again.text());
        assert_same(&expected(&world), &world.dump(&scene.client).await, &format!("{kill:?}"));
    }
}
