//! What the live application opens for somebody, by the order in which it looks.
//!
//! Written from what the application does, and of nothing that moves objects.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use migration_tools::amplify::{Deployment, Resource};
use migration_tools::engine::item::Item;
use serde_json::{Map, Number, Value};

use super::bodies::Parsed;
use super::private::stored;
use super::{
    ARTIFACTS, CONSOLIDATION, CONVERSATIONS, DISCLOSURES, DOCUMENTS, GROUPS, INTERPRETER, LOGS,
    PRESENTATIONS, SHARES, STATES, Snapshot, T_ARTIFACTS, T_DISCLOSURES, T_GROUPS, T_SHARES,
    T_STATES, T_STORAGE, T_TASKS, T_TEMPLATES, TEMPLATES,
};

/// Something that was opened.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    Bytes(Vec<u8>),
    Parsed(Value),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::Parsed(value) => value.to_string(),
        };
        write!(out, "{:?}", text.chars().take(100).collect::<String>())
    }
}

/// What somebody opens, by what it is. Ids are those that people have at the end.
pub type View = BTreeMap<String, Content>;

/// The application, over what there is at a time.
pub struct Application<'a> {
    pub at: &'a Snapshot,
    pub parsed: &'a Parsed,
    pub of: Deployment,
    /// Old ids and new ones.
    pub pairs: &'a [(String, String)],
}

fn text<'i>(of: &'i Item, name: &str) -> Option<&'i str> {
    unwrapped(of.get(name)?)
}

/// A text, which is there with its type around it sometimes.
fn unwrapped(of: &AttributeValue) -> Option<&str> {
    match of {
        AttributeValue::S(text) => Some(text),
        AttributeValue::M(inner) if inner.len() == 1 => unwrapped(inner.get("S")?),
        _ => None,
    }
}

fn list<'i>(of: &'i Item, name: &str) -> &'i [AttributeValue] {
    match of.get(name) {
        Some(AttributeValue::L(all)) => all,
        _ => &[],
    }
}

/// A value of an item as JSON has it.
pub fn value(of: &AttributeValue) -> Value {
    match of {
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::N(number) => match number.parse::<i64>() {
            Ok(whole) => Value::Number(whole.into()),
            Err(_) => Number::from_f64(number.parse().unwrap()).map_or(Value::Null, Value::Number),
        },
        AttributeValue::Bool(is) => Value::Bool(*is),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::L(all) => Value::Array(all.iter().map(value).collect()),
        AttributeValue::M(fields) => Value::Object(
            fields.iter().map(|(name, of)| (name.clone(), value(of))).collect::<Map<_, _>>(),
        ),
        other => panic!("{other:?}"),
    }
}

