//! Worlds in DynamoDB, and the queries of those who read them afterwards.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use local_aws::LocalAws;
use migration_tools::core_table::TableNames;
use migration_tools::engine::item::{Item, canonical};

use super::{Core, POOL, World, by_key, text};

pub fn names() -> TableNames {
    TableNames::of("mc", "dev")
}

fn schema(keys: &[&str]) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let element = |(name, kind): (&&str, KeyType)| {
        KeySchemaElement::builder().attribute_name(*name).key_type(kind).build().unwrap()
    };
    keys.iter().zip(kinds).map(element).collect()
}

async fn create(client: &Client, name: &str, keys: &[&str], index: Option<(&str, &[&str])>) {
    let mut attributes: BTreeSet<&str> = keys.iter().copied().collect();
    attributes.extend(index.iter().flat_map(|(_, keys)| keys.iter().copied()));
    let attribute = |name: &str| {
        let kind = ScalarAttributeType::S;
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let index = index.map(|(name, keys)| {
        let all = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder().index_name(name).projection(all);
        index.set_key_schema(Some(schema(keys))).build().unwrap()
    });
    client
        .create_table()
        .table_name(name)
        .set_key_schema(Some(schema(keys)))
        .set_attribute_definitions(Some(attributes.into_iter().map(attribute).collect()))
        .set_global_secondary_indexes(index.map(|index| vec![index]))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

impl World {
    /// Makes the tables and the pool.
    pub async fn create(&self, aws: &LocalAws, client: &Client) {
        let names = names();
        create(client, &names.servers, &["id"], None).await;
        let by_server = ("ServerMembership-Index", ["serverId", "role"]);
        let has_odd_roles =
            self.memberships.iter().any(|row| row.get("role").is_some_and(|role| !role.is_s()));
        // A row whose role is no text could not be put where the role is the key of an index.
        let index = if has_odd_roles { &by_server.1[..1] } else { &by_server.1[..] };
        create(client, &names.memberships, &["userId", "serverId"], Some((by_server.0, index)))
            .await;
        create_core(client).await;
        for (name, rows) in [
            (&names.servers, &self.servers),
            (&names.memberships, &self.memberships),
            (&names.core, &self.core),
        ] {
            for row in rows {
                put(client, name, row.clone()).await;
            }
        }
        for (sub, attributes) in self.pool.iter().flatten() {
            let attributes: Vec<(&str, &str)> =
                attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
            aws.cognito().add_user(POOL, &format!("name-of-{sub}"), &attributes);
        }
    }
}

pub async fn put(client: &Client, table: &str, row: Item) {
    client.put_item().table_name(table).set_item(Some(row)).send().await.unwrap();
}

/// All rows of a table.
pub async fn rows(client: &Client, table: &str) -> Vec<Item> {
    let scan = client.scan().table_name(table).consistent_read(true);
    scan.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
}

/// CoreTable.
pub async fn core(client: &Client) -> Core {
    by_key(rows(client, &names().core).await)
}

/// The old tables, so that any change can be seen.
pub async fn old(client: &Client) -> BTreeSet<Vec<u8>> {
    let mut all = rows(client, &names().servers).await;
    all.extend(rows(client, &names().memberships).await);
    all.iter().map(canonical).collect()
}

/// The servers of a user, as the live system asks for them.
pub async fn servers_of(client: &Client, user: &str) -> BTreeSet<String> {
    let query = client.query().table_name(names().core);
    let query = query.key_condition_expression("PK = :pk AND begins_with(SK, :prefix)");
    let query = query.expression_attribute_values(":pk", text(&format!("USER#{user}")));
    let query = query.expression_attribute_values(":prefix", text("SERVER#"));
    let all: Vec<Item> =
        query.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    all.iter().map(|row| row["SK"].as_s().unwrap()["SERVER#".len()..].to_owned()).collect()
}

/// The members of a server, as the live system asks for them.
pub async fn members_of(client: &Client, server: &str) -> BTreeSet<String> {
    let query = client.query().table_name(names().core).index_name("SK-PK-index");
    let query = query.key_condition_expression("SK = :sk");
    let query = query.expression_attribute_values(":sk", text(&format!("SERVER#{server}")));
    let all: Vec<Item> =
        query.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    all.iter().map(|row| row["PK"].as_s().unwrap()["USER#".len()..].to_owned()).collect()
}

/// Whether somebody is an administrator of everything, as the live system asks.
pub async fn is_admin(client: &Client, user: &str) -> bool {
    let get = client.get_item().table_name(names().core);
    let get = get.key("PK", text(&format!("USER#{user}"))).key("SK", text("ADMIN"));
    get.send().await.unwrap().item.is_some()
}

/// CoreTable, without a row.
pub async fn create_core(client: &Client) {
    create(client, &names().core, &["PK", "SK"], Some(("SK-PK-index", &["SK", "PK"]))).await;
}

/// A table with the keys of CoreTable, and no index.
pub async fn create_plain(client: &Client, name: &str) {
    create(client, name, &["PK", "SK"], None).await;
}

/// The table that Lambdas keep their journals in.
pub async fn create_journals(client: &Client, name: &str) {
    let element = |name: &str, kind: KeyType| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
    };
    let attribute = |name: &str, kind: ScalarAttributeType| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    client
        .create_table()
        .table_name(name)
        .key_schema(element("journal", KeyType::Hash))
        .key_schema(element("number", KeyType::Range))
        .attribute_definitions(attribute("journal", ScalarAttributeType::S))
        .attribute_definitions(attribute("number", ScalarAttributeType::N))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}
