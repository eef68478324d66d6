//! One write that belongs to no other. It takes half the capacity of a transaction.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
//!
//! It has no token by which DynamoDB would know a second attempt for the first one again. Where the
//! first was made and its answer got lost, the second one's condition fails, and the record that comes
//! back with the failure tells: it is what the write leaves. An attempt that arrives late finds its
//! condition failed too, unless somebody has put back the very values that it is based on.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    ConsumedCapacity, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use required_env_vars::Failure;

use super::item::Item;
use super::writer::{Answer, server_failed};

/// Sends a write; nothing where it is one that only a transaction can have.
pub(super) async fn send(
    client: &Client,
    write: TransactWriteItem,
    once: Builder,
) -> Option<Answer> {
    match (write.put, write.update, write.delete) {
        (Some(one), _, _) => Some(put(client, one, once).await),
        (_, Some(one), _) => Some(update(client, one, once).await),
        (_, _, Some(one)) => Some(delete(client, one, once).await),
        (None, None, None) => None,
    }
}

/// The call with what all three take, sent: each is of types of its own.
macro_rules! sent {
    ($call:expr, $one:ident, $once:ident, $error:ident) => {{
        let call = $call
            .table_name($one.table_name)
            .set_condition_expression($one.condition_expression)
            .set_expression_attribute_names($one.expression_attribute_names)
            .set_expression_attribute_values($one.expression_attribute_values)
            .set_return_values_on_condition_check_failure(
                $one.return_values_on_condition_check_failure,
            )
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match call.customize().config_override($once).send().await {
            Ok(answer) => made(answer.consumed_capacity()),
            Err(error) => unmade(&error, |error| match error {
                $error::ConditionalCheckFailedException(failed) => Some(lost(failed.item.as_ref())),
                $error::TransactionConflictException(_) => Some(Answer::Busy),
                _ => None,
            }),
        }
    }};
}

async fn put(client: &Client, one: Put, once: Builder) -> Answer {
    sent!(client.put_item().set_item(Some(one.item)), one, once, PutItemError)
}

async fn update(client: &Client, one: Update, once: Builder) -> Answer {
    let call = client.update_item().set_key(Some(one.key)).update_expression(one.update_expression);
    sent!(call, one, once, UpdateItemError)
}

async fn delete(client: &Client, one: Delete, once: Builder) -> Answer {
    sent!(client.delete_item().set_key(Some(one.key)), one, once, DeleteItemError)
}

fn made(used: Option<&ConsumedCapacity>) -> Answer {
    Answer::Made(used.and_then(|used| used.capacity_units).unwrap_or_default())
}

fn lost(found: Option<&Item>) -> Answer {
    Answer::Lost(vec![(0, found.filter(|item| !item.is_empty()).cloned())])
}

fn unmade<E>(error: &SdkError<E, HttpResponse>, known: impl Fn(&E) -> Option<Answer>) -> Answer
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    error.as_service_error().and_then(known).unwrap_or_else(|| Answer::Other {
        failure: Failure::of(error),
        refused: error.as_service_error().is_some() && !server_failed(error),
    })
}
