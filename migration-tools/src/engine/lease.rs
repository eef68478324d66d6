//! One run at a time for each deployment, whoever starts it and from which machine.
//!
//! The lease is a record in the table [`TABLE`] of the deployment's account and region, which is made
//! when it is first needed. It expires, so that a holder that died does not lock everybody out, and has
//! a token that grows with every holder: who finds another token than his own has lost the lease and
//! must not write any more.
//!
//! Assumption: the clocks of operators' machines differ by less than [`SKEW`]. A holder stops
//! [`SKEW`] before its lease ends, and nobody takes one over before [`SKEW`] after.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ReturnValue,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TableStatus,
};
use required_env_vars::Failure;

/// The table of leases.
pub const TABLE: &str = "migration-tools-leases";
/// How much clocks may differ.
pub const SKEW: Duration = Duration::from_secs(30);

/// A lease that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it is for, such as `v6-dev`.
    pub of: String,
    /// Who has it, as others are told.
    pub holder: String,
    /// Grows with every holder.
    pub token: u64,
    /// Until when, in seconds since 1970.
    pub expires: u64,
}

/// Why a lease was not taken, or is lost.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else has it.
    #[error(
        "{holder} is at work on {of}; wait for the end of that run, or stop it: the lease ends {seconds} s from now, and then this command takes it over"
    )]
    Held {
        /// What it is for.
        of: String,
        /// Who has it.
        holder: String,
        /// How long it still holds, clocks' differences included.
        seconds: u64,
    },
    /// It expired and somebody else took it.
    #[error(
        "the lease of {0} was taken over by another run, or could not be renewed in time; nothing more is written here"
    )]
    Lost(String),
    /// The table did not come up.
    #[error("the table `{TABLE}` is not active after a minute; try again")]
    NotActive,
    /// A call failed.
    #[error("the lease of {of} in the table `{TABLE}`: {failure}")]
    Failed {
        /// What it is for.
        of: String,
        /// Why.
        failure: Failure,
    },
    /// The request cannot be built, or the answer is not one.
    #[error("the lease of {of} in the table `{TABLE}`: {what}")]
    Unreadable {
        /// What it is for.
        of: String,
        /// What is wrong.
        what: String,
    },
}

impl Lease {
    /// Takes the lease if nobody has it, or if whoever had it let it expire. `holder` names the run and
    /// no other: with something of its own in it, not only the operator and the machine.
    ///
    /// # Errors
    ///
    /// When somebody has it, who is named; or when the table cannot be written.
    pub async fn take(
        client: &Client,
        of: &str,
        holder: &str,
        duration: Duration,
    ) -> Result<Self, LeaseError> {
        match Self::try_take(client, of, holder, duration).await {
            Err(TakeError::NoTable) => {
                create_table(client, of).await?;
                Self::try_take(client, of, holder, duration).await.map_err(|error| error.of(of))
            }
            other => other.map_err(|error| error.of(of)),
        }
    }

