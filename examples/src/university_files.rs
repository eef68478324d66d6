//! What the university's people keep in S3, with the records that point to it, in the older buckets; and
//! what they can open, looked for as the live application looks for it.

use local_aws::LocalAws;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::university::Table;

const CONSOLIDATION: &str = "amplify-uni-lambda-dev-consolidation";
const CONVERSATIONS: &str = "amplify-uni-lambda-dev-user-conversations";
const SHARES: &str = "amplify-uni-lambda-dev-share";
const ARTIFACTS: &str = "amplify-uni-artifacts-dev-bucket";
const TEMPLATES: &str = "amplify-uni-agent-loop-dev-workflow-templates";
const LOGS: &str = "amplify-uni-agent-loop-dev-scheduled-tasks-logs";
const STORAGE: &str = "amplify-uni-lambda-dev-user-data-storage";

const ADA: &str = "ada.lovelace@uni.example";
const ALAN: &str = "alan.turing@uni.example";
const GRACE: &str = "grace.hopper@uni.example";

/// Something that a person can open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opened {
    /// Whose, by the id before.
    pub person: &'static str,
    /// What it is.
    pub what: String,
    /// Where it was found.
    pub place: String,
    /// What is in it.
    pub content: String,
}

/// The tables whose records point to objects.
pub(crate) fn tables() -> Vec<Table> {
    let of = |service, suffix, keys, items| Table { service, suffix, keys, items };
    let text = |text: String| json!({"S": text});
    vec![
        of(
            "lambda",
            "conversation-metadata",
            &["user_id", "conversation_id"],
            json!([
                {"user_id": {"S": ADA}, "conversation_id": {"S": "bernoulli"}, "s3_key": text(format!("{ADA}/bernoulli")), "last_modified": {"N": "1741170000000"}},
                {"user_id": {"S": ALAN}, "conversation_id": {"S": "imitation"}, "s3_key": text(format!("{ALAN}/imitation")), "last_modified": {"N": "1741180000000"}},
            ]),
        ),
        of(
            "lambda",
            "",
            &["id"],
            json!([
                {"id": text(format!("{ADA}/7b0c")), "user": {"S": ADA}, "name": {"S": "/state/share"}, "createdAt": {"N": "1720714099836"},
                 "settings": {"M": {"theme": {"S": "dark"}}},
                 "data": {"L": [{"M": {"sharedBy": {"S": ALAN}, "note": {"S": "on machines"}, "sharedAt": {"N": "1720714099836"},
                    "key": text(format!("{ADA}/{ALAN}/2024-07-11/3f6c.json"))}}]}},
            ]),
        ),
        of(
            "artifacts",
            "user-artifacts",
            &["user_id"],
            json!([
                {"user_id": {"S": ADA}, "artifacts": {"L": [
                    {"M": {"key": text(format!("{ADA}/20250305/Engine:v3")), "name": {"S": "Engine"}}},
                    {"M": {"key": text(format!("{ADA}/20250401/Tape:v1")), "name": {"S": "Tape"}, "sharedBy": {"S": ALAN}}}]}},
            ]),
        ),
        of(
            "agent-loop",
            "workflow-registry",
            &["user", "templateId"],
            json!([
                {"user": {"S": GRACE}, "templateId": {"S": "9c1f"}, "s3Key": text(format!("{GRACE}/9c1f.json")), "name": {"S": "Weekly"}, "isPublic": {"N": "0"}},
            ]),
        ),
        of(
            "agent-loop",
            "scheduled-tasks",
            &["user", "taskId"],
            json!([
                {"user": {"S": GRACE}, "taskId": {"S": "Nightly build_3f2b"}, "active": {"N": "1"}, "logs": {"L": [
                    {"M": {"executionId": {"S": "execution-01"}, "status": {"S": "success"},
                           "detailsKey": text(format!("{GRACE}/Nightly build_3f2b/logs/execution-01.json"))}}]}},
            ]),
        ),
    ]
}

