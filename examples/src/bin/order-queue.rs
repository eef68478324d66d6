//! A queue consumer with a secret: checks that each order comes from the shop and passes it on.
//!
//! Answers the messages that failed, so that SQS delivers only those again
//! (`ReportBatchItemFailures`).

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::{SQSOperation, SecretsManagerOperation, required_env_vars};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    number: String,
    /// The shop's key, as agreed with it.
    key: String,
}

#[required_env_vars(
    "SHOP_KEY_SECRET" = [SecretsManagerOperation::GetSecretValue],
    "ACCEPTED_ORDERS_QUEUE_URL" = [SQSOperation::SendMessage],
)]
pub(crate) async fn order_queue(
    event: LambdaEvent<SqsEvent>,
    env: OrderQueueEnv,
) -> Result<SqsBatchResponse, Error> {
    let secret = env.shop_key_secret.get_secret_value().send().await?;
    let shop_key = secret.secret_string().ok_or("the shop's key is not a string")?;

    let mut answer = SqsBatchResponse::default();
    for message in event.payload.records {
        let id = message.message_id.clone().unwrap_or_default();
        let accepted = match accepted_order(&message, shop_key) {
            Some(number) => {
                let send = env.accepted_orders_queue_url.send_message().message_body(number);
                send.send().await.map_err(|error| error.into_service_error().to_string())
            }
            None => Err("not an order of the shop".to_owned()),
        };
        if let Err(why) = accepted {
            tracing::warn!(id, why, "the message goes back to the queue");
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            answer.batch_item_failures.push(failure);
        }
    }
    Ok(answer)
}

/// The order's number, if the message is an order and comes from the shop.
fn accepted_order(message: &SqsMessage, shop_key: &str) -> Option<String> {
    let order: Order = serde_json::from_str(message.body.as_deref()?).ok()?;
    (order.key == shop_key).then_some(order.number)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().json().with_current_span(false).without_time().init();
    required_env_vars::init().await?;
    lambda_runtime::run(service_fn(order_queue)).await
}
