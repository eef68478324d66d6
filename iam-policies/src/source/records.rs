//! A file of exported tracking records.
//!
//! Read are: the answer of `aws dynamodb scan` or `query` (`{"Items": [...]}`), a list of items, one
//! item, and JSON lines of items or `{"Item": ...}` as an export to S3 writes them; each in
//! DynamoDB's JSON or plain. Numbers and binaries in them are not looked at.

use serde::de::{DeserializeSeed as _, IgnoredAny};

use super::items::Items;
use crate::model::Inventory;

/// Why a file is not one of exported tracking records.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// Nothing is in it.
    #[error("the file is empty; export the table with `aws dynamodb scan --table-name TABLE`")]
    Empty,
    /// It is not JSON, or ends too early.
    #[error("line {line}, column {column}: not JSON, or cut off: {why}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 where the text ends.
        column: usize,
        /// What was expected.
        why: String,
    },
    /// It is JSON of another shape.
    #[error(
        "line {line}: not exported records: expected `{{\"Items\": [...]}}` as `aws dynamodb scan` \
        prints it, a list of items, or one item a line"
    )]
    Shape {
        /// Line on which the value begins that was not understood.
        line: usize,
    },
    /// A scan that was cut into pages has more than one file.
    #[error(
        "the export is only one page of the table (it has a `{0}`); scan without `--max-items` or \
        `--no-paginate`"
    )]
    OnePage(&'static str),
    /// Items of some other table.
    #[error(
        "none of the {0} items has a text attribute `service_var_key`: this is no export of a \
        tracking table"
    )]
    OtherTable(usize),
}

/// Reads exported records.
///
/// # Errors
///
/// [`RecordsError`] where the file as a whole is not what it should be. What is wrong with single
/// records is in the inventory's problems.
///
/// ```
/// let scan = r#"{"Items": [{
///     "service_var_key": {"S": "files#FILES_TABLE"},
///     "resolved_value": {"S": "files-dev"},
///     "operations": {"L": [{"S": "dynamodb:GetItem"}]}
/// }]}"#;
/// let inventory = iam_policies::source::records(scan)?;
/// assert_eq!(inventory.usages[0].variable, "FILES_TABLE");
/// # Ok::<(), iam_policies::source::RecordsError>(())
/// ```
pub fn records(text: &str) -> Result<Inventory, RecordsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut items = Items::default();
    let (mut rest, mut line) = (text, 1);
    while !rest.trim_start().is_empty() {
        let (space, value) = rest.split_at(rest.len() - rest.trim_start().len());
        line += lines(space);
        rest = value;
        items.line = line;
        let mut value = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        // Two passes over each value, the first one for its end: the stream cannot lend `items`.
        let end = match value.next() {
            Some(Ok(_)) => value.byte_offset(),
            Some(Err(error)) => return Err(json_error(&error, line)),
            None => break,
        };
        let (value, behind) = rest.split_at(end);
        line += lines(value);
        let mut value = serde_json::Deserializer::from_str(value);
        if let Err(error) = (&mut items).deserialize(&mut value) {
            return Err(items.wrong.take().unwrap_or_else(|| json_error(&error, items.line)));
        }
        rest = behind;
    }
    items.finish(text)
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// `line` is the one from which the parser counts.
fn json_error(error: &serde_json::Error, line: usize) -> RecordsError {
    let why = error.to_string();
    // Position is said in front; the library's own text repeats it at the end.
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
    RecordsError::Json { line: line + error.line() - 1, column: error.column(), why }
}
