//! The few variables that say where the others are found.

use std::ffi::OsString;
use std::time::Duration;

use crate::value::Source;

/// Stage, service and places, read once per container from the process environment.
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `STAGE` | deployment stage | `dev` |
/// | `SERVICE_NAME` | the service this function belongs to | `unknown` |
/// | `PARAMETER_STORE_PREFIX` | first part of every parameter path | `/amplify` |
/// | `VERSION` | version of the deployed code, recorded in the tracking table | none |
/// | `ENV_VARS_TRACKING_TABLE` | tracking table; tracking is off without it | none |
/// | `ENV_VARS_TRACKING_TIMEOUT_MS` | how long tracking may hold up an answer, in milliseconds | 1000 |
///
/// Values are trimmed; an empty one, or one that is not UTF-8 or not a number
/// where it should be one, counts as absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) stage: String,
    pub(crate) service: String,
    pub(crate) prefix: String,
    pub(crate) version: Option<String>,
    pub(crate) tracking_table: Option<String>,
    /// How long tracking may hold up an answer.
    pub(crate) tracking_time: Duration,
    /// Name of the deployed Lambda, where it runs in one.
    pub(crate) lambda: Option<String>,
}

impl Settings {
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            let value = variable(name)?.into_string().ok()?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let prefix = text("PARAMETER_STORE_PREFIX").unwrap_or_else(|| "/amplify".to_owned());
        Self {
            stage: text("STAGE").unwrap_or_else(|| "dev".to_owned()),
            service: text("SERVICE_NAME").unwrap_or_else(|| "unknown".to_owned()),
            prefix: normalized(&prefix),
            version: text("VERSION"),
            tracking_table: text("ENV_VARS_TRACKING_TABLE"),
            tracking_time: text("ENV_VARS_TRACKING_TIMEOUT_MS")
                .and_then(|number| number.parse().ok())
                .map_or(Duration::from_secs(1), Duration::from_millis),
            lambda: text("AWS_LAMBDA_FUNCTION_NAME"),
        }
    }

    /// The path of a parameter: the shared one, or the service's own.
    pub(crate) fn path(&self, source: Source, name: &str) -> String {
        match source {
            Source::SharedParameter => self.shared_path(name),
            _ => self.service_path(name),
        }
    }

    /// `/amplify/{STAGE}/{SERVICE_NAME}/{NAME}`
    pub(crate) fn service_path(&self, name: &str) -> String {
        format!("{}/{}/{}/{name}", self.prefix, self.stage, self.service)
    }

    /// `/amplify/{STAGE}/{NAME}`
    pub(crate) fn shared_path(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.prefix, self.stage)
    }
}

/// One leading slash, none at the end.
fn normalized(prefix: &str) -> String {
    match prefix.trim_matches('/') {
        "" => String::new(),
        inner => format!("/{inner}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        Settings::read(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn paths_have_the_defaults_of_the_original() {
        let settings = settings(&[]);
        assert_eq!(settings.service_path("A"), "/amplify/dev/unknown/A");
        assert_eq!(settings.shared_path("A"), "/amplify/dev/A");
        assert_eq!(settings.tracking_table, None);
    }

    #[test]
    fn blank_settings_count_as_absent_and_others_are_trimmed() {
        let settings = settings(&[("STAGE", "  "), ("SERVICE_NAME", " files "), ("VERSION", "")]);
        assert_eq!(settings.service_path("A"), "/amplify/dev/files/A");
        assert_eq!(settings.version, None);
    }

    #[test]
    fn a_prefix_is_taken_with_or_without_its_slashes() {
        for prefix in ["/acme/live", "acme/live", "/acme/live/"] {
            let settings = settings(&[("PARAMETER_STORE_PREFIX", prefix), ("STAGE", "prod")]);
            assert_eq!(settings.shared_path("A"), "/acme/live/prod/A");
        }
        assert_eq!(settings(&[("PARAMETER_STORE_PREFIX", "/")]).shared_path("A"), "/dev/A");
    }
}
