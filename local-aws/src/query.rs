//! The AWS Query protocol: form-encoded parameters in, XML out.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use std::collections::BTreeMap;

use crate::json::AwsError;
use crate::request::Request;
use crate::{form, ids, response};

/// The parameters of a request, with `Action` and `Version` among them.
pub(crate) fn parameters(request: &Request) -> Result<BTreeMap<String, String>, AwsError> {
    let malformed = || AwsError::new("MalformedInput", "the parameters are not form-encoded");
    let body = std::str::from_utf8(&request.body).map_err(|_| malformed())?;
    let pairs = body.split('&').chain(request.uri.query().unwrap_or_default().split('&'));
    pairs
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((form::decode(name)?, form::decode(value)?))
        })
        .collect::<Option<_>>()
        .ok_or_else(malformed)
}

/// An element with other elements in it.
pub(crate) fn parent(name: &str, children: &str) -> String {
    format!("<{name}>{children}</{name}>")
}

/// An element with text in it.
pub(crate) fn element(name: &str, text: &str) -> String {
    parent(name, &response::escape(text))
}

/// The answer to an operation, around the elements of its result.
pub(crate) fn answer(namespace: &str, operation: &str, result: &str) -> String {
    let result = parent(&format!("{operation}Result"), result);
    let metadata = parent("ResponseMetadata", &element("RequestId", &ids::uuid()));
    format!("<{operation}Response xmlns=\"{namespace}\">{result}{metadata}</{operation}Response>")
}
