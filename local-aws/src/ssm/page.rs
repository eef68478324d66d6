//! Where a page of a listing begins.

use crate::json::{AwsError, Members};
pub(super) use crate::page::cut;
use crate::page::key;

/// The key after which the page begins, from `NextToken`.
pub(super) fn start(members: Members<'_>) -> Result<Option<String>, AwsError> {
    let Some(token) = members.str("NextToken")? else { return Ok(None) };
    let invalid = || AwsError::new("InvalidNextToken", "The specified token isn't valid.");
    key(token).map(Some).ok_or_else(invalid)
}
