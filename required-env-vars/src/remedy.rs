//! What to type after variables could not be resolved. Pure.

use std::collections::BTreeMap;

use crate::error::Unresolved;
use crate::resolve::Reason;
use crate::settings::Settings;

/// One command or a few, in a stable order: what concerns several variables is said once, because
/// a policy that is put twice under one name is put once.
pub(crate) fn commands(
    unresolved: &[Unresolved],
    settings: &Settings,
    region: Option<&str>,
) -> Vec<String> {
    let mut by_reason: BTreeMap<Reason, Vec<&Unresolved>> = BTreeMap::new();
    for variable in unresolved {
        by_reason.entry(variable.reason()).or_default().push(variable);
    }
    let remedies = Remedies { settings, region };
    by_reason.into_iter().flat_map(|(reason, variables)| remedies.of(reason, &variables)).collect()
}

struct Remedies<'r> {
    settings: &'r Settings,
    region: Option<&'r str>,
}

impl Remedies<'_> {
    fn of(&self, reason: Reason, variables: &[&Unresolved]) -> Vec<String> {
        let at = self.region.map(|region| format!(" --region {region}")).unwrap_or_default();
        match reason {
            Reason::Absent => variables.iter().map(|variable| self.put(variable.name())).collect(),
            Reason::NotUnicode => {
                let repair = |variable: &&Unresolved| {
                    let name = variable.name();
                    format!(
                        "remove {name} from the function's environment, then: {}",
                        self.put(name)
                    )
                };
                variables.iter().map(repair).collect()
            }
            Reason::AccessDenied => vec![self.allow_parameters(variables)],
            Reason::Undecryptable => vec![self.allow_key()],
            Reason::Throttled => vec![format!(
                "aws ssm update-service-setting --setting-id \
                 /ssm/parameter-store/high-throughput-enabled --setting-value true{at}"
            )],
            Reason::BadCredentials => vec!["aws sts get-caller-identity".to_owned()],
            Reason::Unreachable => vec![format!(
                "check the function's route to Parameter Store (VPC endpoint, NAT, \
                 AWS_ENDPOINT_URL); from there: aws ssm get-parameters --names {}{at}",
                self.last_paths(variables)
            )],
            Reason::Refused => {
                vec![format!("aws ssm get-parameters --names {}{at}", self.last_paths(variables))]
            }
        }
    }

    fn put(&self, name: &str) -> String {
        let path = quoted(&self.settings.service_path(name));
        let at = self.region.map(|region| format!(" --region {region}")).unwrap_or_default();
        format!("aws ssm put-parameter --name {path} --type String --value '<value of {name}>'{at}")
    }

    fn allow_parameters(&self, variables: &[&Unresolved]) -> String {
        let (partition, region) = (self.partition(), self.region.unwrap_or("*"));
        let paths = variables.iter().flat_map(|variable| {
            let name = variable.name();
            [self.settings.service_path(name), self.settings.shared_path(name)]
        });
        let arns: Vec<String> = paths
            .map(|path| format!("\"arn:{partition}:ssm:{region}:*:parameter{path}\""))
            .collect();
        self.put_policy(
            "read-parameters",
            &format!("\"Action\":\"ssm:GetParameters\",\"Resource\":[{}]", arns.join(",")),
        )
    }

    fn allow_key(&self) -> String {
        let region = self.region.unwrap_or("*");
        self.put_policy(
            "decrypt-parameters",
            &format!(
                "\"Action\":\"kms:Decrypt\",\"Resource\":\"<ARN of the parameter's key>\",\
                 \"Condition\":{{\"StringLike\":{{\"kms:ViaService\":\"ssm.{region}.amazonaws.com\"}}}}"
            ),
        )
    }

    fn put_policy(&self, name: &str, statement: &str) -> String {
        let document = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",{statement}}}]}}"
        );
        format!(
            "aws iam put-role-policy --role-name '<role of the function>' --policy-name {} \
             --policy-document {}",
            quoted(&format!("{}-{name}", self.settings.service)),
            quoted(&document)
        )
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    fn partition(&self) -> &'static str {
        match self.region {
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The path each variable failed at; ten at most, as many as a call takes.
    fn last_paths(&self, variables: &[&Unresolved]) -> String {
        let path = |variable: &&Unresolved| match variable.attempts().last() {
            Some(attempt) if attempt.place().starts_with('/') => quoted(attempt.place()),
            _ => quoted(&self.settings.service_path(variable.name())),
        };
        let paths: Vec<String> = variables.iter().take(10).map(path).collect();
        paths.join(" ")
    }
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Attempt;
    use crate::resolve::Failure;

    fn failed(name: &'static str, place: &str, reason: Reason) -> Unresolved {
        let failure = Failure::new(reason, "");
        Unresolved { name, attempts: vec![Attempt { place: place.to_owned(), failure }] }
    }

    fn settings() -> Settings {
        Settings::read(|name| (name == "SERVICE_NAME").then(|| "files".into()))
    }

    #[test]
    fn several_denied_variables_make_one_policy_of_the_regions_partition() {
        let denied = [
            failed("A", "/amplify/dev/files/A", Reason::AccessDenied),
            failed("B", "/amplify/dev/files/B", Reason::AccessDenied),
        ];
        assert_eq!(
            commands(&denied, &settings(), Some("cn-north-1")),
            ["aws iam put-role-policy --role-name '<role of the function>' \
              --policy-name 'files-read-parameters' --policy-document \
              '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\
              \"Action\":\"ssm:GetParameters\",\"Resource\":[\
              \"arn:aws-cn:ssm:cn-north-1:*:parameter/amplify/dev/files/A\",\
              \"arn:aws-cn:ssm:cn-north-1:*:parameter/amplify/dev/A\",\
              \"arn:aws-cn:ssm:cn-north-1:*:parameter/amplify/dev/files/B\",\
              \"arn:aws-cn:ssm:cn-north-1:*:parameter/amplify/dev/B\"]}]}'"]
        );
    }

    #[test]
    fn every_reason_has_a_remedy_and_absent_ones_come_first() {
        let path = "/amplify/dev/files/A";
        let all = [
            failed("F", path, Reason::Refused),
            failed("E", path, Reason::BadCredentials),
            failed("D", path, Reason::Throttled),
            failed("C", path, Reason::Undecryptable),
            failed("B", path, Reason::Unreachable),
            failed("A", "environment", Reason::NotUnicode),
            failed("A", path, Reason::Absent),
        ];
        let commands = commands(&all, &settings(), None);
        assert_eq!(commands.len(), all.len());
        assert!(commands[0].starts_with("aws ssm put-parameter"));
        assert!(commands.iter().all(|command| command.contains("aws ")));
    }

    #[test]
    fn paths_are_safe_to_paste() {
        let settings = Settings::read(|name| (name == "SERVICE_NAME").then(|| "o'hara".into()));
        let absent = [failed("A", "/amplify/dev/A", Reason::Absent)];
        let commands = commands(&absent, &settings, None);
        assert!(commands[0].contains("'/amplify/dev/o'\\''hara/A'"), "{commands:?}");
    }
}
