//! The command lines that do the steps.

use std::path::Path;

use crate::amplify::Deployment;

/// Writes command lines for one deployment.
#[derive(Clone, Debug)]
pub struct Commands {
    dep_name: String,
    flags: String,
    region: String,
    stage: String,
    csv_file: String,
    profile: Option<String>,
}

impl Commands {
    /// For a deployment, in a region, by a profile if one was given, with this id map.
    #[must_use]
    pub fn new(of: &Deployment, region: &str, profile: Option<&str>, csv_file: &Path) -> Self {
        let (dep_name, stage) = (of.dep_name(), of.stage());
        let mut flags =
            format!("--dep-name {dep_name} --stage {stage} --region {}", quoted(region));
        if let Some(profile) = profile {
            flags += &format!(" --profile {}", quoted(profile));
        }
        Self {
            dep_name: dep_name.to_owned(),
            flags,
            region: region.to_owned(),
            stage: stage.to_owned(),
            csv_file: quoted(&csv_file.display().to_string()),
            profile: profile.map(str::to_owned),
        }
    }

    pub(super) fn dep_name(&self) -> &str {
        &self.dep_name
    }

    pub(super) fn csv_file(&self) -> &str {
        &self.csv_file
    }

    fn own(&self, command: &str, more: &str) -> String {
        let line = format!("migration-tools {command} {} {more}", self.flags);
        line.trim_end().to_owned()
    }

    pub(super) fn populate(&self) -> [String; 2] {
        let command = "populate-parameter-store";
        [self.own(command, "--dry-run"), self.own(command, "")]
    }

    pub(super) fn generate_csv(&self) -> [String; 2] {
        ["--use-sub", "--no-id-change"]
            .map(|how| self.own("generate-csv", &format!("{how} --csv-file {}", self.csv_file)))
    }

    pub(super) fn backup(&self) -> [String; 2] {
        [self.own("backup-prereq", ""), self.own("backup-prereq", "--verify-only")]
    }

    pub(super) fn migrate(&self, more: &str) -> [String; 2] {
        let file = format!("--csv-file {} {more}", self.csv_file);
        let real = self.own("id-migration", &file);
        [format!("{real} --dry-run"), real]
    }

    pub(super) fn verify(&self) -> String {
        self.own("verify", &format!("--csv-file {}", self.csv_file))
    }

    pub(super) fn config_check(&self) -> String {
        self.own("config", "--check")
    }

    /// Deploys or removes a service of the project, from its root.
    pub(super) fn serverless(&self, service: &str, what: &str) -> String {
        let profile = self.profile.as_deref().map(|name| format!("AWS_PROFILE={} ", quoted(name)));
        format!("{}serverless {service}:{what} --stage {}", profile.unwrap_or_default(), self.stage)
    }

    /// The base service is deployed with a layer that is built before.
    pub(super) fn deploy_base(&self) -> [String; 2] {
        [
            "(cd amplify-lambda/markitdown && ./markitdown.sh)".to_owned(),
            self.serverless("amplify-lambda", "deploy"),
        ]
    }

    pub(super) fn wait_for_deletion(&self, stack: &str) -> String {
        let profile = self.profile.as_deref().map(|name| format!(" --profile {}", quoted(name)));
        format!(
            "aws cloudformation wait stack-delete-complete --stack-name {stack} --region {}{}",
            quoted(&self.region),
            profile.unwrap_or_default()
        )
    }
}

/// As a POSIX shell reads it back.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(profile: Option<&str>, csv: &str) -> Commands {
        let of = Deployment::new("v6", "dev").unwrap();
        Commands::new(&of, "eu-west-1", profile, Path::new(csv))
    }

    #[test]
    fn lines_can_be_pasted_whatever_the_file_is_called() {
        let [dry, real] = commands(None, "a b/it's.csv").migrate("--allow-chains");
        let flags = "--dep-name v6 --stage dev --region eu-west-1";
        let file = r"--csv-file 'a b/it'\''s.csv' --allow-chains";
        assert_eq!(real, format!("migration-tools id-migration {flags} {file}"));
        assert_eq!(dry, format!("{real} --dry-run"));
    }

    #[test]
    fn the_profile_goes_with_every_command() {
        let commands = commands(Some("ops"), "users.csv");
        assert!(commands.verify().contains("--profile ops "), "{}", commands.verify());
        let deploy = commands.serverless("amplify-lambda", "deploy");
        assert_eq!(deploy, "AWS_PROFILE=ops serverless amplify-lambda:deploy --stage dev");
        assert!(commands.wait_for_deletion("x").ends_with("--region eu-west-1 --profile ops"));
    }
}
