//! The one error a handler can get from resolution: every variable that is missing, what was
//! tried, and the command that fixes it.

use std::fmt;

use crate::remedy;
use crate::resolve::{Failure, Reason};
use crate::settings::Settings;

/// Variables that could not be resolved.
///
/// `Display` names all of them, what was tried for each and why it failed, and ends with the
/// commands that would fix it. `Debug` is the same text, because that is what a `main` that returns
/// the error prints. It holds names, paths and AWS error messages, never a value.
///
/// ```
/// fn missing(error: &required_env_vars::Error) -> Vec<&str> {
///     error.unresolved().iter().map(|variable| variable.name()).collect()
/// }
/// ```
#[derive(Clone, thiserror::Error)]
#[error("{}", Report(&self.0))]
pub struct Error(Box<Details>);

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone)]
struct Details {
    /// The function they were needed for; `None` for the whole binary.
    function: Option<&'static str>,
    declared: usize,
    unresolved: Vec<Unresolved>,
    settings: Settings,
    region: Option<String>,
}

/// One variable that could not be resolved.
#[derive(Clone, Debug)]
pub struct Unresolved {
    pub(crate) name: &'static str,
    pub(crate) attempts: Vec<Attempt>,
}

/// One place that was tried.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(crate) place: String,
    pub(crate) failure: Failure,
}

impl Error {
    pub(crate) fn new(
        function: Option<&'static str>,
        declared: usize,
        unresolved: Vec<Unresolved>,
        settings: Settings,
        region: Option<String>,
    ) -> Self {
        Self(Box::new(Details { function, declared, unresolved, settings, region }))
    }

    /// Every variable that could not be resolved, by name.
    #[must_use]
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.0.unresolved
    }
}

impl Unresolved {
    /// Name of the variable.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Why: the reason of the last place tried. Only [`Reason::Absent`] means that it was found
    /// nowhere; after any other reason the search ends, so that no other value stands in for one
    /// that may exist.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.attempts.last().map_or(Reason::Absent, |attempt| attempt.failure.reason)
    }

    /// The places tried, in order.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }
}

impl Attempt {
    /// `environment`, or the path of a parameter.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why there was no value.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.failure.reason
    }

    /// The service's own words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.failure.detail
    }
}

struct Report<'e>(&'e Details);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { function, declared, unresolved, settings, region } = self.0;
        write!(f, "{} of {declared} variables of ", unresolved.len())?;
        match function {
            Some(function) => write!(f, "`{function}`")?,
            None => f.write_str("this binary")?,
        }
        write!(
            f,
            " could not be resolved (stage {}, service {}",
            settings.stage, settings.service
        )?;
        if let Some(region) = region {
            write!(f, ", region {region}")?;
        }
        f.write_str("):\n")?;
        for variable in unresolved {
            writeln!(f, "  {}: {}", variable.name, variable.reason())?;
            for Attempt { place, failure } in &variable.attempts {
                writeln!(f, "    {place}: {}", failure.detail)?;
            }
        }
        f.write_str("To fix:")?;
        let commands = remedy::commands(unresolved, settings, region.as_deref());
        commands.iter().try_for_each(|command| write!(f, "\n  {command}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unresolved(name: &'static str, attempts: &[(&str, Reason, &str)]) -> Unresolved {
        let attempts = attempts
            .iter()
            .map(|(place, reason, detail)| Attempt {
                place: (*place).to_owned(),
                failure: Failure::new(*reason, *detail),
            })
            .collect();
        Unresolved { name, attempts }
    }

    #[test]
    fn the_message_names_every_variable_what_was_tried_and_the_remedy() {
        let settings = Settings::read(|name| (name == "SERVICE_NAME").then(|| "files".into()));
        let absent = [
            ("environment", Reason::Absent, "not set"),
            ("/amplify/dev/files/TABLE", Reason::Absent, "no such parameter"),
            ("/amplify/dev/TABLE", Reason::Absent, "no such parameter"),
        ];
        let denied = [
            ("environment", Reason::Absent, "not set"),
            (
                "/amplify/dev/files/KEY",
                Reason::AccessDenied,
                "AccessDeniedException: not authorized",
            ),
        ];
        let error = Error::new(
            Some("app::get_file"),
            3,
            vec![unresolved("TABLE", &absent), unresolved("KEY", &denied)],
            settings,
            Some("eu-west-1".to_owned()),
        );
        assert_eq!(
            error.to_string(),
            "2 of 3 variables of `app::get_file` could not be resolved \
             (stage dev, service files, region eu-west-1):\n\
             \x20 TABLE: absent\n\
             \x20   environment: not set\n\
             \x20   /amplify/dev/files/TABLE: no such parameter\n\
             \x20   /amplify/dev/TABLE: no such parameter\n\
             \x20 KEY: access denied\n\
             \x20   environment: not set\n\
             \x20   /amplify/dev/files/KEY: AccessDeniedException: not authorized\n\
             To fix:\n\
             \x20 aws ssm put-parameter --name '/amplify/dev/files/TABLE' --type String \
             --value '<value of TABLE>' --region eu-west-1\n\
             \x20 aws iam put-role-policy --role-name '<role of the function>' \
             --policy-name 'files-read-parameters' --policy-document \
             '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\
             \"Action\":\"ssm:GetParameters\",\"Resource\":[\
             \"arn:aws:ssm:eu-west-1:*:parameter/amplify/dev/files/KEY\",\
             \"arn:aws:ssm:eu-west-1:*:parameter/amplify/dev/KEY\"]}]}'"
        );
    }
}
