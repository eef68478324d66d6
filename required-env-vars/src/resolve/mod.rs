//! Where values come from: the environment, then Parameter Store, then a complete account of what
//! was tried.

mod failure;
mod parameter_store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;

use aws_sdk_ssm::Client;
use tokio::time::Instant;

pub use failure::{Failure, Reason};
pub(crate) use parameter_store::client;
use parameter_store::{PATIENCE, Parameter};

use crate::error::{Attempt, Unresolved};
use crate::value::{Source, Value};

/// What became of each name.
pub(crate) type Resolution = BTreeMap<&'static str, Result<Value, Unresolved>>;

/// Takes from the process environment what is there: trimmed, empty counts as absent. The second
/// half has the names that are left for Parameter Store.
pub(crate) fn from_environment(
    names: impl IntoIterator<Item = &'static str>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> (Resolution, Vec<&'static str>) {
    let mut resolution = Resolution::new();
    let mut missing = Vec::new();
    for name in names {
        match variable(name).map(OsString::into_string) {
            Some(Ok(text)) if !text.trim().is_empty() => {
                let value = value(name, &text, Source::Environment, false);
                resolution.insert(name, Ok(value));
            }
            // Another value must not quietly stand in for one that somebody set on purpose.
            Some(Err(_)) => {
                let failure = Failure::new(Reason::NotUnicode, "its value is not valid UTF-8");
                let attempt = Attempt { place: "environment".to_owned(), failure };
                resolution.insert(name, Err(Unresolved { name, attempts: vec![attempt] }));
            }
            Some(Ok(_)) | None => missing.push(name),
        }
    }
    missing.sort_unstable();
    missing.dedup();
    (resolution, missing)
}

/// Takes the rest from Parameter Store: the service's own path of each name, then the shared path
/// of those that are absent there. A path that could not be read ends the search for its name,
/// because the shared value may not be the one that was meant.
pub(crate) async fn from_parameter_store(
    client: &Client,
    names: &[&'static str],
    path: impl Fn(Source, &str) -> String,
) -> Resolution {
    let mut resolution = Resolution::new();
    let mut tried: BTreeMap<&'static str, Vec<Attempt>> = names
        .iter()
        .map(|name| {
            let failure = Failure::new(Reason::Absent, "not set");
            (*name, vec![Attempt { place: "environment".to_owned(), failure }])
        })
        .collect();

    let deadline = Instant::now() + PATIENCE;
    for source in [Source::ServiceParameter, Source::SharedParameter] {
        let paths = tried.keys().map(|name| (path(source, name), *name)).collect();
        for (path, name, found) in parameter_store::fetch(client, paths, deadline).await {
            let failure = match found {
                Ok(Parameter { text, secure }) if !text.trim().is_empty() => {
                    tried.remove(name);
                    resolution.insert(name, Ok(value(name, &text, source, secure)));
                    continue;
                }
                Ok(_) => Failure::new(Reason::Absent, "its value is blank"),
                Err(failure) => failure,
            };
            let over = failure.reason != Reason::Absent;
            if let Some(attempts) = tried.get_mut(name) {
                attempts.push(Attempt { place: path, failure });
            }
            if over && let Some(attempts) = tried.remove(name) {
                resolution.insert(name, Err(Unresolved { name, attempts }));
            }
        }
    }
    let absent = |(name, attempts)| (name, Err(Unresolved { name, attempts }));
    resolution.extend(tried.into_iter().map(absent));
    resolution
}

fn value(name: &'static str, text: &str, source: Source, secure: bool) -> Value {
    Value { name, text: text.trim().into(), source, secure }
}
