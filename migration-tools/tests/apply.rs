//! One record moves, merges or changes as a whole or not at all, and no other writer loses anything.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::engine::apply::{Outcome, Rule, apply};
use migration_tools::engine::item::{Item, same};
use migration_tools::engine::rewrite::{Changes, Edit, Merge, Record, Refusal, Rewrite};
use migration_tools::engine::stop::Stop;
use migration_tools::engine::table::{TableRef, Tables};
use migration_tools::engine::write::Write;
use migration_tools::engine::writer::{Old, Unmade};
use proptest::prelude::*;
use serde_json::json;

const TABLE: &str = "T";

async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let config = support::config(&aws).await;
    let request = json!({
        "TableName": "people",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    (aws, Client::new(&config))
}

fn tables() -> Tables {
    let attributes: BTreeSet<String> = ["user", "name", "likes"].map(str::to_owned).into();
    let keys = vec!["user".to_owned()];
    let table = TableRef { attributes: attributes.into(), ..TableRef::new("people", keys) };
    BTreeMap::from([(TABLE, table)])
}

fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn person(user: &str, name: &str) -> Item {
    item(&[("user", S(user.to_owned())), ("name", S(name.to_owned()))])
}

async fn put(client: &Client, item: &Item) {
    client.put_item().table_name("people").set_item(Some(item.clone())).send().await.unwrap();
}

/// Everything in the table, by user.
async fn everything(client: &Client) -> BTreeMap<String, Item> {
    let scan = client.scan().table_name("people").consistent_read(true).send().await.unwrap();
    let user = |item: &Item| item["user"].as_s().unwrap().clone();
    scan.items().iter().map(|item| (user(item), item.clone())).collect()
}

/// Moves `old` to `new`, and before the first rounds lets somebody else do something.
struct Renames<F> {
    meanwhile: F,
    rounds: AtomicUsize,
}

impl<F: Fn(usize) + Sync> Renames<F> {
    fn new(meanwhile: F) -> Self {
        Self { meanwhile, rounds: AtomicUsize::new(0) }
    }
}

impl<F: Fn(usize) + Sync> Rule for Renames<F> {
    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
        (self.meanwhile)(self.rounds.fetch_add(1, Ordering::SeqCst));
        if record.item["user"] != S("old".to_owned()) {
            return Rewrite::Unchanged;
        }
        let mut item = record.item.clone();
        item.insert("user".to_owned(), S("new".to_owned()));
        Rewrite::Changes(Changes::moved(table, item))
    }

    fn merge(&self, _: &'static str, existing: &Item, incoming: &Item) -> Merge {
        if same(existing, incoming) {
            return Merge::Same;
        }
        match existing.get("name").map(|name| name.as_s().unwrap().as_str()) {
            Some("conflict") => Merge::Conflict(Refusal::new("both have a name", "choose one")),
            Some("keep") => Merge::KeepExisting { because: "newer" },
            _ => {
                let mut item = incoming.clone();
                item.extend(existing.clone());
                Merge::Merged { item, because: "filled in" }
            }
        }
    }
}

async fn rename(client: &Client, record: &Item, meanwhile: impl Fn(usize) + Sync) -> Outcome {
    let rule = Renames::new(meanwhile);
    let (_folder, writer) = support::writer(client, tables(), Old::Delete).await;
    apply(&writer, TABLE, Record { item: record.clone() }, &rule).await.unwrap()
}

fn nothing(_: usize) {}

