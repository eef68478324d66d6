//! What each user has by himself: conversations, files, states of agents, templates and artifacts.

use serde_json::{Value, json};

use super::bodies::{self, Body};
use super::names::odd;
use super::{
    ARTIFACTS, Builder, CONVERSATIONS, INTERPRETER, Person, STATES, Stand, T_ARTIFACTS,
    T_CONVERSATIONS, T_STATES, T_STORAGE, T_TEMPLATES, TEMPLATES,
};

/// The name of the bucket of agents' states in these worlds.
const STATES_NAME: &str = "amplify-v6-agent-loop-dev-agent-state";

/// An id as it stands in keys of user storage.
pub(crate) fn stored(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
    id.chars().map(|c| if plain(c) { c } else { '-' }).collect()
}

impl Builder {
    pub(crate) fn conversations(&mut self, person: &Person) {
        for (n, stand) in self.stands(person).into_iter().enumerate() {
            let id = if n == 3 && self.much.odd { "a/b".to_owned() } else { self.unique() };
            let at = self.of_user((CONVERSATIONS, "conversations/"), person, &id);
            self.spread(stand, &at, Body::text);
            let prefix = if n % 3 == 1 { "conversations/" } else { "" };
            let row = json!({"user_id": person.old, "conversation_id": id, "name": "Notes",
                "s3_key": format!("{prefix}{}/{id}", person.old), "last_modified": 1741170000000i64});
            self.row(T_CONVERSATIONS, row);
        }
        // One that no row is about, and a mark of a folder.
        let unique = self.unique();
        self.text((CONVERSATIONS, format!("{}/{unique}", person.old)), &unique);
        if self.much.odd {
            self.text((CONVERSATIONS, format!("{}/", person.old)), "");
        }
    }

    pub(crate) fn interpreter(&mut self, person: &Person) {
        let first = self.rng.usize(..12);
        for (n, stand) in self.stands(person).into_iter().enumerate() {
            let unique = self.unique();
            let name = if self.much.odd { odd(first + n, &unique) } else { unique };
            let at = self.of_user((INTERPRETER, "codeInterpreter/"), person, &name);
            self.spread(stand, &at, Body::text);
        }
    }

    pub(crate) fn states(&mut self, person: &Person) {
        for (n, stand) in self.stands(person).into_iter().enumerate() {
            let session = format!("sess-{}", self.unique());
            let file = self.unique();
            for name in ["agent_state.json", "index.json", &file] {
                let at =
                    self.of_user((STATES, "agentState/"), person, &format!("{session}/{name}"));
                self.spread(stand, &at, Body::text);
            }
            let key = format!("{}/{session}/agent_state.json", person.old);
            let memory = match (stand, n % 3) {
                // What the application has written since: there is no bucket in it.
                (Stand::Old | Stand::Newer | Stand::Behind | Stand::OldDiffers, _) => {
                    json!({"key": format!("agentState/{key}"), "lastModified": "2025"})
                }
                (_, 1) => json!({"bucket": {"S": {"S": STATES_NAME}}, "key": {"S": key}}),
                _ => json!({"bucket": STATES_NAME, "key": key, "lastModified": "2025"}),
            };
            let row = json!({"user": person.old, "sessionId": session, "memory": memory});
            self.row(T_STATES, row);
        }
    }

    /// The kind of the `n`th content.
    fn kind(&mut self, n: usize) -> usize {
        let kinds = if self.much.odd { bodies::KINDS } else { bodies::GOOD };
        (self.rng.usize(..kinds) + n) % kinds
    }

