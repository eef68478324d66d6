//! Objects are deleted, each on the condition that it is still the one that was listed.
//!
//! Up to a thousand go with one call, whose body is XML. That cannot name every object: where a name has
//! a character that XML does not have, S3 takes none of them. Such an object goes with a call of its own.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use required_env_vars::Failure;

use super::list::Listed;
use super::stop_of;
use crate::engine::patience::{Patience, passes};
use crate::engine::stop::Stop;

/// Deletes objects of a bucket.
pub struct Removal<'a> {
    /// What calls.
    pub client: &'a Client,
    /// What the objects are called in findings.
    pub label: &'static str,
    /// The bucket's name.
    pub bucket: &'a str,
    /// How long a busy service is waited for.
    pub patience: Duration,
    /// Whether writing is still allowed, asked before every call.
    pub may_write: &'a (dyn Fn() -> Result<(), Stop> + Sync),
}

/// Names of objects that were not deleted, and why.
pub type Refused = Vec<(String, String)>;

impl Removal<'_> {
    /// Deletes these, a thousand at most; answers which of them were not, and why.
    ///
    /// # Errors
    ///
    /// What ends the work on more than single objects.
    pub async fn remove(&self, objects: &[&Listed]) -> Result<Refused, Stop> {
        let (plain, odd): (Vec<&Listed>, Vec<&Listed>) =
            objects.iter().partition(|one| one.key.chars().all(is_of_xml));
        let mut refused = self.together(plain).await?;
        for one in odd {
            refused.extend(self.alone(one).await?);
        }
        Ok(refused)
    }

    async fn together(&self, objects: Vec<&Listed>) -> Result<Refused, Stop> {
        let mut patience = Patience::of(self.patience);
        let mut rest = objects;
        let mut refused = Vec::new();
        while !rest.is_empty() {
            (self.may_write)()?;
            let ids = rest.iter().filter_map(|one| {
                ObjectIdentifier::builder().key(&one.key).e_tag(&one.etag).build().ok()
            });
            let delete = Delete::builder().quiet(true).set_objects(Some(ids.collect())).build();
            let delete = delete
                .map_err(|error| Stop::Table { table: self.label, why: error.to_string() })?;
            let why = match self
                .client
                .delete_objects()
                .bucket(self.bucket)
                .delete(delete)
                .send()
                .await
            {
                Ok(answer) => {
                    let mut again = Vec::new();
                    for error in answer.errors() {
                        let code = error.code().unwrap_or_default();
                        let key = error.key().unwrap_or_default();
                        match code {
                            "SlowDown" | "InternalError" | "ServiceUnavailable" => {
                                again.extend(rest.iter().find(|one| one.key == key).copied());
                            }
                            "NoSuchKey" => {}
                            _ => {
                                let message = error.message().unwrap_or_default();
                                refused.push((key.to_owned(), format!("{code}: {message}")));
                            }
                        }
                    }
                    rest = again;
                    "S3 was busy for minutes".to_owned()
                }
                Err(error) => {
                    let failure = Failure::of(&error);
                    if let Some(stop) = stop_of(self.label, &failure) {
                        return Err(stop);
                    }
                    if !passes(failure.reason()) {
                        patience = Patience::of(Duration::ZERO);
                    }
                    failure.to_string()
                }
            };
            if !rest.is_empty() && !patience.wait().await {
                refused.extend(rest.iter().map(|one| (one.key.clone(), why.clone())));
                break;
            }
        }
        Ok(refused)
    }

    async fn alone(&self, one: &Listed) -> Result<Option<(String, String)>, Stop> {
        let mut patience = Patience::of(self.patience);
        loop {
            (self.may_write)()?;
            let call = self.client.delete_object().bucket(self.bucket).key(&one.key);
            let failure = match call.if_match(&one.etag).send().await {
                Ok(_) => return Ok(None),
                Err(error) => Failure::of(&error),
            };
            if failure.detail().starts_with("NoSuchKey") {
                return Ok(None);
            }
            if let Some(stop) = stop_of(self.label, &failure) {
                return Err(stop);
            }
            if !passes(failure.reason()) || !patience.wait().await {
                return Ok(Some((one.key.clone(), failure.detail().to_owned())));
            }
        }
    }
}

/// Whether XML has this character. <https://www.w3.org/TR/xml/#charsets>
fn is_of_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