/// Lets another writer act in the middle of a plan.
fn now<F: std::future::Future>(act: F) -> F::Output {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(act))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_one_call_and_a_second_one_does_nothing() {
    let (aws, client) = world().await;
    put(&client, &person("old", "Ada")).await;
    aws.clear_calls();
    let outcome = rename(&client, &person("old", "Ada"), nothing).await;
    assert!(
        matches!(&outcome, Outcome::Changed { writes, .. } if writes.len() == 2),
        "{outcome:?}"
    );
    assert_eq!(support::writes(&aws), 1);
    let world = everything(&client).await;
    assert_eq!(world, BTreeMap::from([("new".to_owned(), person("new", "Ada"))]));
    let again = rename(&client, &person("new", "Ada"), nothing).await;
    assert_eq!(again, Outcome::Unchanged);
    assert_eq!(rename(&client, &person("old", "Ada"), nothing).await, Outcome::Gone);
    assert_eq!(everything(&client).await, world);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_at_the_target_is_kept_merged_or_a_conflict() {
    for (existing, expected) in [
        ("Ada", vec![("new", "Ada")]),
        ("keep", vec![("new", "keep")]),
        ("conflict", vec![("new", "conflict"), ("old", "Ada")]),
        ("Countess", vec![("new", "Countess")]),
    ] {
        let (_aws, client) = world().await;
        put(&client, &person("old", "Ada")).await;
        put(&client, &person("new", existing)).await;
        let outcome = rename(&client, &person("old", "Ada"), nothing).await;
        let refused = matches!(outcome, Outcome::Refused(_));
        assert_eq!(refused, existing == "conflict", "{outcome:?}");
        let expected: BTreeMap<String, Item> = expected
            .into_iter()
            .map(|(user, name)| (user.to_owned(), person(user, name)))
            .collect();
        assert_eq!(everything(&client).await, expected, "{existing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_changes_meanwhile_is_moved_as_it_is_then() {
    let (_aws, client) = world().await;
    put(&client, &person("old", "Ada")).await;
    let outcome = rename(&client, &person("old", "Ada"), |round| {
        // Another value, then an attribute that the record did not have, then one that goes.
        let mut later = person("old", "Augusta Ada");
        later.extend((round == 1).then(|| ("likes".to_owned(), S("looms".to_owned()))));
        if round < 3 {
            now(put(&client, &later));
        }
    })
    .await;
    assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
    let expected = BTreeMap::from([("new".to_owned(), person("new", "Augusta Ada"))]);
    assert_eq!(everything(&client).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_goes_meanwhile_does_not_come_back() {
    let (_aws, client) = world().await;
    put(&client, &person("old", "Ada")).await;
    let outcome = rename(&client, &person("old", "Ada"), |_| {
        let delete = client.delete_item().table_name("people").key("user", S("old".to_owned()));
        now(delete.send()).unwrap();
    })
    .await;
    assert_eq!(outcome, Outcome::Gone);
    assert!(everything(&client).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_touches_only_what_it_names() {
    struct Greets;
    impl Rule for Greets {
        fn rewrite(&self, _: &'static str, record: &Record) -> Rewrite {
            let name = record.item["name"].as_s().unwrap();
            if name.starts_with("Dr ") {
                return Rewrite::Unchanged;
            }
            let set = [("name".to_owned(), S(format!("Dr {name}")))].into();
            let remove = ["likes".to_owned()].into();
            Rewrite::Changes(Changes::edited(Edit { set, remove }))
        }
        fn merge(&self, _: &'static str, _: &Item, _: &Item) -> Merge {
            Merge::Same
        }
    }
    let (_aws, client) = world().await;
    let mut read = person("u", "Ada");
    read.insert("likes".to_owned(), S("looms".to_owned()));
    // Meanwhile the application added an attribute and changed the name.
    let mut stored = read.clone();
    stored
        .extend([("age".to_owned(), N("36".to_owned())), ("name".to_owned(), S("A.".to_owned()))]);
    put(&client, &stored).await;
    let outcome = {
        let (_folder, writer) = support::writer(&client, tables(), Old::Delete).await;
        apply(&writer, TABLE, Record { item: read }, &Greets).await.unwrap()
    };
    assert!(
        matches!(&outcome, Outcome::Changed { writes, .. } if matches!(writes[..], [(TABLE, Write::Edit { .. })])),
        "{outcome:?}"
    );
    let mut expected = person("u", "Dr A.");
    expected.insert("age".to_owned(), N("36".to_owned()));
    assert_eq!(everything(&client).await["u"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_copied_and_stays_is_copied_again_where_it_changed() {
    for (standing, changed, expected) in [
        // A copy and nothing else becomes what the old record is now.
        (None, ("Augusta", "looms"), ("Augusta", "looms")),
        // What it was brought together with stays.
        (Some("Countess"), ("Ada", "looms"), ("Countess", "looms")),
    ] {
        let (_aws, client) = world().await;
        put(&client, &person("old", "Ada")).await;
        if let Some(name) = standing {
            put(&client, &person("new", name)).await;
        }
        let (_folder, writer) = support::writer(&client, tables(), Old::Keep).await;
        let rule = Renames::new(nothing);
        let mut record = Record { item: person("old", "Ada") };
        let copied = apply(&writer, TABLE, record.clone(), &rule).await.unwrap();
        assert!(matches!(copied, Outcome::Changed { .. }), "{copied:?}");
        writer.recorder.flush().await.unwrap();
        let again = apply(&writer, TABLE, record.clone(), &rule).await.unwrap();
        assert_eq!(again, Outcome::Kept);
        record.item = person("old", changed.0);
        record.item.insert("likes".to_owned(), S(changed.1.to_owned()));
        put(&client, &record.item).await;
        let later = apply(&writer, TABLE, record, &rule).await.unwrap();
        assert!(matches!(later, Outcome::Changed { .. }), "{later:?}");
        let new = &everything(&client).await["new"];
        let text = |name: &str| new[name].as_s().unwrap().as_str();
        assert_eq!((text("name"), text("likes")), expected);
    }
}

/// An attribute that nobody had ever seen is no part of any condition.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_gets_while_it_is_merged_stays() {
    struct Meets<'a>(&'a Client);
    impl Rule for Meets<'_> {
        fn rewrite(&self, table: &'static str, _: &Record) -> Rewrite {
            Rewrite::Changes(Changes::moved(table, person("new", "Ada")))
        }
        fn merge(&self, _: &'static str, existing: &Item, incoming: &Item) -> Merge {
            let update = self.0.update_item().table_name("people").key("user", S("new".to_owned()));
            let update = update.update_expression("SET unheard = :of");
            now(update.expression_attribute_values(":of", S("before".to_owned())).send()).unwrap();
            let mut item = existing.clone();
            item.insert("name".to_owned(), incoming["name"].clone());
            Merge::Merged { item, because: "renamed" }
        }
    }
    let (_aws, client) = world().await;
    put(&client, &person("old", "Ada")).await;
    put(&client, &person("new", "Countess")).await;
    let (_folder, writer) = support::writer(&client, tables(), Old::Delete).await;
    let record = Record { item: person("old", "Ada") };
    let outcome = apply(&writer, TABLE, record, &Meets(&client)).await.unwrap();
    assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
    let mut expected = person("new", "Ada");
    expected.insert("unheard".to_owned(), S("before".to_owned()));
    assert_eq!(everything(&client).await, BTreeMap::from([("new".to_owned(), expected)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_end_in_the_same_world() {
    for effect in
        [Effect::Throttle, Effect::TransactionConflict, Effect::DropBefore, Effect::DropAfter]
    {
        let (aws, client) = world().await;
        put(&client, &person("old", "Ada")).await;
        put(&client, &person("new", "Countess")).await;
        let fault = Fault::on("dynamodb", "TransactWriteItems").times(2).with(effect.clone());
        aws.faults().add(fault);
        let outcome = rename(&client, &person("old", "Ada"), nothing).await;
        let expected = BTreeMap::from([("new".to_owned(), person("new", "Countess"))]);
        assert_eq!(everything(&client).await, expected, "{effect:?}: {outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_in_the_way_are_waited_for() {
    let (aws, client) = world().await;
    put(&client, &person("old", "Ada")).await;
    let busy = Fault::on("dynamodb", "TransactWriteItems").times(14);
    aws.faults().add(busy.with(Effect::TransactionConflict));
    let outcome = rename(&client, &person("old", "Ada"), nothing).await;
    assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
}

/// Changes in place, and what they leave.
fn in_place() -> [(Write, Item); 2] {
    let ada = person("old", "Ada");
    let name = |name: &str| [("name".to_owned(), S(name.to_owned()))].into();
    let edit = Edit { set: name("Grace"), ..Edit::default() };
    let after = person("old", "Grace");
    [
        (Write::Edit { before: ada.clone(), edit }, after.clone()),
        (Write::Replace { before: ada, after: after.clone() }, after),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_place_is_no_transaction_and_is_made_once_whatever_goes_wrong() {
    let faults =
        [Effect::Throttle, Effect::TransactionConflict, Effect::DropBefore, Effect::DropAfter];
    for effect in faults {
        for (write, after) in in_place() {
            let what = format!("{write:?} {effect:?}");
            let (aws, client) = world().await;
            put(&client, &person("old", "Ada")).await;
            let (_folder, writer) = support::writer(&client, tables(), Old::Delete).await;
            aws.faults().add(support::on_write().times(2).with(effect.clone()));
            writer.write(&[(TABLE, write.clone())]).await.unwrap();
            assert_eq!(everything(&client).await["old"], after, "{what}");
            assert_eq!(aws.count("dynamodb", "TransactWriteItems"), 0, "{what}");
            // A second one is not the first one again.
            let again = writer.write(&[(TABLE, write)]).await;
            assert!(matches!(again, Err(Unmade::Lost(_))), "{what}: {again:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_writer_made_is_not_taken_for_a_lost_answer() {
    for (write, _) in in_place() {
        let (aws, client) = world().await;
        let other = person("old", "Alan");
        put(&client, &other).await;
        let (_folder, writer) = support::writer(&client, tables(), Old::Delete).await;
        aws.faults().add(support::on_write().times(1).with(Effect::DropBefore));
        let lost = writer.write(&[(TABLE, write.clone())]).await;
        let found = match &lost {
            Err(Unmade::Lost(found)) => found.clone(),
            _ => Vec::new(),
        };
        assert_eq!(found, [(0, Some(other.clone()))], "{write:?}: {lost:?}");
        assert_eq!(everything(&client).await, BTreeMap::from([("old".to_owned(), other)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_user_deleted_before_its_answer_came_is_not_put_again() {
    let (aws, client) = world().await;
    let (_folder, writer) = support::writer(&client, tables(), Old::Keep).await;
    aws.faults().add(support::on_write().times(1).with(Effect::DropAfter));
    let write = [(TABLE, Write::Put(person("new", "Ada")))];
    let deleted = async {
        while everything(&client).await.is_empty() {}
        let delete = client.delete_item().table_name("people").key("user", S("new".to_owned()));
        delete.send().await.unwrap();
    };
    let (written, ()) = tokio::join!(writer.write(&write), deleted);
    written.unwrap();
    assert!(everything(&client).await.is_empty(), "it came back");
}

/// More puts than one transaction holds.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_transaction_cannot_hold_is_written_with_the_record_last() {
    struct Splits;
    impl Rule for Splits {
        fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
            if record.item["user"] != S("old".to_owned()) {
                return Rewrite::Unchanged;
            }
            let mut changes = Changes::moved(table, person("p0", "x"));
            let put = changes.puts[0].clone();
            changes.puts.extend((1..250).map(|n| {
                let mut put = put.clone();
                put.item = person(&format!("p{n}"), "x");
                put
            }));
            Rewrite::Changes(changes)
        }
        fn merge(&self, _: &'static str, _: &Item, _: &Item) -> Merge {
            Merge::Same
        }
    }
    for failing in 1..=3 {
        let (aws, client) = world().await;
        put(&client, &person("old", "Ada")).await;
        let error = Effect::Error {
            status: 400,
            code: "AccessDeniedException".to_owned(),
            message: "told by the test".to_owned(),
        };
        aws.faults().add(Fault::on("dynamodb", "TransactWriteItems").nth(failing).with(error));
        let record = Record { item: person("old", "Ada") };
        let (_folder, writer) = support::writer(&client, tables(), Old::Delete).await;
        let outcome = apply(&writer, TABLE, record.clone(), &Splits).await;
        assert!(matches!(outcome, Err(Stop::Table { .. })), "{outcome:?}");
        assert!(everything(&client).await.contains_key("old"), "the record stays to the end");
        let outcome = apply(&writer, TABLE, record, &Splits).await.unwrap();
        assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
        let world = everything(&client).await;
        assert_eq!((world.len(), world.contains_key("old")), (250, false));
    }
}

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        "[a-zäü ]{0,6}".prop_map(S),
        "-?[1-9][0-9]{0,37}".prop_map(N),
        (-5000_i32..5000).prop_map(|n| N(format!("{}.{:02}", n / 100, (n % 100).abs()))),
        proptest::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| B(Blob::new(bytes))),
        any::<bool>().prop_map(Bool),
        Just(Null(true)),
        proptest::collection::btree_set("[a-z]{1,4}", 1..4)
            .prop_map(|set| Ss(set.into_iter().collect())),
        proptest::collection::btree_set(1_u32..999, 1..4)
            .prop_map(|set| Ns(set.into_iter().map(|n| n.to_string()).collect())),
        proptest::collection::btree_set(proptest::collection::vec(any::<u8>(), 1..3), 1..3)
            .prop_map(|set| Bs(set.into_iter().map(Blob::new).collect())),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(L),
            proptest::collection::hash_map("[a-z]{1,4}", inner, 0..4).prop_map(M),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The condition holds for the record itself, of whatever types, and for no other.
    #[test]
    fn only_the_very_record_is_moved(
        attributes in proptest::collection::hash_map("[a-z]{1,6}", any_value(), 1..8),
        other in any_value(),
        which in any::<proptest::sample::Index>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_aws, client) = world().await;
            let mut record: Item = attributes.clone();
            record.insert("user".to_owned(), S("old".to_owned()));
            // What the service gives back is what is compared.
            put(&client, &record).await;
            let record = everything(&client).await["old"].clone();
            let names: Vec<&String> = attributes.keys().filter(|name| *name != "user").collect();
            if !names.is_empty() {
                let mut changed = record.clone();
                changed.insert(names[which.index(names.len())].clone(), other.clone());
                put(&client, &changed).await;
                let stored = everything(&client).await["old"].clone();
                let seen = std::sync::Mutex::new(Vec::new());
                struct Watches<'a>(&'a std::sync::Mutex<Vec<Item>>);
                impl Rule for Watches<'_> {
                    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
                        self.0.lock().unwrap().push(record.item.clone());
                        let mut item = record.item.clone();
                        item.insert("user".to_owned(), S("new".to_owned()));
                        Rewrite::Changes(Changes::moved(table, item))
                    }
                    fn merge(&self, _: &'static str, _: &Item, _: &Item) -> Merge {
                        Merge::Same
                    }
                }
                let rule = Watches(&seen);
                let (_folder, writer) = support::writer(&client, tables(), Old::Delete).await;
                let outcome = apply(&writer, TABLE, Record { item: record.clone() }, &rule).await.unwrap();
                assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
                let seen = seen.lock().unwrap();
                assert_eq!(seen.len(), if same(&record, &stored) { 1 } else { 2 });
                assert!(same(seen.last().unwrap(), &stored), "planned from the winner's image");
            }
        });
    }
}
