//! The binary's declarations as a document, for tools that run where the function does not.
//!
//! ```json
//! {
//!   "required_env_vars_manifest": 1,
//!   "declarations": [
//!     {
//!       "function": "files_api::get_file",
//!       "variable": "FILES_TABLE",
//!       "operations": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
//!       "declared_at": "src/main.rs:12"
//!     }
//!   ]
//! }
//! ```
//!
//! Functions and variables are sorted, operations are in the order of their API, and the same
//! source always gives the same bytes. The number is the format's version: it changes when a reader
//! of today would misread the document, not when a field is added.

use std::ffi::{OsStr, OsString};
use std::io::Write;

use serde_json::Value;

use crate::declaration::{Declaration, declarations};

/// The argument that asks a binary for its manifest.
const ARGUMENT: &str = "--required-env-vars-manifest";

/// Every declaration linked into the binary, as a JSON document that ends with a line feed.
///
/// `iam-policies --from-manifest` reads it. A binary that calls [`init`](crate::init) prints it when
/// it is started with `--required-env-vars-manifest`. Needs no AWS, no runtime and no variable, and
/// holds no values.
///
/// ```
/// let manifest = required_env_vars::manifest();
/// assert!(manifest.starts_with("{\n  \"required_env_vars_manifest\": 1,"));
/// ```
#[must_use]
pub fn manifest() -> String {
    rendered(declarations())
}

fn rendered(declarations: impl Iterator<Item = Declaration>) -> String {
    let mut declarations: Vec<Declaration> = declarations.collect();
    declarations.sort_by_key(|d| (d.function, d.variable, d.file, d.line));
    declarations.dedup();
    // Written out: the version comes first, and a declaration is one line of a diff.
    let mut text = String::from("{\n  \"required_env_vars_manifest\": 1,\n  \"declarations\": [");
    for (at, declaration) in declarations.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        text.push_str(&format!("{comma}\n    {}", entry(declaration)));
    }
    text.push_str(if declarations.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    text
}

fn entry(declaration: &Declaration) -> String {
    let mut operations = declaration.operations.to_vec();
    operations.sort_unstable();
    let operations: Vec<&str> = operations.iter().map(|operation| operation.iam()).collect();
    format!(
        r#"{{"function": {}, "variable": {}, "operations": {}, "declared_at": {}}}"#,
        Value::from(declaration.function),
        Value::from(declaration.variable),
        Value::from(operations),
        Value::from(format!("{}:{}", declaration.file, declaration.line)),
    )
}

/// Prints the manifest if the arguments ask for it, and says the exit code to end with then.
pub(crate) fn printed(arguments: impl Iterator<Item = OsString>) -> Option<i32> {
    let mut arguments = arguments.skip(1);
    arguments.any(|argument| argument == OsStr::new(ARGUMENT)).then(|| {
        let mut out = std::io::stdout().lock();
        match out.write_all(manifest().as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => 0,
            Err(error) => {
                tracing::error!("the manifest could not be written to standard output: {error}");
                1
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DynamoDBOperation, Operation};
    use serde_json::json;

    const OPERATIONS: &[Operation] = &[
        Operation::DynamoDB(DynamoDBOperation::UpdateItem),
        Operation::DynamoDB(DynamoDBOperation::GetItem),
    ];

    fn declaration(function: &'static str, variable: &'static str) -> Declaration {
        Declaration { function, file: "src\\\"odd\".rs", line: 7, variable, operations: OPERATIONS }
    }

    #[test]
    fn it_is_the_same_whatever_order_the_linker_chose() {
        let all = [declaration("b", "X"), declaration("a", "Y"), declaration("a", "X")];
        let mut reversed = all;
        reversed.reverse();
        let text = rendered(all.into_iter());
        assert_eq!(text, rendered(reversed.into_iter()));
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["required_env_vars_manifest"], 1);
        let order: Vec<_> = read["declarations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| (d["function"].as_str().unwrap(), d["variable"].as_str().unwrap()))
            .collect();
        assert_eq!(order, [("a", "X"), ("a", "Y"), ("b", "X")]);
    }

    #[test]
    fn an_entry_says_where_and_what() {
        let text = rendered([declaration("a", "X")].into_iter());
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            read["declarations"][0],
            json!({
                "function": "a",
                "variable": "X",
                "operations": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
                "declared_at": "src\\\"odd\".rs:7",
            })
        );
    }

    #[test]
    fn a_binary_without_declarations_has_an_empty_manifest() {
        let read: Value = serde_json::from_str(&rendered(std::iter::empty())).unwrap();
        assert_eq!(read["declarations"], json!([]));
    }

    #[test]
    fn only_its_own_argument_asks_for_it() {
        let arguments = |last: &str| ["bootstrap", last].map(OsString::from).into_iter();
        assert!(printed(arguments("--required-env-vars")).is_none());
        assert!(printed(std::iter::once(OsString::from(ARGUMENT))).is_none(), "the program's name");
    }
}
