//! Looking values up by names that are chosen at run time.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fmt;

use aws_config::SdkConfig;

use crate::error::Unresolved;
use crate::resolve;
use crate::settings::Settings;
use crate::value::{Source, Value};

/// A value that [`look_up`] found.
pub struct Found(Value);

impl Found {
    /// The value, without white space around it.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.0.text
    }

    /// Where it was found.
    #[must_use]
    pub fn source(&self) -> Source {
        self.0.source
    }
}

/// Like the `Debug` form of a resolved variable: a SecureString is not shown.
impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Resolves variables outside of a declaration, by the rules of every declared one: environment,
/// `/amplify/{stage}/{service}/{NAME}`, `/amplify/{stage}/{NAME}`. For tools that take a variable if
/// there is one, and have another way if there is none; handlers declare what they need.
///
/// `names` gives each name with the service whose path it is looked for under. Ten names a call, all
/// calls at once, and no call for what is in the environment. `PARAMETER_STORE_PREFIX` replaces
/// `/amplify`.
///
/// A name that was found nowhere has an [`Unresolved`] whose reason is
/// [`Reason::Absent`](crate::Reason::Absent). After any other reason a value may exist.
pub async fn look_up(
    config: &SdkConfig,
    stage: &str,
    names: &[(&'static str, &str)],
) -> BTreeMap<&'static str, Result<Found, Unresolved>> {
    let wanted = names.iter().map(|(name, _)| *name);
    let (mut resolution, missing) = resolve::from_environment(wanted, |name| env::var_os(name));
    if !missing.is_empty() {
        let services: HashMap<&str, &str> = names.iter().copied().collect();
        let read = Settings::read(|name| env::var_os(name));
        let settings = Settings { stage: stage.to_owned(), ..read };
        let client = resolve::client(config);
        let path = |source, name: &str| {
            let service = services.get(name).copied().unwrap_or_default().to_owned();
            Settings { service, ..settings.clone() }.path(source, name)
        };
        resolution.extend(resolve::from_parameter_store(&client, &missing, path).await);
    }
    resolution.into_iter().map(|(name, outcome)| (name, outcome.map(Found))).collect()
}
