//! A template with managed policies. SAM functions take them by `!Ref` in their `Policies`.

use super::Policy;
use super::names::{parameter_names, parameters, pascal, unique_names};
use super::yaml::{Yaml, document, map, statements};
use crate::arn::{Arn, Part};

pub(super) fn written(policies: &[Policy]) -> String {
    let open = parameters(policies);
    let names = parameter_names(&open, pascal);
    // No resource may be called as a parameter is.
    let taken = names.values().cloned().collect();
    let logical = unique_names(policies, taken, |policy| format!("{}Policy", pascal(&policy.name)));
    let value = |arn: &Arn| match arn.text() {
        Some(text) => Yaml::Text(text),
        None => Yaml::Sub(written_sub(arn, |parameter| {
            names.get(parameter).cloned().unwrap_or_default()
        })),
    };
    let inputs = open
        .iter()
        .filter_map(|parameter| Some((names.get(parameter)?.clone(), input(&parameter.what))));
    let resources = policies.iter().zip(&logical).map(|(policy, logical)| {
        let document = map([
            ("Version", "2012-10-17".into()),
            ("Statement", statements(&policy.statements, value)),
        ]);
        let properties = map([
            ("Description", format!("What {} declares", policy.name).as_str().into()),
            ("PolicyDocument", document),
        ]);
        let resource =
            map([("Type", "AWS::IAM::ManagedPolicy".into()), ("Properties", properties)]);
        (logical.clone(), resource)
    });
    let outputs = logical
        .iter()
        .map(|name| (format!("{name}Arn"), map([("Value", Yaml::Ref(name.clone()))])));
    let mut template = vec![("AWSTemplateFormatVersion".to_owned(), Yaml::from("2010-09-09"))];
    let inputs: Vec<(String, Yaml)> = inputs.collect();
    if !inputs.is_empty() {
        template.push(("Parameters".to_owned(), Yaml::Map(inputs)));
    }
    template.push(("Resources".to_owned(), Yaml::Map(resources.collect())));
    template.push(("Outputs".to_owned(), Yaml::Map(outputs.collect())));
    document(&Yaml::Map(template))
}

/// A name has no wildcard: what is filled in at deployment cannot widen the policy.
fn input(what: &str) -> Yaml {
    map([
        ("Type", "String".into()),
        ("Description", what.into()),
        ("AllowedPattern", "[A-Za-z0-9_.@+=/:-]+".into()),
    ])
}

/// For `!Sub`: `arn:${AWS::Partition}:s3:::${Bucket}/*`.
pub(super) fn written_sub(
    arn: &Arn,
    parameter: impl Fn(&crate::arn::Parameter) -> String,
) -> String {
    let escaped = Arn(arn
        .0
        .iter()
        .map(|part| match part {
            Part::Text(text) => Part::Text(text.replace("${", "${!")),
            other => other.clone(),
        })
        .collect());
    escaped.written(|part| match part {
        Part::Partition => "${AWS::Partition}".to_owned(),
        Part::Region => "${AWS::Region}".to_owned(),
        Part::Account => "${AWS::AccountId}".to_owned(),
        Part::Parameter(open) => format!("${{{}}}", parameter(open)),
        Part::Text(text) => text.clone(),
    })
}
