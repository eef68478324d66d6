//! A file of exported tracking records.
//!
//! Read are: the answer of `aws dynamodb scan` or `query` (`{"Items": [...]}`), a list of items, one
//! item, and JSON lines of items or `{"Item": ...}` as an export to S3 writes them; each in
//! DynamoDB's JSON or plain. Numbers and binaries in them are not looked at.

use serde_json::Value;

use super::field;
use super::record::{Reader, has_key};
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
    let mut values = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    loop {
        let line = line_at(text, stream.byte_offset());
        match stream.next() {
            Some(Ok(value)) => values.push((line, value)),
            Some(Err(error)) => return Err(json_error(&error)),
            None => break,
        }
    }
    let mut items = Vec::new();
    for (line, value) in values {
        collect(value, line, &mut items)?;
    }
    if items.is_empty() && text.trim().is_empty() {
        return Err(RecordsError::Empty);
    }
    let mut reader = Reader::default();
    let mut any = items.is_empty();
    for (at, (line, item)) in items.iter().enumerate() {
        let record = field::item(item).ok_or(RecordsError::Shape { line: *line })?;
        any |= has_key(&record);
        reader.read(&record, &format!("item {}", at + 1));
    }
    if any { Ok(reader.finish()) } else { Err(RecordsError::OtherTable(items.len())) }
}

fn collect(value: Value, line: usize, items: &mut Vec<(usize, Value)>) -> Result<(), RecordsError> {
    match value {
        Value::Array(list) => items.extend(list.into_iter().map(|item| (line, item))),
        Value::Object(mut map) => {
            for page in ["LastEvaluatedKey", "NextToken"] {
                if map.get(page).is_some_and(|value| !value.is_null()) && map.contains_key("Items")
                {
                    return Err(RecordsError::OnePage(page));
                }
            }
            match (map.remove("Items"), map.remove("Item")) {
                (Some(Value::Array(list)), None) => {
                    items.extend(list.into_iter().map(|item| (line, item)));
                }
                (None, Some(item @ Value::Object(_))) => items.push((line, item)),
                (None, None) => items.push((line, Value::Object(map))),
                _ => return Err(RecordsError::Shape { line }),
            }
        }
        _ => return Err(RecordsError::Shape { line }),
    }
    Ok(())
}

fn line_at(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or_default();
    let begin = offset + rest.len() - rest.trim_start().len();
    1 + text.bytes().take(begin).filter(|byte| *byte == b'\n').count()
}

fn json_error(error: &serde_json::Error) -> RecordsError {
    let why = error.to_string();
    // Position is said in front; the library's own text repeats it at the end.
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
    RecordsError::Json { line: error.line(), column: error.column(), why }
}
