//! What the user pool knows of a user.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserError;
use aws_sdk_cognitoidentityprovider::types::AttributeType;
use required_env_vars::Failure;

use crate::engine::patience::{PATIENCE, Patience, passes};

/// Users who are remembered: some megabytes.
const REMEMBERED: usize = 50_000;

/// Address and name of a user, as the pool has them; nothing where it has an empty one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The attribute `email`.
    pub email: Option<String>,
    /// The attribute `name`, else `given_name` and `family_name`.
    pub name: Option<String>,
}

/// Why nothing is known of a user.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NamesError {
    /// There is no such pool.
    #[error("there is no user pool {0}; give the id of the pool whose users these are")]
    NoPool(String),
    /// The call failed.
    #[error("the user pool {pool}: {failure}")]
    Failed {
        /// The pool.
        pool: String,
        /// Why.
        failure: Failure,
    },
}

/// The users of a pool, one call each, and remembered.
#[derive(Debug)]
pub struct Names {
    client: Client,
    pool: String,
    known: Mutex<HashMap<String, Option<Identity>>>,
}

impl Names {
    /// Those of a pool.
    #[must_use]
    pub fn new(client: Client, pool: impl Into<String>) -> Self {
        Self { client, pool: pool.into(), known: Mutex::default() }
    }

    /// What the pool knows of the user with this `sub`; nothing where it does not know the user.
    ///
    /// `AdminGetUser` takes the `sub` of a local user where the user name is no alias
    /// (<https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html>);
    /// a user whose `sub` and user name are both others is not taken for this one.
    ///
    /// # Errors
    ///
    /// Where there is no such pool, or it cannot be asked although that was tried for minutes.
    pub async fn of(&self, sub: &str) -> Result<Option<Identity>, NamesError> {
        if let Some(known) = self.known().get(sub) {
            return Ok(known.clone());
        }
        let found = self.ask(sub).await?;
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(sub.to_owned(), found.clone());
        Ok(found)
    }

    async fn ask(&self, sub: &str) -> Result<Option<Identity>, NamesError> {
        let request = self.client.admin_get_user().user_pool_id(&self.pool).username(sub);
        let mut patience = Patience::of(PATIENCE);
        loop {
            let error = match request.clone().send().await {
                Ok(user) => {
                    let is_it = user.username() == sub
                        || text(user.user_attributes(), "sub").is_some_and(|own| own == sub);
                    return Ok(is_it.then(|| identity(user.user_attributes())));
                }
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(AdminGetUserError::UserNotFoundException(_)) => return Ok(None),
                // What can be no user's name is nobody's.
                Some(AdminGetUserError::InvalidParameterException(_)) => return Ok(None),
                Some(AdminGetUserError::ResourceNotFoundException(_)) => {
                    return Err(NamesError::NoPool(self.pool.clone()));
                }
                _ => {}
            }
            let failure = Failure::of(&error);
            if !passes(failure.reason()) || !patience.wait().await {
                return Err(NamesError::Failed { pool: self.pool.clone(), failure });
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Option<Identity>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn identity(attributes: &[AttributeType]) -> Identity {
    let both = ["given_name", "family_name"].map(|name| text(attributes, name));
    let both: Vec<&str> = both.into_iter().flatten().collect();
    let name = text(attributes, "name").map(str::to_owned);
    Identity {
        email: text(attributes, "email").map(str::to_owned),
        name: name.or_else(|| (!both.is_empty()).then(|| both.join(" "))),
    }
}

fn text<'a>(attributes: &'a [AttributeType], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|one| one.name == name)?;
    found.value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}

/// Whether there is something, not what.
impl std::fmt::Debug for Identity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (email, name) = (self.email.is_some(), self.name.is_some());
        write!(out, "Identity(email: {email}, name: {name})")
    }
}