impl Application<'_> {
    fn rows(&self, table: &'static str) -> &[Item] {
        self.at.rows.get(table).map_or(&[], Vec::as_slice)
    }

    fn of<'r>(
        &'r self,
        table: &'static str,
        name: &'r str,
        id: &'r str,
    ) -> impl Iterator<Item = &'r Item> {
        self.rows(table).iter().filter(move |row| text(row, name) == Some(id))
    }

    fn bytes(&self, bucket: &'static str, key: &str) -> Option<Content> {
        let found = self.at.things.get(&(bucket, key.to_owned()))?;
        Some(Content::Bytes(found.bytes.clone()))
    }

    /// An object that is parsed.
    fn json(&self, bucket: &'static str, key: &str) -> Option<Content> {
        let found = self.at.things.get(&(bucket, key.to_owned()))?;
        let parsed = self.parsed.get(&found.bytes).cloned();
        Some(parsed.map_or_else(|| Content::Bytes(found.bytes.clone()), Content::Parsed))
    }

    fn item(&self, id: &str, (app, kind): (&str, &str), sk: &str) -> Option<&Item> {
        let pk = format!("{}#{app}#{kind}", stored(id));
        let is = |row: &&Item| text(row, "PK") == Some(&pk) && text(row, "SK") == Some(sk);
        self.rows(T_STORAGE).iter().find(is)
    }

    fn stored(&self, id: &str, of: (&str, &str), sk: &str) -> Option<Content> {
        Some(Content::Parsed(value(self.item(id, of, sk)?.get("data")?)))
    }

    /// The id that somebody has at the end.
    fn named<'t>(&'t self, id: &'t str) -> &'t str {
        self.pairs.iter().find(|(old, _)| old == id).map_or(id, |(_, new)| new)
    }

    fn names(&self, bucket: &'static str, prefix: &str) -> BTreeSet<String> {
        let all = self.at.things.keys().filter(|(of, _)| *of == bucket);
        all.filter_map(|(_, key)| key.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    /// What somebody opens.
    pub fn view(&self, me: &str) -> View {
        let mut all = View::new();
        let mut see = |what: String, found: Option<Content>| {
            if let Some(found) = found {
                all.entry(what).or_insert(found);
            }
        };
        self.listed(me, &mut see);
        self.states(me, &mut see);
        self.shares(me, &mut see);
        self.artifacts(me, &mut see);
        self.templates(me, &mut see);
        self.logs(me, &mut see);
        all
    }

    /// By the prefix: first in the consolidation bucket, then in the older one.
    fn listed(&self, me: &str, see: &mut dyn FnMut(String, Option<Content>)) {
        for (what, bucket, prefix) in [
            ("conversation", CONVERSATIONS, "conversations/"),
            ("file", INTERPRETER, "codeInterpreter/"),
        ] {
            let (own, older) = (format!("{prefix}{me}/"), format!("{me}/"));
            for name in
                self.names(CONSOLIDATION, &own).into_iter().chain(self.names(bucket, &older))
            {
                let found = self.bytes(CONSOLIDATION, &format!("{own}{name}"));
                let found = found.or_else(|| self.bytes(bucket, &format!("{older}{name}")));
                see(format!("{what} {name}"), found);
            }
        }
    }

    /// With a bucket in the row, in that one; without, in the consolidation bucket.
    fn states(&self, me: &str, see: &mut dyn FnMut(String, Option<Content>)) {
        let own = Resource::of_key(STATES).unwrap().name(&self.of);
        for row in self.of(T_STATES, "user", me) {
            let Some(AttributeValue::M(memory)) = row.get("memory") else { continue };
            let (session, key) = (text(row, "sessionId").unwrap(), text(memory, "key").unwrap());
            let (bucket, folder) = match text(memory, "bucket") {
                Some(name) if name == own => (STATES, format!("{me}/{session}/")),
                Some(_) => continue,
                None => (CONSOLIDATION, format!("agentState/{me}/{session}/")),
            };
            see(format!("memory of {session}"), self.bytes(bucket, key));
            for name in self.names(bucket, &folder) {
                see(
                    format!("file {name} of {session}"),
                    self.bytes(bucket, &format!("{folder}{name}")),
                );
            }
        }
    }

    fn shares(&self, me: &str, see: &mut dyn FnMut(String, Option<Content>)) {
        let rows: Vec<&Item> = self.of(T_SHARES, "user", me).collect();
        let entries =
            rows.iter().flat_map(|row| list(row, "data")).filter_map(|entry| entry.as_m().ok());
        let received = format!("{}#amplify-shares#received", stored(me));
        let items = self.of(T_STORAGE, "PK", &received);
        let items = items.filter_map(|row| row.get("data")?.as_m().ok());
        for share in entries.chain(items) {
            let (Some(sharer), Some(key)) = (text(share, "sharedBy"), text(share, "key")) else {
                continue;
            };
            let key = key.strip_prefix("shares/").unwrap_or(key);
            let rest = key.splitn(3, '/').nth(2).unwrap_or_default();
            let found = self.bytes(CONSOLIDATION, &format!("shares/{key}"));
            let found = found.or_else(|| self.bytes(SHARES, key));
            see(format!("share {rest} of {}", self.named(sharer)), found);
        }
        let settings = self.stored(me, ("amplify-user-settings", "user-settings"), "user-settings");
        see("settings".to_owned(), settings);
        for settings in rows.iter().filter_map(|row| row.get("settings")) {
            let of = [("settings".to_owned(), value(settings))];
            see(
                "settings".to_owned(),
                Some(Content::Parsed(Value::Object(of.into_iter().collect()))),
            );
        }
    }

    /// A name with an owner is one in the older bucket; one without is an item of the user, or of who has
    /// shared it.
    fn artifacts(&self, me: &str, see: &mut dyn FnMut(String, Option<Content>)) {
        const KIND: (&str, &str) = ("amplify-artifacts", "artifact-content");
        for row in self.of(T_ARTIFACTS, "user_id", me) {
            for entry in list(row, "artifacts").iter().filter_map(|entry| entry.as_m().ok()) {
                let (key, sharer) = (text(entry, "key").unwrap(), text(entry, "sharedBy"));
                let parts: Vec<&str> = key.split('/').collect();
                let (name, found) = match (parts.as_slice(), sharer) {
                    ([_, day, name], _) => (format!("{day}/{name}"), self.json(ARTIFACTS, key)),
                    (_, None) => (key.to_owned(), self.stored(me, KIND, key)),
                    (_, Some(sharer)) => {
                        let sk = format!("shared-with-{me}#{key}");
                        (key.to_owned(), self.stored(sharer, KIND, &sk))
                    }
                };
                let by = sharer.map(|sharer| format!(" of {}", self.named(sharer)));
                see(format!("artifact {name}{}", by.unwrap_or_default()), found);
            }
        }
    }

    /// One with the name of an object is that object; one without is looked for among the reader's items.
    fn templates(&self, me: &str, see: &mut dyn FnMut(String, Option<Content>)) {
        for row in self.rows(T_TEMPLATES) {
            let public = match row.get("isPublic") {
                Some(AttributeValue::N(is)) => is != "0",
                Some(AttributeValue::Bool(is)) => *is,
                _ => false,
            };
            if !public && text(row, "user") != Some(me) {
                continue;
            }
            let id = text(row, "templateId").unwrap();
            let found = match text(row, "s3Key").filter(|key| !key.is_empty()) {
                Some(key) => self.json(TEMPLATES, key),
                None => self.stored(me, ("amplify-workflows", "workflow-templates"), id),
            };
            see(format!("template {id}"), found);
        }
    }

    fn logs(&self, me: &str, see: &mut dyn FnMut(String, Option<Content>)) {
        for row in self.of(T_TASKS, "user", me) {
            let task = text(row, "taskId").unwrap();
            for entry in list(row, "logs").iter().filter_map(|entry| entry.as_m().ok()) {
                let execution = text(entry, "executionId").unwrap();
                let found = match text(entry, "detailsKey") {
                    Some(key) => self.json(LOGS, key),
                    None => self.log(me, task, execution),
                };
                see(format!("log {execution} of {task}"), found);
            }
        }
    }

    fn log(&self, me: &str, task: &str, execution: &str) -> Option<Content> {
        let kept = || {
            let item = self.item(me, ("amplify-agent-logs", "scheduled-task-logs"), task)?;
            let logs = item.get("data")?.as_m().ok()?.get("logs")?.as_m().ok()?;
            Some(Content::Parsed(value(logs.get(execution)?)))
        };
        let archived =
            || self.json(CONSOLIDATION, &format!("scheduledTaskLogs/{me}/{task}/{execution}.json"));
        kept().or_else(archived)
    }

    /// What everybody opens.
    pub fn common(&self) -> View {
        let mut all = View::new();
        for (what, bucket, own, prefix) in [
            ("guide", DOCUMENTS, "", "apiDocumentation/"),
            ("presentation", PRESENTATIONS, "templates/", "powerPointTemplates/"),
            ("group conversation", GROUPS, "astgp/", "agentConversations/astgp/"),
        ] {
            let newer = self.names(CONSOLIDATION, prefix);
            for name in newer.into_iter().chain(self.names(bucket, own)) {
                let found = self.bytes(CONSOLIDATION, &format!("{prefix}{name}"));
                let found = found.or_else(|| self.bytes(bucket, &format!("{own}{name}")));
                // Marks of folders are nobody's to open.
                let found = found.filter(|_| !name.ends_with('/') && !name.is_empty());
                all.extend(found.map(|found| (format!("{what} {name}"), found)));
            }
        }
        let name = |key: &str| Resource::of_key(key).unwrap().name(&self.of);
        for row in self.rows(T_GROUPS) {
            let location = text(row, "s3Location").unwrap();
            let found = match location.strip_prefix(&format!("s3://{}/", name(GROUPS))) {
                Some(key) => self.bytes(GROUPS, key),
                None => self.bytes(CONSOLIDATION, location),
            };
            let id = text(row, "conversationId").unwrap();
            all.extend(found.map(|found| (format!("location of {id}"), found)));
        }
        for row in self.rows(T_DISCLOSURES) {
            let version = row["version"].as_n().unwrap();
            let (reference, pdf) =
                (text(row, "s3_reference").unwrap(), text(row, "pdf_id").unwrap());
            let in_bucket = |bucket: &'static str| {
                let key = reference.strip_prefix(&format!("s3://{}/", name(bucket)))?;
                self.bytes(bucket, key)
            };
            let found = in_bucket(DISCLOSURES).or_else(|| in_bucket(CONSOLIDATION));
            let found =
                found.or_else(|| self.bytes(CONSOLIDATION, &format!("dataDisclosure/{pdf}")));
            let found = found.or_else(|| self.bytes(DISCLOSURES, pdf));
            all.extend(found.map(|found| (format!("disclosure {version}"), found)));
        }
        all
    }
}
