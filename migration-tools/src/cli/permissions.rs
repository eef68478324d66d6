//! `permissions`: what commands do to which resource of this deployment.

use std::env;

use clap::Args;
use clap::builder::PossibleValuesParser;
use required_env_vars::{Reason, look_up};

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::session::now;
use super::settings::Settings;
use crate::amplify::{derived_names, names};
use crate::declared::{COMMANDS, Place, records};

/// The variable of the user pool's id.
const POOL: &str = "COGNITO_USER_POOL_ID";
/// The variable of the table of profiles.
const PROFILES: &str = "USER_PROFILES_TABLE";

#[derive(Args, Debug)]
pub(super) struct Permissions {
    /// The commands [default: all that are described]
    #[arg(value_name = "COMMAND", value_parser = PossibleValuesParser::new(COMMANDS.map(|(command, _)| command)))]
    commands: Vec<String>,
    /// Make no call: do not look in Parameter Store for resources that have other names
    #[arg(long)]
    derived_names: bool,
    /// The user pool [default: COGNITO_USER_POOL_ID of the environment, or of the stage in Parameter
    /// Store]
    #[arg(long, value_name = "ID")]
    user_pool_id: Option<String>,
    /// The table of profiles [default: USER_PROFILES_TABLE of the environment, or of the stage in
    /// Parameter Store]
    #[arg(long, value_name = "NAME")]
    profiles_table: Option<String>,
}

impl Permissions {
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let deployment = &settings.deployment;
        let named = match self.derived_names {
            true => derived_names(deployment)?,
            false => names(&settings.config, deployment).await?,
        };
        let user_pool = match (self.user_pool_id, self.derived_names) {
            (None, false) => user_pool(&settings).await?,
            (given, _) => given,
        };
        let all = COMMANDS.map(|(command, _)| command);
        let chosen: Vec<&str> = self.commands.iter().map(String::as_str).collect();
        let about_profiles = chosen.is_empty() || chosen.contains(&"profiles");
        let profiles = match self.profiles_table {
            None if about_profiles && !self.derived_names => settings.found(PROFILES).await?,
            given => given,
        };
        let (now, prefix) = (now(), prefix());
        let place = Place {
            deployment,
            region: &settings.region,
            named: &named,
            user_pool: user_pool.as_deref(),
            profiles: profiles.as_deref(),
            prefix: &prefix,
            day: now.get(..10).unwrap_or_default(),
        };
        let records = records(if chosen.is_empty() { &all } else { &chosen }, &place);
        console.document_always(&records);
        Ok(End::Done)
    }
}

/// The user pool, where it is known.
async fn user_pool(settings: &Settings) -> Result<Option<String>, Failed> {
    let service = settings.deployment.service("lambda");
    let wanted = [(POOL, service.as_str())];
    let found = look_up(&settings.config, settings.deployment.stage(), &wanted).await;
    match found.into_values().next() {
        Some(Ok(found)) => Ok(Some(found.value().to_owned())),
        Some(Err(error)) if error.reason() != Reason::Absent => Err(Failed::Pool(Box::new(error))),
        _ => Ok(None),
    }
}

/// The first part of every parameter's path.
fn prefix() -> String {
    let given = env::var("PARAMETER_STORE_PREFIX").unwrap_or_default();
    match given.trim() {
        "" => "/amplify".to_owned(),
        given => match given.trim_matches('/') {
            "" => String::new(),
            inner => format!("/{inner}"),
        },
    }
}
