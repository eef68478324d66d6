//! Parameter Store itself: reading what is there, writing what differs.
//!
//! Parameter Store has no conditional overwrite. A parameter that was absent is created only if it
//! still is; after an overwrite, the version tells whether another writer came in between, whose
//! value then is in the parameter's history.
//!
//! Assumptions that only AWS can prove: `GetParametersByPath` takes `/amplify/{stage}` without
//! reaching into `/amplify/{stage}2`, as its documentation says; and an overwrite that names no tier
//! leaves an advanced parameter advanced.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::put_parameter::PutParameterError;
use aws_sdk_ssm::types::{Parameter as Found, ParameterTier, ParameterType};
use required_env_vars::{Failure, Reason};

use super::plan::{Parameter, Stored};

/// Most parameters a page of `GetParametersByPath` holds, and most names `GetParameters` takes.
const BATCH: usize = 10;
/// Attempts for one write: the rate for writes is small, three a second unless raised.
/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html>
const ATTEMPTS: u32 = 12;

/// Parameter Store, of one region and account.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    advanced: bool,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The value is stored, in this version.
    Stored(i64),
    /// Another writer stored the same value first.
    AlreadyThere,
    /// Another writer wrote this version in between; its value is in the parameter's history.
    Over(i64),
}

/// Why a parameter was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another writer created it in the meantime.
    #[error(
        "another writer created it with another value in the meantime; look at it and run again"
    )]
    Taken,
    /// The account has as many standard parameters as it may.
    #[error(
        "the account has as many parameters as the standard tier allows; delete stale ones, or give --advanced-tier, for money"
    )]
    Full,
    /// The call failed.
    #[error("{0}")]
    Failed(Failure),
}

/// Which of some names exist.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Those that do.
    pub existing: BTreeSet<String>,
    /// Those that cannot be looked at, and why.
    pub hidden: BTreeMap<String, String>,
}

impl Store {
    /// A write that is throttled is tried again, with jitter, for about half a minute; writes go one
    /// after the other, so that one that waits holds the others back too. With `advanced`, what does not fit into the standard tier becomes an advanced parameter.
    #[must_use]
    pub fn new(config: &SdkConfig, advanced: bool) -> Self {
        let retry = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(200))
            .with_max_backoff(Duration::from_secs(5));
        let config = aws_sdk_ssm::config::Builder::from(config).retry_config(retry).build();
        Self { client: Client::from_conf(config), advanced }
    }

    /// Everything below a path, ten a call. Values of SecureStrings are left out, because to read one
    /// that may not be decrypted fails the whole call.
    ///
    /// # Errors
    ///
    /// What the service or the way to it said.
    pub async fn below(&self, path: &str) -> Result<BTreeMap<String, Stored>, Failure> {
        let request = self.client.get_parameters_by_path().path(path).recursive(true);
        let size = i32::try_from(BATCH).unwrap_or(i32::MAX);
        let mut pages = request.max_results(size).into_paginator().send();
        let mut all = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Failure::of(&error))?;
            all.extend(page.parameters.unwrap_or_default().into_iter().filter_map(stored));
        }
        Ok(all)
    }

    /// Decrypts SecureStrings one by one, so that one whose key is out of reach hides no other. Those
    /// keep having no value.
    pub async fn decrypt(&self, stored: &mut BTreeMap<String, Stored>, names: &[&str]) {
        for name in names {
            let Some(own) = stored.get_mut(*name).filter(|own| own.value.is_none()) else {
                continue;
            };
            let answer = self.client.get_parameter().name(*name).with_decryption(true).send().await;
            own.value = answer.ok().and_then(|answer| answer.parameter).and_then(|one| one.value);
        }
    }

    /// Which of these names exist, ten a call. A call that holds a name which the operator may not
    /// see, or none that Parameter Store takes, is made again name by name.
    ///
    /// # Errors
    ///
    /// What the way to the service said; what the service refuses is part of the answer.
    pub async fn existing(&self, names: &BTreeSet<String>) -> Result<Seen, Failure> {
        let names: Vec<String> = names.iter().cloned().collect();
        let mut seen = Seen::default();
        for batch in names.chunks(BATCH) {
            match self.look(batch).await {
                Ok(found) => seen.existing.extend(found),
                Err(failure) if !is_refusal(&failure) => return Err(failure),
                Err(_) => {
                    for name in batch {
                        match self.look(std::slice::from_ref(name)).await {
                            Ok(found) => seen.existing.extend(found),
                            Err(failure) if !is_refusal(&failure) => return Err(failure),
                            Err(failure) => {
                                seen.hidden.insert(name.clone(), failure.to_string());
                            }
                        }
                    }
                }
            }
        }
        Ok(seen)
    }

    async fn look(&self, names: &[String]) -> Result<Vec<String>, Failure> {
        let request = self.client.get_parameters().set_names(Some(names.to_vec()));
        let answer = request.send().await.map_err(|error| Failure::of(&error))?;
        let found = answer.parameters.unwrap_or_default();
        Ok(found.into_iter().filter_map(|one| one.name).collect())
    }

    /// Creates a parameter, or overwrites the version that was seen.
    ///
    /// # Errors
    ///
    /// When it was not written.
    pub async fn write(
        &self,
        wanted: &Parameter,
        seen: Option<i64>,
    ) -> Result<Written, WriteError> {
        let answer = self
            .client
            .put_parameter()
            .name(&wanted.path)
            .value(&wanted.value)
            .description(&wanted.description)
            .r#type(ParameterType::String)
            .overwrite(seen.is_some())
            .set_tier(self.advanced.then_some(ParameterTier::IntelligentTiering))
            .send()
            .await;
        match (answer, seen) {
            (Ok(answer), None) => Ok(Written::Stored(answer.version)),
            (Ok(answer), Some(seen)) if answer.version <= seen + 1 => {
                Ok(Written::Stored(answer.version))
            }
            (Ok(answer), Some(_)) => Ok(self.overwritten(wanted, answer.version).await),
            (Err(error), seen) => match error.as_service_error() {
                Some(PutParameterError::ParameterAlreadyExists(_)) if seen.is_none() => {
                    match self.value(&wanted.path).await {
                        // An attempt of ours whose answer got lost looks like this too.
                        Some(value) if value == wanted.value => Ok(Written::AlreadyThere),
                        _ => Err(WriteError::Taken),
                    }
                }
                Some(PutParameterError::ParameterLimitExceeded(_)) => Err(WriteError::Full),
                _ => Err(WriteError::Failed(Failure::of(&error))),
            },
        }
    }

    /// The version before ours is another writer's, unless it is an attempt of our own whose answer
    /// got lost.
    async fn overwritten(&self, wanted: &Parameter, version: i64) -> Written {
        match self.value(&format!("{}:{}", wanted.path, version - 1)).await {
            Some(value) if value == wanted.value => Written::Stored(version),
            _ => Written::Over(version - 1),
        }
    }

    async fn value(&self, name: &str) -> Option<String> {
        let answer = self.client.get_parameter().name(name).send().await.ok()?;
        answer.parameter?.value
    }
}

/// Whether it is about what was asked, and not about who asked or the way there.
fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.reason(), Reason::AccessDenied | Reason::Refused)
}

fn stored(found: Found) -> Option<(String, Stored)> {
    let secure = found.r#type == Some(ParameterType::SecureString);
    let stored = Stored {
        value: if secure { None } else { found.value },
        is_string: found.r#type == Some(ParameterType::String),
        version: found.version,
    };
    Some((found.name?, stored))
}
