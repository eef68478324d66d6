//! What the operator chose: a flag beats the environment, the environment beats the settings file.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::amplify::Deployment;
use aws_clients::Choice;
use aws_config::SdkConfig;
use required_env_vars::{Reason, look_up};
use serde::Deserialize;

use super::end::Failed;
use super::global::Global;

/// The settings file that is read where no other is named.
const DEFAULT_FILE: &str = "migration-tools.toml";

/// The deployment, and the way to it.
pub(super) struct Settings {
    pub(super) deployment: Deployment,
    pub(super) region: String,
    pub(super) config: SdkConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SettingsFile {
    dep_name: Option<String>,
    stage: Option<String>,
    region: Option<String>,
    profile: Option<String>,
}

impl Settings {
    /// Makes no call, unless region or credentials are the machine's to say.
    pub(super) async fn read(global: &Global) -> Result<Self, Failed> {
        let file = SettingsFile::read(global.config.as_deref())?;
        let chosen = |flag: &Option<String>, name: &str, file: Option<String>| {
            flag.clone().or_else(|| variable(name)).or(file)
        };
        let needed = |value: Option<String>, what: &str, flag: &str, name: &str| {
            value.ok_or_else(|| {
                let key = flag.trim_start_matches('-');
                Failed::Usage(format!(
                    "no {what} was given; give {flag}, set {name}, or write `{key} = \"...\"` into {DEFAULT_FILE}"
                ))
            })
        };
        let dep_name = chosen(&global.dep_name, "DEP_NAME", file.dep_name);
        let dep_name = needed(dep_name, "deployment name", "--dep-name", "DEP_NAME")?;
        let stage = chosen(&global.stage, "STAGE", file.stage);
        let stage = needed(stage, "stage", "--stage", "STAGE")?;
        let deployment = Deployment::new(&dep_name, &stage)?;
        let region = chosen(&global.region, "AWS_REGION", file.region);
        if let Some(region) = &region {
            check_region(region)?;
        }
        let profile = chosen(&global.profile, "AWS_PROFILE", file.profile);
        let config = Choice { region, profile, endpoint_url: None }.load().await;
        let region = config.region().map(ToString::to_string);
        let region = needed(region, "region", "--region", "AWS_REGION")?;
        check_region(&region)?;
        Ok(Self { deployment, region, config })
    }

    /// The value of a variable that the deployment itself publishes, resolved as a declared one is; nothing
    /// where it is nowhere.
    pub(super) async fn found(&self, variable: &'static str) -> Result<Option<String>, Failed> {
        let wanted = [(variable, self.deployment.dep_name())];
        let found = look_up(&self.config, self.deployment.stage(), &wanted).await;
        match found.into_values().next() {
            Some(Ok(found)) => Ok(Some(found.value().to_owned())),
            Some(Err(error)) if error.reason() != Reason::Absent => {
                Err(Failed::Variable { name: variable, unresolved: Box::new(error) })
            }
            _ => Ok(None),
        }
    }
}

impl SettingsFile {
    fn read(given: Option<&Path>) -> Result<Self, Failed> {
        let path = given.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_owned);
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|source| Failed::Settings { path, source: Box::new(source) }),
            Err(error) if given.is_none() && error.kind() == ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => Err(Failed::SettingsFile { path, source }),
        }
    }
}

/// A variable that is set and not blank.
fn variable(name: &str) -> Option<String> {
    let value = env::var(name).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// Regions are named `eu-west-1`, `us-gov-east-1`, `ap-southeast-4`.
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
fn check_region(region: &str) -> Result<(), Failed> {
    let parts: Vec<&str> = region.split('-').collect();
    let (last, names) = parts.split_last().unwrap_or((&"", &[]));
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_region = names.len() >= 2
        && names.iter().copied().all(is_name)
        && !last.is_empty()
        && last.bytes().all(|b| b.is_ascii_digit());
    if is_region {
        return Ok(());
    }
    Err(Failed::Usage(format!(
        "`{}` is no region; regions are named like eu-west-1",
        region.escape_debug()
    )))
}
