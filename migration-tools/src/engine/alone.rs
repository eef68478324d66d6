//! A change in place that belongs to nothing else. It takes half the capacity of a transaction.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
//!
//! It has no token by which DynamoDB would know a second attempt for the first one again. Where the
//! first was made and its answer got lost, the second one's condition fails, and the record that comes
//! back with the failure has the change. What puts a record or deletes one stays a transaction: a second
//! attempt could bring back what its user has deleted meanwhile, or delete what he has written anew.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, TransactWriteItem};

use super::item::Item;
use super::writer::{Answer, other};

/// Sends a change in place; nothing where it is another write.
pub(super) async fn send(
    client: &Client,
    write: &TransactWriteItem,
    once: Builder,
) -> Option<Answer> {
    let one = write.update()?.clone();
    let call = client
        .update_item()
        .table_name(one.table_name)
        .set_key(Some(one.key))
        .update_expression(one.update_expression)
        .set_condition_expression(one.condition_expression)
        .set_expression_attribute_names(one.expression_attribute_names)
        .set_expression_attribute_values(one.expression_attribute_values)
        .set_return_values_on_condition_check_failure(one.return_values_on_condition_check_failure)
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let error = match call.customize().config_override(once).send().await {
        Ok(answer) => {
            let used = answer.consumed_capacity().and_then(|used| used.capacity_units);
            return Some(Answer::Made(used.unwrap_or_default()));
        }
        Err(error) => error,
    };
    Some(match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
            let found: Option<&Item> = failed.item().filter(|item| !item.is_empty());
            Answer::Lost(vec![(0, found.cloned())])
        }
        Some(UpdateItemError::TransactionConflictException(_)) => Answer::Busy,
        _ => other(&error),
    })
}