    async fn try_take(
        client: &Client,
        of: &str,
        holder: &str,
        duration: Duration,
    ) -> Result<Self, TakeError> {
        let now = now();
        let expires = now.saturating_add(duration.as_secs());
        let answer = client
            .update_item()
            .table_name(TABLE)
            .key("lease", AttributeValue::S(of.to_owned()))
            .update_expression(
                "SET #token = if_not_exists(#token, :none) + :one, #holder = :holder, #expires = :expires",
            )
            .condition_expression("attribute_not_exists(#holder) OR #expires < :over")
            .set_expression_attribute_names(Some(names()))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":holder", AttributeValue::S(holder.to_owned()))
            .expression_attribute_values(":expires", number(expires))
            .expression_attribute_values(":over", number(now.saturating_sub(SKEW.as_secs())))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let token = answer.attributes.as_ref().and_then(|item| whole(item, "token"));
                let token = token.ok_or(TakeError::Unreadable)?;
                Ok(Self { of: of.to_owned(), holder: holder.to_owned(), token, expires })
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ResourceNotFoundException(_)) => Err(TakeError::NoTable),
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let item = failed.item.as_ref().ok_or(TakeError::Unreadable)?;
                    let other = item.get("holder").and_then(|holder| holder.as_s().ok());
                    let until = whole(item, "expires").unwrap_or_default();
                    // An attempt of ours whose answer got lost looks like this too.
                    if other.is_some_and(|other| other == holder) && until == expires {
                        let token = whole(item, "token").ok_or(TakeError::Unreadable)?;
                        return Ok(Self {
                            of: of.to_owned(),
                            holder: holder.to_owned(),
                            token,
                            expires,
                        });
                    }
                    let seconds = until.saturating_add(SKEW.as_secs()).saturating_sub(now);
                    let holder = other.cloned().unwrap_or_default();
                    Err(TakeError::Held { holder, seconds })
                }
                _ => Err(TakeError::Failed(Failure::of(&error))),
            },
        }
    }

    /// Holds the lease for longer.
    ///
    /// # Errors
    ///
    /// When another run has taken it, or the table cannot be written.
    pub async fn renew(&mut self, client: &Client, duration: Duration) -> Result<(), LeaseError> {
        let expires = now().saturating_add(duration.as_secs());
        self.change(client, "SET #expires = :expires", Some(expires)).await?;
        self.expires = expires;
        Ok(())
    }

    /// Gives the lease back. The token stays, so that it keeps growing.
    ///
    /// # Errors
    ///
    /// When another run has taken it, or the table cannot be written.
    pub async fn release(self, client: &Client) -> Result<(), LeaseError> {
        self.change(client, "REMOVE #holder, #expires", None).await
    }

    /// Whether there is still time to write: with clocks' differences, nobody has taken it over.
    #[must_use]
    pub fn holds(&self) -> bool {
        now().saturating_add(SKEW.as_secs()) < self.expires
    }

    /// Whether this is the record that is left when this lease was given back.
    fn is_free(&self, item: &HashMap<String, AttributeValue>) -> bool {
        whole(item, "token") == Some(self.token) && !item.contains_key("holder")
    }

    async fn change(
        &self,
        client: &Client,
        update: &str,
        expires: Option<u64>,
    ) -> Result<(), LeaseError> {
        let request = client
            .update_item()
            .table_name(TABLE)
            .key("lease", AttributeValue::S(self.of.clone()))
            .update_expression(update)
            .condition_expression("#token = :token AND #holder = :holder")
            .set_expression_attribute_names(Some(
                names()
                    .into_iter()
                    .filter(|(alias, _)| alias != "#expires" || update.contains("#expires"))
                    .collect(),
            ))
            .expression_attribute_values(":token", number(self.token))
            .expression_attribute_values(":holder", AttributeValue::S(self.holder.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = match expires {
            Some(expires) => request.expression_attribute_values(":expires", number(expires)),
            None => request,
        };
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // An attempt of ours whose answer got lost has given it back already.
                Some(UpdateItemError::ConditionalCheckFailedException(failed))
                    if expires.is_none()
                        && failed.item.as_ref().is_some_and(|item| self.is_free(item)) =>
                {
                    Ok(())
                }
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => {
                    Err(LeaseError::Lost(self.of.clone()))
                }
                _ => Err(LeaseError::Failed { of: self.of.clone(), failure: Failure::of(&error) }),
            },
        }
    }
}

enum TakeError {
    NoTable,
    Held { holder: String, seconds: u64 },
    Unreadable,
    Failed(Failure),
}

impl TakeError {
    fn of(self, of: &str) -> LeaseError {
        let of = of.to_owned();
        match self {
            Self::NoTable => LeaseError::NotActive,
            Self::Held { holder, seconds } => LeaseError::Held { of, holder, seconds },
            Self::Unreadable => {
                LeaseError::Unreadable { of, what: "the answer has no token".to_owned() }
            }
            Self::Failed(failure) => LeaseError::Failed { of, failure },
        }
    }
}

fn names() -> HashMap<String, String> {
    ["token", "holder", "expires"].map(|name| (format!("#{name}"), name.to_owned())).into()
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn whole(item: &HashMap<String, AttributeValue>, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

async fn create_table(client: &Client, of: &str) -> Result<(), LeaseError> {
    let unbuilt = |error: aws_sdk_dynamodb::error::BuildError| LeaseError::Unreadable {
        of: of.to_owned(),
        what: error.to_string(),
    };
    let attribute = AttributeDefinition::builder()
        .attribute_name("lease")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .map_err(unbuilt)?;
    let key = KeySchemaElement::builder()
        .attribute_name("lease")
        .key_type(KeyType::Hash)
        .build()
        .map_err(unbuilt)?;
    let created = client
        .create_table()
        .table_name(TABLE)
        .attribute_definitions(attribute)
        .key_schema(key)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    if let Err(error) = created
        && !matches!(error.as_service_error(), Some(CreateTableError::ResourceInUseException(_)))
    {
        return Err(LeaseError::Failed { of: of.to_owned(), failure: Failure::of(&error) });
    }
    for _ in 0..60 {
        let described = client.describe_table().table_name(TABLE).send().await;
        let status =
            described.ok().and_then(|answer| answer.table).and_then(|table| table.table_status);
        if status == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err(LeaseError::NotActive)
}
