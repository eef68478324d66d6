//! The deployment that is worked on, and what may be in its names.

/// A deployment: its name and stage, which every name of its resources is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deployment {
    dep_name: String,
    stage: String,
}

/// Why a deployment cannot be named so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} `{value}` {why}; {remedy}")]
pub struct DeploymentError {
    /// `deployment name` or `stage`.
    pub what: &'static str,
    /// As it was given.
    pub value: String,
    /// What is wrong with it.
    pub why: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Deployment {
    /// Checks that names of buckets can be made of both: lower case letters, digits and hyphens, not
    /// at the ends. How long they may be depends on the resource: see
    /// [`check_name`](super::check_name).
    ///
    /// # Errors
    ///
    /// With the part that breaks a rule.
    pub fn new(dep_name: &str, stage: &str) -> Result<Self, DeploymentError> {
        check("deployment name", dep_name, "give the DEP_NAME of the deployment's variable file")?;
        check("stage", stage, "give the stage that was deployed: dev, staging or prod")?;
        Ok(Self { dep_name: dep_name.to_owned(), stage: stage.to_owned() })
    }

    /// Its name, such as `v6`.
    #[must_use]
    pub fn dep_name(&self) -> &str {
        &self.dep_name
    }

    /// Its stage, such as `dev`.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.stage
    }

    /// The full name of one of its services: `amplify-{dep}-{service}`.
    #[must_use]
    pub fn service(&self, service: &str) -> String {
        format!("amplify-{}-{service}", self.dep_name)
    }
}

fn check(what: &'static str, value: &str, remedy: &'static str) -> Result<(), DeploymentError> {
    let refuse = |why: String| Err(DeploymentError { what, value: value.to_owned(), why, remedy });
    if value.is_empty() {
        return refuse("is empty".to_owned());
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Some(bad) = value.chars().find(|c| !allowed(*c)) {
        let bad = bad.escape_debug();
        return refuse(format!("has the character `{bad}`, which no bucket may have in its name"));
    }
    if value.starts_with('-') || value.ends_with('-') {
        return refuse("starts or ends with a hyphen".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_in_a_name_is_refused_with_the_reason() {
        for (dep, stage, expected) in [
            ("", "dev", "the deployment name `` is empty"),
            ("V6", "dev", "has the character `V`"),
            ("v 6", "dev", "has the character ` `"),
            ("v6", "dev/", "the stage `dev/` has the character `/`"),
            ("v6-", "dev", "starts or ends with a hyphen"),
        ] {
            let error = Deployment::new(dep, stage).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|text| text.contains(expected)), "{error:?}");
        }
    }
}