/// Puts the objects into their buckets.
pub(crate) fn put(aws: &LocalAws) {
    let s3 = aws.s3();
    for bucket in [CONVERSATIONS, SHARES, ARTIFACTS, TEMPLATES, LOGS] {
        s3.create_bucket(bucket);
    }
    let put = |bucket: &str, key: String, body: &str| s3.put(bucket, &key, body.to_owned());
    put(CONVERSATIONS, format!("{ADA}/bernoulli"), r#"{"conversation":[66,55],"folder":null}"#);
    // He went on with it after the application was deployed: the older one is not what he reads.
    put(CONVERSATIONS, format!("{ALAN}/imitation"), r#"{"conversation":[63],"folder":null}"#);
    put(
        CONSOLIDATION,
        format!("conversations/{ALAN}/imitation"),
        r#"{"conversation":[63,33],"folder":null}"#,
    );
    put(
        SHARES,
        format!("{ADA}/{ALAN}/2024-07-11/3f6c.json"),
        r#"{"version":1,"history":[],"prompts":["Can machines think?"]}"#,
    );
    put(
        ARTIFACTS,
        format!("{ADA}/20250305/Engine:v3"),
        r#"{"artifactId":"Engine:v3-20250305","version":3,"contents":[60,104,256]}"#,
    );
    put(
        ARTIFACTS,
        format!("{ADA}/20250401/Tape:v1"),
        r#"{"artifactId":"Tape:v1-20250401","version":1,"contents":[48,49]}"#,
    );
    put(TEMPLATES, format!("{GRACE}/9c1f.json"), r#"{"steps":[{"tool":"search","wait":1.5}]}"#);
    put(
        LOGS,
        format!("{GRACE}/Nightly build_3f2b/logs/execution-01.json"),
        r#"{"message":"compiled","source":"scheduled-task"}"#,
    );
}

/// The names of all objects, with their buckets.
#[must_use]
pub fn objects(aws: &LocalAws) -> Vec<String> {
    let s3 = aws.s3();
    let of = |bucket: &String| {
        let key = |key: String| format!("s3://{bucket}/{key}");
        s3.keys(bucket).into_iter().map(key).collect::<Vec<_>>()
    };
    let buckets = s3.buckets().into_iter().filter(|bucket| bucket.starts_with("amplify-uni-"));
    buckets.collect::<Vec<_>>().iter().flat_map(of).collect()
}

/// Everything that people can open, under the ids that they have.
///
/// # Errors
///
/// If the embedded AWS refuses something.
pub async fn openable(aws: &LocalAws, ids: [&str; 3]) -> Result<Vec<Opened>, Error> {
    let mut all = Vec::new();
    for (person, id) in [ADA, ALAN, GRACE].into_iter().zip(ids) {
        let reader = Reader { aws, person, id };
        all.extend(reader.conversations().await?);
        all.extend(reader.shares().await?);
        all.extend(reader.artifacts().await?);
        all.extend(reader.templates().await?);
        all.extend(reader.logs().await?);
    }
    Ok(all)
}

/// The application, as it reads for one person.
struct Reader<'a> {
    aws: &'a LocalAws,
    person: &'static str,
    id: &'a str,
}

impl Reader<'_> {
    async fn rows(&self, table: &str, key: &str) -> Result<Vec<Value>, Error> {
        let request = json!({
            "TableName": table, "FilterExpression": "#k = :id",
            "ExpressionAttributeNames": {"#k": key}, "ExpressionAttributeValues": {":id": {"S": self.id}},
        });
        let found = self.aws.dynamodb("Scan", request).await?;
        let items = found["Items"].as_array().cloned().unwrap_or_default();
        Ok(items.into_iter().map(|item| plain(&json!({"M": item}))).collect())
    }

    async fn item(&self, pk: String, sk: &str) -> Result<Option<(String, String)>, Error> {
        let key = json!({"PK": {"S": pk}, "SK": {"S": sk}});
        let found = self.aws.dynamodb("GetItem", json!({"TableName": STORAGE, "Key": key})).await?;
        let data =
            found["Item"]["data"].as_object().is_some().then(|| plain(&found["Item"]["data"]));
        Ok(data.map(|data| (format!("{pk} / {sk}"), data.to_string())))
    }

    /// The first of these objects that is there.
    fn object(&self, places: &[(&str, String)]) -> Option<(String, String)> {
        places.iter().find_map(|(bucket, key)| {
            let body = self.aws.s3().get(bucket, key)?;
            let value: Value = serde_json::from_slice(&body).ok()?;
            Some((format!("s3://{bucket}/{key}"), value.to_string()))
        })
    }

    fn opened(&self, what: String, found: Option<(String, String)>) -> Option<Opened> {
        let (place, content) = found?;
        Some(Opened { person: self.person, what, place, content })
    }

    async fn conversations(&self) -> Result<Vec<Opened>, Error> {
        let rows = self.rows("amplify-uni-lambda-dev-conversation-metadata", "user_id").await?;
        let one = |row: &Value| {
            let path = format!("{}/{}", self.id, string(row, "conversation_id"));
            let new = format!("conversations/{path}");
            let found = self.object(&[(CONSOLIDATION, new), (CONVERSATIONS, path)]);
            self.opened(format!("conversation {}", string(row, "conversation_id")), found)
        };
        Ok(rows.iter().filter_map(one).collect())
    }

    async fn shares(&self) -> Result<Vec<Opened>, Error> {
        let mut shares = Vec::new();
        for row in self.rows("amplify-uni-lambda-dev", "user").await? {
            shares.extend(row["data"].as_array().cloned().unwrap_or_default());
        }
        let request = json!({
            "TableName": STORAGE, "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": {":pk": {"S": format!("{}#amplify-shares#received", self.id)}},
        });
        let found = self.aws.dynamodb("Query", request).await?;
        shares.extend(
            found["Items"].as_array().into_iter().flatten().map(|item| plain(&item["data"])),
        );
        let one = |share: &Value| {
            let key = string(share, "key");
            let path = key.strip_prefix("shares/").unwrap_or(&key).to_owned();
            let found = self.object(&[(CONSOLIDATION, format!("shares/{path}")), (SHARES, path)]);
            self.opened(format!("what somebody shared: {}", string(share, "note")), found)
        };
        Ok(shares.iter().filter_map(one).collect())
    }

    async fn artifacts(&self) -> Result<Vec<Opened>, Error> {
        let mut all = Vec::new();
        for row in self.rows("amplify-uni-artifacts-dev-user-artifacts", "user_id").await? {
            for entry in row["artifacts"].as_array().into_iter().flatten() {
                let key = string(entry, "key");
                let found = match (key.matches('/').count(), entry["sharedBy"].as_str()) {
                    (1, None) => {
                        let pk = format!("{}#amplify-artifacts#artifact-content", self.id);
                        self.item(pk, &key).await?
                    }
                    (1, Some(sharer)) => {
                        let pk = format!("{sharer}#amplify-artifacts#artifact-content");
                        self.item(pk, &format!("shared-with-{}#{key}", self.id)).await?
                    }
                    _ => self.object(&[(ARTIFACTS, key)]),
                };
                all.extend(self.opened(format!("artifact {}", string(entry, "name")), found));
            }
        }
        Ok(all)
    }

    async fn templates(&self) -> Result<Vec<Opened>, Error> {
        let mut all = Vec::new();
        for row in self.rows("amplify-uni-agent-loop-dev-workflow-registry", "user").await? {
            let pk = format!("{}#amplify-workflows#workflow-templates", self.id);
            let found = match row["s3Key"].as_str() {
                Some(key) => self.object(&[(TEMPLATES, key.to_owned())]),
                None => self.item(pk, &string(&row, "templateId")).await?,
            };
            all.extend(self.opened(format!("template {}", string(&row, "name")), found));
        }
        Ok(all)
    }

    async fn logs(&self) -> Result<Vec<Opened>, Error> {
        let mut all = Vec::new();
        for row in self.rows("amplify-uni-agent-loop-dev-scheduled-tasks", "user").await? {
            let task = string(&row, "taskId");
            for log in row["logs"].as_array().into_iter().flatten() {
                let execution = string(log, "executionId");
                let archive = format!("scheduledTaskLogs/{}/{task}/{execution}.json", self.id);
                let found = match log["detailsKey"].as_str() {
                    Some(key) => self.object(&[(LOGS, key.to_owned())]),
                    None => self.object(&[(CONSOLIDATION, archive)]),
                };
                all.extend(self.opened(format!("log {execution} of {task}"), found));
            }
        }
        Ok(all)
    }
}

fn string(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}

/// DynamoDB's JSON as plain JSON.
fn plain(typed: &Value) -> Value {
    let Some((kind, value)) = typed.as_object().and_then(|typed| typed.iter().next()) else {
        return Value::Null;
    };
    match (kind.as_str(), value) {
        ("M", Value::Object(fields)) => {
            let fields = fields.iter().map(|(name, field)| (name.clone(), plain(field)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        ("L", Value::Array(all)) => Value::Array(all.iter().map(plain).collect()),
        ("N", Value::String(number)) => {
            serde_json::from_str(number).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    }
}
