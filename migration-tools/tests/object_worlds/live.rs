//! The application, going on while objects are moved: people save conversations, share, get answers of
//! tasks, make files and templates, and delete. Whoever has signed in writes under the id of his login.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use fastrand::Rng;
use migration_tools::amplify::tables::Table;
use migration_tools::engine::item::Item;
use serde_json::{Value, json};

use super::private::stored;
use super::reader::Content;
use super::scene::{Scene, name};
use super::{
    CONSOLIDATION, CONVERSATIONS, Deployed, LOGS, Person, T_CONVERSATIONS, T_LOGINS, T_STATES,
    T_STORAGE, T_TASKS, T_TEMPLATES,
};
use crate::worlds::{World, item};

/// Somebody by his number, and what it is.
pub type What = (usize, String);

/// The application, and what it knows to have written.
pub struct Live {
    dynamo: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    world: World,
    people: Vec<Person>,
    rng: Rng,
    clock: u64,
    pub wrote: BTreeMap<What, Content>,
    pub deleted: BTreeSet<What>,
    pub done: BTreeMap<&'static str, usize>,
}

impl Live {
    pub fn new(scene: &Scene, deployed: &Deployed, seed: u64) -> Self {
        Self {
            dynamo: scene.dynamo.clone(),
            s3: scene.s3.clone(),
            world: deployed.world.clone(),
            people: deployed.people(),
            rng: Rng::with_seed(seed),
            clock: 0,
            wrote: BTreeMap::new(),
            deleted: BTreeSet::new(),
            done: BTreeMap::new(),
        }
    }

    /// Somebody does something.
    pub async fn act(&mut self) {
        self.clock += 1;
        let at = self.rng.usize(..self.people.len());
        let (id, is_new) = self.login(at).await;
        let did = match self.rng.u8(..12) {
            0..=3 => self.save(at, &id).await,
            4 | 5 => self.answer(at, &id).await,
            6 => self.share(at, &id).await,
            7 => self.file(at, &id).await,
            8 => self.template(at, &id).await,
            9 => self.remember(at, &id).await,
            _ => self.delete(at, &id).await,
        };
        if let Some(did) = did {
            *self.done.entry(did).or_default() += 1;
            *self
                .done
                .entry(if is_new { "under a new id" } else { "under an old id" })
                .or_default() += 1;
        }
    }

    fn table(&self, key: &str) -> String {
        Table::of_key(key).unwrap().name(&self.world.deployment())
    }

    /// The id that somebody is signed in with.
    async fn login(&self, at: usize) -> (String, bool) {
        let person = &self.people[at];
        let get = self.dynamo.get_item().table_name(self.table(T_LOGINS)).consistent_read(true);
        let found = get.key("user_id", AttributeValue::S(person.old.clone())).send().await.unwrap();
        match found.item {
            Some(_) => (person.old.clone(), false),
            None => (person.new.clone(), true),
        }
    }

    async fn put(&self, bucket: &str, key: &str, body: &str) {
        let put = self.s3.put_object().bucket(name(bucket, &self.world)).key(key);
        put.body(body.as_bytes().to_vec().into()).send().await.unwrap();
    }

    async fn row(&self, table: &str, row: Value) {
        let put = self.dynamo.put_item().table_name(self.table(table));
        put.set_item(Some(item(row))).send().await.unwrap();
    }

    fn unique(&mut self) -> String {
        format!("live-{}-{:06x}", self.clock, self.rng.u32(..0x100_0000))
    }

