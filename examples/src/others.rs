//! Two more migrations in a few lines: servers and their members into CoreTable, and profiles of an older
//! schema to a newer one.

use std::path::Path;

use local_aws::LocalAws;
use serde_json::{Value, json};

use crate::Error;
use crate::command::migration_tools;

const PROFILES: &str = "uni-dev-UserProfiles";
const MIGRATIONS: &str = r#"[[migration]]
from = 1
to = 2
description = "Add theme, and call the nickname what it is"
steps = [
    { add = "profileData.theme", default = "light" },
    { rename = "profileData.nick", to = "nickname" },
]
"#;

/// Makes the tables with a few records, and migrates them; answers what the commands said.
///
/// # Errors
///
/// If the embedded AWS refuses something, or a command fails.
pub async fn migrate(aws: &LocalAws, folder: &Path) -> Result<[String; 2], Error> {
    for (name, keys) in [
        ("uni-dev-ServersTable", &["id"][..]),
        ("uni-dev-UserMembership", &["userId", "serverId"]),
        ("uni-dev-CoreTable", &["PK", "SK"]),
        (PROFILES, &["userId", "profileKey"]),
    ] {
        table(aws, name, keys).await?;
    }
    let put = async |table: &str, item: Value| {
        aws.dynamodb("PutItem", json!({"TableName": table, "Item": item})).await
    };
    put(
        "uni-dev-ServersTable",
        json!({"id": {"S": "i-1"}, "name": {"S": "lab"}, "vCpus": {"N": "4"}}),
    )
    .await?;
    for (user, role) in [("u-ada", "admin"), ("u-alan", "viewer")] {
        let row = json!({"userId": {"S": user}, "serverId": {"S": "i-1"}, "role": {"S": role},
            "email": {"S": format!("{user}@uni.example")}, "updatedAt": {"S": "2026-11-20T08:00:00Z"}});
        put("uni-dev-UserMembership", row).await?;
    }
    let row = json!({"userId": {"S": "u-ada"}, "profileKey": {"S": "STUDENT#1"},
        "profileType": {"S": "STUDENT"}, "profileId": {"S": "1"},
        "profileData": {"M": {"nick": {"S": "Countess"}}}, "updatedAt": {"S": "2026-11-20T08:00:00Z"}});
    put(PROFILES, row).await?;
    let file = folder.join("migrations.toml");
    let system = |source| Error::System { what: file.display().to_string(), source };
    std::fs::write(&file, MIGRATIONS).map_err(system)?;
    let core = ["core-table", "migrate"];
    let profiles = ["profiles", "migrate", "--table", PROFILES, "--migrations", "migrations.toml"];
    Ok([migration_tools(aws, folder, &core)?, migration_tools(aws, folder, &profiles)?])
}

async fn table(aws: &LocalAws, name: &str, keys: &[&str]) -> Result<(), Error> {
    let attribute = |name: &&str| json!({"AttributeName": name, "AttributeType": "S"});
    let key = |(name, kind): (&&str, &str)| json!({"AttributeName": name, "KeyType": kind});
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": keys.iter().map(attribute).collect::<Vec<_>>(),
        "KeySchema": keys.iter().zip(["HASH", "RANGE"]).map(key).collect::<Vec<_>>(),
    });
    aws.dynamodb("CreateTable", request).await?;
    Ok(())
}
