//! Names of objects before and after, as the application reads them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::testing::{item, map, moved, people, result, table};
use super::{Context, Everything, Goal, Moved, pointers, rewrite};
use crate::engine::item::Item;
use crate::engine::rewrite::{Record, Rewrite};

const ADA: &str = "ada.lovelace@example.edu";
const ALAN: &str = "alan.turing@example.edu";

/// What is where it is to be.
struct There(BTreeSet<&'static str>);

impl Moved for There {
    fn is_there(&self, goal: &Goal) -> bool {
        match goal {
            Goal::Object(key) => self.0.contains(key.as_str()),
            Goal::Item { pk, sk } => self.0.contains(format!("{pk} {sk}").as_str()),
        }
    }

    fn bucket(&self, key: &str) -> Option<&str> {
        buckets().0.get(key).map(|name| match name.as_str() {
            "states" => "states",
            "disclosures" => "disclosures",
            _ => "consolidation",
        })
    }
}

fn buckets() -> Everything {
    Everything(
        [
            ("AGENT_STATE_BUCKET", "states"),
            ("DATA_DISCLOSURE_STORAGE_BUCKET", "disclosures"),
            ("S3_CONSOLIDATION_BUCKET_NAME", "consolidation"),
        ]
        .map(|(key, name)| (key, name.to_owned()))
        .into(),
    )
}

fn after(key: &str, before: &Value, there: &dyn Moved) -> Item {
    let (map, before) = (people(), item(before.clone()));
    let context = Context { map: &map, settings: &moved(), moved: there };
    let rewritten = rewrite(table(key), &Record { item: before.clone() }, &context);
    result(key, &before, rewritten).0
}

/// Every table with names of objects: before, with its objects moved, and with none moved.
fn rows() -> Vec<(&'static str, Value, Value, Value)> {
    let agent =
        |user: &str, memory: Value| json!({"user": user, "sessionId": "s", "memory": memory});
    let legacy = format!("{ADA}/s/agent_state.json");
    vec![
        (
            "AGENT_STATE_DYNAMODB_TABLE",
            agent(ADA, json!({"bucket": "states", "key": legacy, "lastModified": "2025"})),
            agent(
                "lovelaa1",
                json!({"key": "agentState/lovelaa1/s/agent_state.json", "lastModified": "2025"}),
            ),
            agent("lovelaa1", json!({"bucket": "states", "key": legacy, "lastModified": "2025"})),
        ),
        (
            "AGENT_STATE_DYNAMODB_TABLE",
            agent(ADA, json!({"bucket": {"S": {"S": "states"}}, "key": {"S": legacy}})),
            agent("lovelaa1", json!({"key": "agentState/lovelaa1/s/agent_state.json"})),
            agent("lovelaa1", json!({"bucket": {"S": {"S": "states"}}, "key": {"S": legacy}})),
        ),
        (
            "AGENT_STATE_DYNAMODB_TABLE",
            agent(ADA, json!({"bucket": "another", "key": legacy})),
            agent("lovelaa1", json!({"bucket": "another", "key": legacy})),
            agent("lovelaa1", json!({"bucket": "another", "key": legacy})),
        ),
        (
            "CONVERSATION_METADATA_TABLE",
            json!({"user_id": ADA, "conversation_id": "5b", "s3_key": format!("{ADA}/5b")}),
            json!({"user_id": "lovelaa1", "conversation_id": "5b", "s3_key": "conversations/lovelaa1/5b"}),
            json!({"user_id": "lovelaa1", "conversation_id": "5b", "s3_key": format!("{ADA}/5b")}),
        ),
        (
            "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE",
            json!({"conversationId": "c", "user": ADA, "s3Location": "s3://groups/astgp/5a/c.txt"}),
            json!({"conversationId": "c", "user": "lovelaa1", "s3Location": "agentConversations/astgp/5a/c.txt"}),
            json!({"conversationId": "c", "user": "lovelaa1", "s3Location": "s3://groups/astgp/5a/c.txt"}),
        ),
        (
            "DATA_DISCLOSURE_VERSIONS_TABLE",
            json!({"key": "latest", "version": 3, "pdf_id": "d.pdf", "s3_reference": "s3://disclosures/d.pdf"}),
            json!({"key": "latest", "version": 3, "pdf_id": "dataDisclosure/d.pdf",
                "s3_reference": "s3://consolidation/dataDisclosure/d.pdf"}),
            json!({"key": "latest", "version": 3, "pdf_id": "d.pdf", "s3_reference": "s3://disclosures/d.pdf"}),
        ),
        (
            "SCHEDULED_TASKS_TABLE",
            json!({"user": ADA, "taskId": "t#1", "logs": [
                {"executionId": "e", "status": "success", "detailsKey": format!("{ADA}/t#1/logs/e.json")}, {"executionId": "f"}]}),
            json!({"user": "lovelaa1", "taskId": "t#1", "logs": [{"executionId": "e", "status": "success"}, {"executionId": "f"}]}),
            json!({"user": "lovelaa1", "taskId": "t#1", "logs": [
                {"executionId": "e", "status": "success", "detailsKey": format!("{ADA}/t#1/logs/e.json")}, {"executionId": "f"}]}),
        ),
        (
            "ARTIFACTS_DYNAMODB_TABLE",
            json!({"user_id": ADA, "artifacts": [{"key": format!("{ADA}/20250305/Game:v3")},
                {"key": format!("{ADA}/20250401/Plot:v1"), "sharedBy": ALAN}, {"key": "20250306/Clean:v1"}]}),
            json!({"user_id": "lovelaa1", "artifacts": [{"key": "20250305/Game:v3"},
                {"key": "20250401/Plot:v1", "sharedBy": "turinga1"}, {"key": "20250306/Clean:v1"}]}),
            json!({"user_id": "lovelaa1", "artifacts": [{"key": format!("{ADA}/20250305/Game:v3")},
                {"key": format!("{ADA}/20250401/Plot:v1"), "sharedBy": "turinga1"}, {"key": "20250306/Clean:v1"}]}),
        ),
        (
            "WORKFLOW_TEMPLATES_TABLE",
            json!({"user": ADA, "templateId": "9c", "s3Key": format!("{ADA}/9c.json"), "isPublic": 0}),
            json!({"user": "lovelaa1", "templateId": "9c", "isPublic": 0}),
            json!({"user": "lovelaa1", "templateId": "9c", "s3Key": format!("{ADA}/9c.json"), "isPublic": 0}),
        ),
        (
            "WORKFLOW_TEMPLATES_TABLE",
            json!({"user": ADA, "templateId": "9c", "s3Key": format!("{ADA}/9c.json"), "isPublic": 1}),
            json!({"user": "lovelaa1", "templateId": "9c", "s3Key": format!("{ADA}/9c.json"), "isPublic": 1}),
            json!({"user": "lovelaa1", "templateId": "9c", "s3Key": format!("{ADA}/9c.json"), "isPublic": 1}),
        ),
    ]
}

#[test]
fn names_change_once_their_objects_are_where_they_are_to_be() {
    for (key, before, with, without) in rows() {
        assert_eq!(after(key, &before, &buckets()), item(with.clone()), "{key} {before}");
        assert_eq!(after(key, &with, &buckets()), item(with), "{key}, a second time");
        let nothing = There(BTreeSet::new());
        assert_eq!(after(key, &before, &nothing), item(without.clone()), "{key} {before}");
        let later = after(key, &without, &buckets());
        assert_eq!(later, after(key, &before, &buckets()), "{key}: moved later");
    }
}

#[test]
fn of_several_names_each_changes_for_itself() {
    let before = json!({"user_id": ADA, "artifacts": [{"key": format!("{ADA}/20250305/Game:v3")},
        {"key": format!("{ADA}/20250401/Plot:v1"), "sharedBy": ALAN}]});
    let there = "turinga1#amplify-artifacts#artifact-content shared-with-lovelaa1#20250401/Plot:v1";
    let found = after("ARTIFACTS_DYNAMODB_TABLE", &before, &There([there].into()));
    let expected = json!({"user_id": "lovelaa1", "artifacts": [{"key": format!("{ADA}/20250305/Game:v3")},
        {"key": "20250401/Plot:v1", "sharedBy": "turinga1"}]});
    assert_eq!(found, item(expected));
}

#[test]
fn names_of_others_and_odd_ones_stay() {
    for (key, row) in [
        (
            "CONVERSATION_METADATA_TABLE",
            json!({"user_id": "bob", "conversation_id": "1", "s3_key": "bob/1"}),
        ),
        (
            "CONVERSATION_METADATA_TABLE",
            json!({"user_id": "lovelaa1", "conversation_id": "1", "s3_key": "elsewhere"}),
        ),
        (
            "SCHEDULED_TASKS_TABLE",
            json!({"user": "lovelaa1", "taskId": "t", "logs": [{"detailsKey": "x/t/logs/e.json"}, 1, {"detailsKey": 5}]}),
        ),
        (
            "ARTIFACTS_DYNAMODB_TABLE",
            json!({"user_id": "lovelaa1", "artifacts": [{"key": "a/20250305/x/y:v1"}, {"key": ""}, "x", {"key": "20250305/Game:v3"}]}),
        ),
        ("WORKFLOW_TEMPLATES_TABLE", json!({"user": "lovelaa1", "templateId": "9c", "s3Key": ""})),
        (
            "DATA_DISCLOSURE_VERSIONS_TABLE",
            json!({"key": "latest", "version": 1, "s3_reference": "s3://disclosures-2/d.pdf", "pdf_id": "d.pdf"}),
        ),
        (
            "AGENT_STATE_DYNAMODB_TABLE",
            json!({"user": "lovelaa1", "sessionId": "s", "memory": {"key": "agentState/lovelaa1/s/x"}}),
        ),
    ] {
        assert_eq!(after(key, &row, &buckets()), item(row.clone()), "{key} {row}");
    }
}

#[test]
fn whoever_has_an_id_of_eight_digits_has_artifacts_too() {
    let map = map(&[("12345678", "lovelaa1")]);
    let row =
        item(json!({"user_id": "12345678", "artifacts": [{"key": "12345678/20250305/Game:v3"}]}));
    let found = pointers(table("ARTIFACTS_DYNAMODB_TABLE"), &row, &map, &buckets());
    let (pk, sk) = ("lovelaa1#amplify-artifacts#artifact-content", "20250305/Game:v3");
    let goal = Goal::Item { pk: pk.to_owned(), sk: sk.to_owned() };
    assert!(found.len() == 1 && found[0].goal == Some(goal));
}

#[test]
fn a_share_is_read_where_it_is_until_its_object_was_moved() {
    let key = format!("{ADA}/{ALAN}/2024-07-11/3f.json");
    let row = item(json!({"id": format!("{ADA}/7b"), "user": ADA, "name": "/state/share",
        "data": [{"sharedBy": ALAN, "note": "", "sharedAt": 1720714099836i64, "key": key}]}));
    let map = people();
    let share = |there: &dyn Moved| {
        let context = Context { map: &map, settings: &moved(), moved: there };
        match rewrite(table("SHARES_DYNAMODB_TABLE"), &Record { item: row.clone() }, &context) {
            Rewrite::Changes(changes) => changes.puts[0].item.clone(),
            other => panic!("{other:?}"),
        }
    };
    let (before, after) = (share(&There(BTreeSet::new())), share(&buckets()));
    let name = |item: &Item| item["data"].as_m().unwrap()["key"].as_s().unwrap().clone();
    assert_eq!(name(&before), key);
    assert_eq!(name(&after), "shares/lovelaa1/turinga1/2024-07-11/3f.json");
    assert_eq!(before["SK"], after["SK"], "it is one item");
    let context = Context { map: &map, settings: &moved(), moved: &buckets() };
    let later = rewrite(table("USER_DATA_STORAGE_TABLE"), &Record { item: before }, &context);
    let Rewrite::Changes(changes) = later else { panic!("{later:?}") };
    let crate::engine::rewrite::Here::Edit(edit) = changes.here else { panic!("{changes:?}") };
    assert_eq!(edit.set["data"], after["data"], "moved later");
}
