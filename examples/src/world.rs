//! An AWS with everything in it that the examples use.

use local_aws::LocalAws;
use serde_json::json;

use crate::Error;

/// Name of the tracking table.
pub const TRACKING: &str = "env-vars-tracking-dev";

/// `SERVICE_NAME` of the examples.
pub const SERVICE: &str = "back-office";

/// Starts the embedded AWS and puts there the tracking table, the examples' table, bucket, queue
/// and secret, and their variables into Parameter Store: some under the service's own path, some
/// under the shared one, one as a SecureString.
///
/// # Errors
///
/// If no port is to be had.
pub async fn start() -> Result<LocalAws, Error> {
    let aws = LocalAws::start().await?;
    // The request of `required_env_vars::tracking::create_table`, without an SDK client.
    let tracking = json!({
        "TableName": TRACKING,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "service_var_key", "AttributeType": "S"},
            {"AttributeName": "service_name", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "service_var_key", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{
            "IndexName": "ServiceIndex",
            "KeySchema": [{"AttributeName": "service_name", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }],
    });
    aws.dynamodb("CreateTable", tracking).await?;
    let files = json!({
        "TableName": "back-office-files-dev",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", files).await?;
    aws.s3().create_bucket("back-office-consolidation-dev");
    let accepted = aws.sqs().create_queue("accepted-orders-dev");
    let secret = aws.secretsmanager().put("shop-key-dev", "shop-key-of-the-example");

    let ssm = aws.ssm();
    ssm.put(&format!("/amplify/dev/{SERVICE}/FILES_DYNAMO_TABLE"), "back-office-files-dev");
    ssm.put("/amplify/dev/S3_CONSOLIDATION_BUCKET_NAME", "back-office-consolidation-dev");
    ssm.put(&format!("/amplify/dev/{SERVICE}/ACCEPTED_ORDERS_QUEUE_URL"), &accepted);
    ssm.put(&format!("/amplify/dev/{SERVICE}/SHOP_KEY_SECRET"), &secret);
    ssm.put_secure(&format!("/amplify/dev/{SERVICE}/REPORT_RECIPIENT"), "karin.holm");
    ssm.put("/amplify/dev/REPORT_DAYS", "7");
    Ok(aws)
}
