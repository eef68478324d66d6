//! The tracking table itself.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

use super::record::KEY;

/// The request that creates the tracking table: key `service_var_key`, global index
/// `ServiceIndex` on `service_name` with all attributes, billed on demand. Send it with
/// `.send().await`; it fails with `ResourceInUseException` where the table exists.
///
/// The same as a CloudFormation template stands in the project's README.
///
/// # Errors
///
/// None in practice: the SDK's builders check at run time that the constants in here are complete.
///
/// ```no_run
/// # async fn example(client: aws_sdk_dynamodb::Client) -> Result<(), aws_sdk_dynamodb::Error> {
/// required_env_vars::tracking::create_table(&client, "env-vars-tracking")?.send().await?;
/// # Ok(())
/// # }
/// ```
pub fn create_table(
    client: &Client,
    table: impl Into<String>,
) -> Result<CreateTableFluentBuilder, BuildError> {
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
    };
    let hash = |name: &str| {
        KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build()
    };
    let index = GlobalSecondaryIndex::builder()
        .index_name("ServiceIndex")
        .key_schema(hash("service_name")?)
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()?;
    Ok(client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(text(KEY)?)
        .attribute_definitions(text("service_name")?)
        .key_schema(hash(KEY)?)
        .global_secondary_indexes(index))
}