    pub(crate) fn templates(&mut self, person: &Person) {
        for n in 0..self.much.each {
            let (kind, id, unique) = (self.kind(n), self.unique(), self.unique());
            let body = bodies::of_kind(kind, &unique);
            let s3_key = format!("{}/{id}.json", person.old);
            let public = match n % 4 {
                1 => json!(1),
                2 => json!(false),
                _ => json!(0),
            };
            let mut row = json!({"user": person.old, "templateId": id, "name": "Weekly digest",
                "isPublic": public});
            match n % 5 {
                // Of those without a name of an object, the content is an item.
                3 => self.storage(
                    &person.old,
                    ("amplify-workflows", "workflow-templates"),
                    &id,
                    &body,
                ),
                // Its object is lost.
                4 if self.much.odd => row["s3Key"] = json!(s3_key),
                _ => {
                    row["s3Key"] = json!(s3_key);
                    self.put((TEMPLATES, s3_key), &body);
                }
            }
            if n % 5 == 3 {
                row["isPublic"] = json!(0);
            }
            self.row(T_TEMPLATES, row);
        }
        let unique = self.unique();
        self.text((TEMPLATES, format!("{}/{unique}.json", person.old)), "{\"steps\":[]}");
    }

    /// An item as the application writes it.
    fn storage(&mut self, id: &str, (app, kind): (&str, &str), sk: &str, body: &Body) {
        let data = body.parsed.clone().unwrap_or_else(|| json!({"plain": 1}));
        let data = if data.to_string().len() > 100_000 { json!({"small": 1}) } else { data };
        let user = stored(id);
        let row = json!({"PK": format!("{user}#{app}#{kind}"), "SK": sk, "UUID": self.unique(),
            "appId": format!("{user}#{app}"), "entityType": kind, "itemId": sk,
            "createdAt": 1741170000, "data": data});
        self.row(T_STORAGE, row);
    }

    pub(crate) fn artifacts(&mut self, person: &Person) {
        let mut entries = Vec::new();
        for n in 0..self.much.each + 1 {
            let (kind, unique) = (self.kind(n), self.unique());
            let body = bodies::of_kind(kind, &unique);
            let name = format!("20250305/Game_{unique}:v{n}");
            let legacy = format!("{}/{name}", person.old);
            let own = json!({"key": legacy, "artifactId": unique, "name": "Game", "tags": []});
            match n % 5 {
                0 => {
                    self.put((ARTIFACTS, legacy), &body);
                    entries.push(own);
                }
                1 => {
                    let sharer = self.somebody();
                    self.put((ARTIFACTS, legacy), &body);
                    let mut received = own;
                    received["sharedBy"] = json!(sharer.old);
                    entries.push(received);
                }
                // One object with two entries.
                2 => {
                    let sharer = self.somebody();
                    self.put((ARTIFACTS, legacy), &body);
                    let mut received = own.clone();
                    received["sharedBy"] = json!(sharer.old);
                    entries.extend([own, received]);
                }
                // Written since.
                3 => {
                    let mut clean = own;
                    clean["key"] = json!(name);
                    let of = ("amplify-artifacts", "artifact-content");
                    self.storage(&person.old, of, &name, &body);
                    entries.push(clean);
                }
                // An item already, of a script that was stopped then.
                _ if body.parsed.is_some() && kind % bodies::KINDS < bodies::GOOD => {
                    let of = ("amplify-artifacts", "artifact-content");
                    self.put((ARTIFACTS, legacy), &body);
                    self.storage(&person.new, of, &name, &body);
                    entries.push(own);
                }
                // Its object is lost.
                _ => entries.push(own),
            }
        }
        if self.much.conflicts && person.listed {
            let unique = self.unique();
            let name = format!("20250305/Other_{unique}:v1");
            let legacy = format!("{}/{name}", person.old);
            self.put((ARTIFACTS, legacy.clone()), &bodies::of_kind(0, &unique));
            let other = bodies::of_kind(0, &format!("{unique} other"));
            self.storage(&person.new, ("amplify-artifacts", "artifact-content"), &name, &other);
            entries.push(json!({"key": legacy, "artifactId": unique, "name": "Other"}));
        }
        let row = json!({"user_id": person.old, "artifacts": Value::Array(entries),
            "createdAt": "2025-03-05T10:00:00"});
        self.row(T_ARTIFACTS, row);
        let unique = self.unique();
        self.text((ARTIFACTS, format!("{}/20250101/Orphan_{unique}:v1", person.old)), "{}");
    }
}
