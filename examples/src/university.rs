//! A small invented university whose people get new ids: four users, and what they have in fourteen
//! tables and six buckets (`university_files.rs`).

use local_aws::LocalAws;
use serde_json::{Value, json};

use crate::{Error, university_files};

/// Old and new ids; Mary has no address as her id and keeps it.
pub const PEOPLE: &str = "old_id,new_id
ada.lovelace@uni.example,lovelaa1
alan.turing@uni.example,turinga1
grace.hopper@uni.example,hopperg1
somervim,somervim
";

/// A table: its name without the deployment's, its keys, and its records in DynamoDB's JSON.
pub(crate) struct Table {
    pub(crate) service: &'static str,
    pub(crate) suffix: &'static str,
    pub(crate) keys: &'static [&'static str],
    pub(crate) items: Value,
}

impl Table {
    fn name(&self) -> String {
        let base = format!("amplify-uni-{}-dev", self.service);
        if self.suffix.is_empty() { base } else { format!("{base}-{}", self.suffix) }
    }
}

/// Puts the university into an AWS: tables, their records, and the bucket that has to be there.
///
/// # Errors
///
/// If the embedded AWS refuses something.
pub async fn found(aws: &LocalAws) -> Result<(), Error> {
    aws.s3().create_bucket("amplify-uni-lambda-dev-consolidation");
    // Of the same stage, and another deployment's.
    aws.ssm().remove("/amplify/dev/S3_CONSOLIDATION_BUCKET_NAME");
    university_files::put(aws);
    for table in tables() {
        let attribute = |name: &&str| json!({"AttributeName": name, "AttributeType": "S"});
        let attributes: Vec<Value> = table.keys.iter().map(attribute).collect();
        let kinds = ["HASH", "RANGE"];
        let key = |(name, kind)| json!({"AttributeName": name, "KeyType": kind});
        let keys: Vec<Value> = table.keys.iter().zip(kinds).map(key).collect();
        let request = json!({
            "TableName": table.name(),
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": attributes,
            "KeySchema": keys,
        });
        aws.dynamodb("CreateTable", request).await?;
        for item in table.items.as_array().into_iter().flatten() {
            aws.dynamodb("PutItem", json!({"TableName": table.name(), "Item": item})).await?;
        }
    }
    Ok(())
}

/// Every record of every table and every name of an object, in one order: two of these are equal if not
/// a byte of a record differs.
///
/// # Errors
///
/// If the embedded AWS refuses something.
pub async fn everything(aws: &LocalAws) -> Result<Vec<String>, Error> {
    let mut all = Vec::new();
    for table in tables() {
        let scan = aws.dynamodb("Scan", json!({"TableName": table.name()})).await?;
        for item in scan["Items"].as_array().into_iter().flatten() {
            let name = if table.suffix.is_empty() { "shares" } else { table.suffix };
            all.push(format!("{name:<22} {item}"));
        }
    }
    all.extend(university_files::objects(aws));
    all.sort_unstable();
    Ok(all)
}

fn tables() -> Vec<Table> {
    let of = |service, suffix, keys, items| Table { service, suffix, keys, items };
    let mut all = university_files::tables();
    all.extend([
        of(
            "object-access",
            "cognito-users",
            &["user_id"],
            json!([
                {"user_id": {"S": "ada.lovelace@uni.example"}, "given_name": {"S": "Ada"}},
                {"user_id": {"S": "alan.turing@uni.example"}, "email": {"S": "alan.turing@uni.example"}},
                {"user_id": {"S": "turinga1"}, "email": {"S": "alan.turing@uni.example"}, "updated_at": {"S": "2026-11-20T08:00:00"}},
                {"user_id": {"S": "grace.hopper@uni.example"}, "email": {"S": "grace.hopper@uni.example"}},
                {"user_id": {"S": "somervim"}, "email": {"S": "mary.somerville@uni.example"}},
            ]),
        ),
        of(
            "lambda",
            "accounts",
            &["user"],
            json!([
                {"user": {"S": "ada.lovelace@uni.example"}, "accounts": {"L": [
                    {"M": {"id": {"S": "engine"}, "name": {"S": "Analytical engine"}, "rateLimit": {"NULL": true}}}]}},
                {"user": {"S": "somervim"}, "accounts": {"L": []}},
            ]),
        ),
        of(
            "lambda",
            "user-tags",
            &["user"],
            json!([
                {"user": {"S": "alan.turing@uni.example"}, "tags": {"SS": ["machines", "morphogenesis"]}},
                {"user": {"S": "turinga1"}, "tags": {"SS": ["machines", "chess"]}},
            ]),
        ),
        of(
            "lambda",
            "cost-calculations",
            &["id", "accountInfo"],
            json!([
                {"id": {"S": "grace.hopper@uni.example"}, "accountInfo": {"S": "general#NA"},
                 "dailyCost": {"N": "0.1234567890123456789012345678"}, "monthlyCost": {"N": "31"}},
            ]),
        ),
        of(
            "object-access",
            "amplify-groups",
            &["group_id"],
            json!([
                {"group_id": {"S": "compilers"}, "createdBy": {"S": "grace.hopper@uni.example"},
                 "members": {"M": {"grace.hopper@uni.example": {"S": "admin"}, "ada.lovelace@uni.example": {"S": "write"}, "somervim": {"S": "read"}}}},
            ]),
        ),
        of(
            "object-access",
            "object-access",
            &["object_id", "principal_id"],
            json!([
                {"object_id": {"S": "astp/3f2a"}, "principal_id": {"S": "alan.turing@uni.example"}, "permission_level": {"S": "owner"}, "principal_type": {"S": "user"}},
                {"object_id": {"S": "astp/3f2a"}, "principal_id": {"S": "turinga1"}, "permission_level": {"S": "read"}, "principal_type": {"S": "user"}},
            ]),
        ),
        of(
            "lambda",
            "user-data-storage",
            &["PK", "SK"],
            json!([
                {"PK": {"S": "ada.lovelace@uni.example#amplify-memory#note"}, "SK": {"S": "n1"}, "UUID": {"S": "9a1e"},
                 "appId": {"S": "ada.lovelace@uni.example#amplify-memory"}, "entityType": {"S": "note"}, "itemId": {"S": "n1"},
                 "createdAt": {"N": "1759300000"}, "data": {"M": {"text": {"S": "poetical science"}}}},
            ]),
        ),
        of(
            "lambda-basic-ops",
            "user-storage",
            &["PK", "SK"],
            json!([
                {"PK": {"S": "grace.hopper@uni.example#amplify-memory#note"}, "SK": {"S": "n7"}, "UUID": {"S": "77aa"},
                 "appId": {"S": "grace.hopper@uni.example#amplify-memory"}, "entityType": {"S": "note"},
                 "createdAt": {"N": "1750000000"}, "data": {"M": {"text": {"S": "a moth in a relay"}}}},
            ]),
        ),
    ]);
    all
}
