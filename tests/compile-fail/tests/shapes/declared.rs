//! Declarations are gathered from the whole binary, with their lines.

#![allow(dead_code)]

use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars(
    "FILES_TABLE" = [DynamoDBOperation::GetItem],
    "DOMAIN" = [],
)]
async fn read() -> Result<(), Error> {
    Ok(())
}

/// Never called, and generic: declared all the same.
#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::PutItem])]
async fn write<T>(_item: T) -> Result<(), Error> {
    Ok(())
}

#[test]
fn declarations_know_function_line_and_operations() {
    let here = concat!(module_path!(), "::");
    let mut found: Vec<String> = required_env_vars::declarations()
        .filter(|one| one.function.starts_with(here))
        .map(|one| {
            assert!(one.file.ends_with("declared.rs"));
            let operations: Vec<_> = one.operations.iter().map(ToString::to_string).collect();
            let function = one.function.trim_start_matches(here);
            format!("{function} {} {} {}", one.line, one.variable, operations.join(","))
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "read 8 FILES_TABLE dynamodb:GetItem",
            "read 9 DOMAIN ",
            "write 16 FILES_TABLE dynamodb:PutItem",
        ]
    );
}