    /// One that was written before, or a new one.
    fn again(&mut self, at: usize, kind: &str) -> String {
        let prefix = format!("{kind} ");
        let known: Vec<String> = self
            .wrote
            .keys()
            .filter(|(whose, _)| *whose == at)
            .filter_map(|(_, what)| what.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect();
        if known.is_empty() || self.rng.bool() {
            return self.unique();
        }
        known[self.rng.usize(..known.len())].clone()
    }

    fn note(&mut self, at: usize, what: String, content: Content) {
        self.deleted.remove(&(at, what.clone()));
        self.wrote.insert((at, what), content);
    }

    async fn save(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let (conversation, body) = (self.again(at, "conversation"), self.unique());
        self.put(CONSOLIDATION, &format!("conversations/{id}/{conversation}"), &body).await;
        let row = json!({"user_id": id, "conversation_id": conversation, "name": "Notes",
            "s3_key": format!("{id}/{conversation}"), "last_modified": 1_800_000_000_000_u64 + self.clock});
        self.row(T_CONVERSATIONS, row).await;
        self.note(at, format!("conversation {conversation}"), Content::Bytes(body.into_bytes()));
        Some("saved")
    }

    async fn file(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let (file, body) = (self.again(at, "file"), self.unique());
        self.put(CONSOLIDATION, &format!("codeInterpreter/{id}/{file}"), &body).await;
        self.note(at, format!("file {file}"), Content::Bytes(body.into_bytes()));
        Some("made a file")
    }

    async fn remember(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let (session, body) = (self.again(at, "memory of"), self.unique());
        let key = format!("agentState/{id}/{session}/agent_state.json");
        // A session belongs to one row: a second one under another id would be a second session.
        let row = json!({"user": id, "sessionId": session, "memory": {"key": key}});
        if self.wrote.contains_key(&(at, format!("memory of {session}"))) {
            let get = self.dynamo.get_item().table_name(self.table(T_STATES)).consistent_read(true);
            let get = get.key("user", AttributeValue::S(id.to_owned()));
            let get = get.key("sessionId", AttributeValue::S(session.clone()));
            get.send().await.unwrap().item.as_ref()?;
        } else {
            self.row(T_STATES, row).await;
        }
        self.put(CONSOLIDATION, &key, &body).await;
        self.note(at, format!("memory of {session}"), Content::Bytes(body.into_bytes()));
        Some("remembered")
    }

    async fn share(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let to = self.rng.usize(..self.people.len());
        let ((recipient, _), unique) = (self.login(to).await, self.unique());
        let path = format!("{recipient}/{id}/2025-03-05/{unique}.json");
        self.put(CONSOLIDATION, &format!("shares/{path}"), &unique).await;
        let (user, sk) = (stored(&recipient), format!("{id}#2025-03-05#{unique}"));
        self.row(T_STORAGE, json!({"PK": format!("{user}#amplify-shares#received"), "SK": sk,
            "UUID": unique, "appId": format!("{user}#amplify-shares"), "entityType": "received",
            "itemId": sk, "createdAt": 1_800_000_000, "data": {"sharedBy": id, "note": "", "sharedAt": 1,
            "key": path}})).await;
        let what = format!("share 2025-03-05/{unique}.json of {}", self.people[at].new);
        self.note(to, what, Content::Bytes(unique.into_bytes()));
        Some("shared")
    }

    async fn template(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let (template, user) = (self.unique(), stored(id));
        let data = json!({"steps": [template]});
        self.row(
            T_STORAGE,
            json!({"PK": format!("{user}#amplify-workflows#workflow-templates"),
            "SK": template, "UUID": template, "appId": format!("{user}#amplify-workflows"),
            "entityType": "workflow-templates", "itemId": template, "createdAt": 1_800_000_000,
            "data": data}),
        )
        .await;
        let row = json!({"user": id, "templateId": template, "name": "Live", "isPublic": 0});
        self.row(T_TEMPLATES, row).await;
        self.note(at, format!("template {template}"), Content::Parsed(data));
        Some("made a template")
    }

    /// A task answers: into the older bucket where the task has such answers, into the archive otherwise.
    async fn answer(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let query = self.dynamo.query().table_name(self.table(T_TASKS)).consistent_read(true);
        let query =
            query.key_condition_expression("#u = :u").expression_attribute_names("#u", "user");
        let query = query.expression_attribute_values(":u", AttributeValue::S(id.to_owned()));
        let row = query.send().await.unwrap().items.unwrap_or_default().into_iter().next()?;
        let (task, execution) = (row["taskId"].as_s().unwrap().clone(), self.unique());
        let logs = row["logs"].as_l().unwrap();
        let is_legacy = |log: &&AttributeValue| log.as_m().unwrap().contains_key("detailsKey");
        let body = json!({"result": [execution]}).to_string();
        let mut log = json!({"executionId": execution, "status": "success"});
        let legacy = logs.iter().any(|log| is_legacy(&log));
        if legacy {
            let key = format!("{id}/{task}/logs/{execution}.json");
            self.put(LOGS, &key, &body).await;
            log["detailsKey"] = json!(key);
        } else {
            let key = format!("scheduledTaskLogs/{id}/{task}/{execution}.json");
            self.put(CONSOLIDATION, &key, &body).await;
        }
        let new: Item = item(json!({"logs": [log]}));
        let update = self.dynamo.update_item().table_name(self.table(T_TASKS));
        let update = update.key("user", row["user"].clone()).key("taskId", row["taskId"].clone());
        let update = update.update_expression("SET logs = list_append(:new, logs)");
        let update = update.condition_expression("logs = :read");
        let update = update.expression_attribute_values(":new", new["logs"].clone());
        let update = update.expression_attribute_values(":read", row["logs"].clone());
        // The row has gone to the new id: the application knows that it has not written.
        update.send().await.ok()?;
        let content = Content::Bytes(body.into_bytes());
        self.note(at, format!("log {execution} of {task}"), content);
        Some(if legacy { "answered in the older bucket" } else { "answered" })
    }

    /// A conversation goes from wherever the application looks for it.
    async fn delete(&mut self, at: usize, id: &str) -> Option<&'static str> {
        let query =
            self.dynamo.query().table_name(self.table(T_CONVERSATIONS)).consistent_read(true);
        let query =
            query.key_condition_expression("#u = :u").expression_attribute_names("#u", "user_id");
        let query = query.expression_attribute_values(":u", AttributeValue::S(id.to_owned()));
        let rows = query.send().await.unwrap().items.unwrap_or_default();
        if rows.is_empty() {
            return None;
        }
        let row = &rows[self.rng.usize(..rows.len())];
        let conversation = row["conversation_id"].as_s().unwrap().clone();
        for (bucket, key) in [
            (CONSOLIDATION, format!("conversations/{id}/{conversation}")),
            (CONVERSATIONS, format!("{id}/{conversation}")),
        ] {
            let delete = self.s3.delete_object().bucket(name(bucket, &self.world)).key(key);
            delete.send().await.unwrap();
        }
        let delete = self.dynamo.delete_item().table_name(self.table(T_CONVERSATIONS));
        let delete = delete.key("user_id", row["user_id"].clone());
        delete.key("conversation_id", row["conversation_id"].clone()).send().await.unwrap();
        let what = (at, format!("conversation {conversation}"));
        self.wrote.remove(&what);
        self.deleted.insert(what);
        Some("deleted")
    }
}
