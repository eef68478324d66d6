//! Guarded writes, as parts of a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};

use super::guard::{Guard, TooManyAttributes};
use super::item::{Item, same};
use super::rewrite::Edit;
use super::table::TableRef;

/// Most writes in one transaction.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
pub const MAX_WRITES: usize = 100;

/// One write and what it is based on.
#[derive(Clone, PartialEq)]
pub enum Write {
    /// A record where there is none.
    Put(Item),
    /// A record in place of this one.
    Replace {
        /// What stands there.
        before: Item,
        /// What is to stand there.
        after: Item,
    },
    /// Some attributes of this record.
    Edit {
        /// What stands there.
        before: Item,
        /// What changes.
        edit: Edit,
    },
    /// This record goes.
    Delete(Item),
    /// Nothing is written, but this record must stand there unchanged.
    Check(Item),
}

/// A write that cannot be made into a request.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The condition would be too long.
    #[error(transparent)]
    TooManyAttributes(#[from] TooManyAttributes),
    /// A record without one of its key attributes.
    #[error("the record has no key attribute `{0}`")]
    NoKey(String),
    /// A table that the run does not know.
    #[error("the table {0} is not one of this run")]
    NoTable(String),
    /// A table that is only read.
    #[error("the table `{0}` is only read; nothing is written to it")]
    OnlyRead(String),
    /// The SDK refuses to build it.
    #[error("the request cannot be built: {0}")]
    Build(#[from] BuildError),
}

impl Write {
    /// The write as a part of a transaction. When its condition fails, the answer has the record that
    /// stands there.
    ///
    /// # Errors
    ///
    /// When the record lacks its key or has too many attributes to be compared.
    pub fn request(&self, table: &TableRef) -> Result<TransactWriteItem, WriteError> {
        if table.only_read {
            return Err(WriteError::OnlyRead(table.name.clone()));
        }
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let built = match self {
            Self::Put(after) => {
                table.key_of(after)?;
                let guard = Guard::absent(table.partition_key()?);
                item.put(put(table, after, guard, old)?)
            }
            Self::Replace { before, after } => {
                let mut edit = Edit::between(before, after);
                // The key is the same, though maybe not spelled so.
                edit.set.retain(|name, _| !table.keys.contains(name));
                if edit == Edit::default() {
                    return Self::Check(before.clone()).request(table);
                }
                let guard = Guard::replace(before, &edit, &table.attributes.names())?;
                item.update(update(table, before, guard, old)?)
            }
            Self::Edit { before, edit } => {
                let guard = Guard::edit(before, edit, table.partition_key()?)?;
                let guard = guard.and_as_read(before, &table.watched);
                item.update(update(table, before, guard, old)?)
            }
            Self::Delete(before) => {
                let guard = Guard::unchanged(before, &table.attributes.names())?;
                let delete = Delete::builder()
                    .table_name(&table.name)
                    .set_key(Some(table.key_of(before)?))
                    .condition_expression(guard.condition)
                    .set_expression_attribute_names(Some(guard.names))
                    .set_expression_attribute_values(filled(guard.values))
                    .return_values_on_condition_check_failure(old);
                item.delete(delete.build()?)
            }
            Self::Check(before) => {
                let guard = Guard::unchanged(before, &table.attributes.names())?;
                let check = ConditionCheck::builder()
                    .table_name(&table.name)
                    .set_key(Some(table.key_of(before)?))
                    .condition_expression(guard.condition)
                    .set_expression_attribute_names(Some(guard.names))
                    .set_expression_attribute_values(filled(guard.values))
                    .return_values_on_condition_check_failure(old);
                item.condition_check(check.build()?)
            }
        };
        Ok(built.build())
    }

    /// Whether a record has a change in place, and had not before.
    #[must_use]
    pub fn is_made(&self, found: Option<&Item>) -> bool {
        match (self, found) {
            (Self::Replace { before, after }, Some(found)) => {
                same(found, after) && !same(found, before)
            }
            (Self::Edit { before, edit }, Some(found)) => {
                edit.stands_in(found, &edit.applied_to(before)) && !edit.stands_in(found, before)
            }
            _ => false,
        }
    }

    /// Whether anything is written.
    #[must_use]
    pub fn writes(&self) -> bool {
        !matches!(self, Self::Check(_))
    }
}

fn put(
    table: &TableRef,
    after: &Item,
    guard: Guard,
    old: ReturnValuesOnConditionCheckFailure,
) -> Result<Put, WriteError> {
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(after.clone()))
        .condition_expression(guard.condition)
        .set_expression_attribute_names(Some(guard.names))
        .set_expression_attribute_values(filled(guard.values))
        .return_values_on_condition_check_failure(old);
    Ok(put.build()?)
}

fn update(
    table: &TableRef,
    before: &Item,
    guard: Guard,
    old: ReturnValuesOnConditionCheckFailure,
) -> Result<Update, WriteError> {
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(table.key_of(before)?))
        .update_expression(guard.update)
        .condition_expression(guard.condition)
        .set_expression_attribute_names(Some(guard.names))
        .set_expression_attribute_values(filled(guard.values))
        .return_values_on_condition_check_failure(old);
    Ok(update.build()?)
}

/// DynamoDB takes no empty map of values.
fn filled(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    (!values.is_empty()).then_some(values)
}

/// The kind only: records are people's data.
impl std::fmt::Debug for Write {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Put(_) => "Put",
            Self::Replace { .. } => "Replace",
            Self::Edit { .. } => "Edit",
            Self::Delete(_) => "Delete",
            Self::Check(_) => "Check",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_ever_written_to_a_table_that_is_only_read() {
        let table = TableRef::new("old", vec!["id".to_owned()]);
        let item: Item = [("id".to_owned(), AttributeValue::S("1".to_owned()))].into();
        let all =
            || [Write::Put(item.clone()), Write::Delete(item.clone()), Write::Check(item.clone())];
        assert!(all().iter().all(|write| write.request(&table).is_ok()));
        let table = table.only_read();
        for write in all() {
            assert!(matches!(write.request(&table), Err(WriteError::OnlyRead(_))), "{write:?}");
        }
    }
}
