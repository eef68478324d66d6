//! An API handler over a table and a bucket: reads and writes the files of an invented company.
//!
//! `GET /files/{id}` answers a file, `PUT /files/{id}` stores it. The events are those of an
//! API Gateway HTTP API (payload version 2.0).

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use aws_lambda_events::http::Method;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::prelude::{BASE64_STANDARD, Engine};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::{DynamoDBOperation, DynamoTable, S3Operation, required_env_vars};

#[required_env_vars(
    "FILES_DYNAMO_TABLE" = [DynamoDBOperation::GetItem, DynamoDBOperation::UpdateItem],
    "S3_CONSOLIDATION_BUCKET_NAME" = [S3Operation::GetObject, S3Operation::PutObject],
    "ORGANIZATION_EMAIL_DOMAIN" = [],
)]
pub(crate) async fn files_api(
    event: LambdaEvent<ApiGatewayV2httpRequest>,
    env: FilesApiEnv,
) -> Result<ApiGatewayV2httpResponse, Error> {
    let request = event.payload;
    let Some(id) = request.path_parameters.get("id") else {
        return Ok(answer(400, "the path has no file id"));
    };
    let key = format!("{}/{id}", &*env.organization_email_domain);

    if request.request_context.http.method == Method::PUT {
        let Some(bytes) = body(request.body.unwrap_or_default(), request.is_base64_encoded) else {
            return Ok(answer(400, "the body is not base64"));
        };
        env.s3_consolidation_bucket_name.put_object().key(&key).body(bytes.into()).send().await?;
        env.files_dynamo_table
            .update_item()
            .key("id", AttributeValue::S(id.clone()))
            .update_expression("SET objectKey = :key")
            .expression_attribute_values(":key", AttributeValue::S(key))
            .send()
            .await?;
        return Ok(answer(204, ""));
    }

    let Some(key) = object_key(&env.files_dynamo_table, id).await? else {
        return Ok(answer(404, "no such file"));
    };
    let object = env.s3_consolidation_bucket_name.get_object().key(key).send().await?;
    let bytes = object.body.collect().await?.into_bytes();
    let mut found = ApiGatewayV2httpResponse::default();
    found.status_code = 200;
    found.is_base64_encoded = true;
    found.body = Some(Body::Text(BASE64_STANDARD.encode(bytes)));
    Ok(found)
}

/// API Gateway encodes what is not text.
fn body(text: String, is_base64_encoded: bool) -> Option<Vec<u8>> {
    match is_base64_encoded {
        true => BASE64_STANDARD.decode(text).ok(),
        false => Some(text.into_bytes()),
    }
}

/// A helper asks for the operations it performs, and works for every variable that declares them.
async fn object_key<D>(table: &DynamoTable<D>, id: &str) -> Result<Option<String>, Error>
where
    D: required_env_vars::declared::dynamodb::GetItem,
{
    let found = table.get_item().key("id", AttributeValue::S(id.to_owned())).send().await?;
    let key = found.item.and_then(|mut item| item.remove("objectKey"));
    Ok(key.and_then(|key| key.as_s().cloned().ok()))
}

fn answer(status: i64, text: &str) -> ApiGatewayV2httpResponse {
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = status;
    answer.body = (!text.is_empty()).then(|| Body::Text(text.to_owned()));
    answer
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().json().with_current_span(false).without_time().init();
    required_env_vars::init().await?;
    lambda_runtime::run(service_fn(files_api)).await
}
