//! Statements for a serverless.yml: of the provider's role for one policy, of each function for
//! several (as the plugin serverless-iam-roles-per-function reads them).
//!
//! What is open becomes `${param:...}`.

use std::fmt::Write as _;

use super::cloudformation::written_sub;
use super::names::{parameter_names, parameters, pascal, with_sids};
use super::yaml::{Yaml, document, map, statements};
use super::{Policy, Statement};
use crate::arn::{Arn, Part};

pub(super) fn written(policies: &[Policy]) -> String {
    let open = parameters(policies);
    let names = parameter_names(&open, camel);
    let value = |arn: &Arn| {
        let text = written_sub(arn, |open| {
            names.get(open).map(|name| format!("param:{name}")).unwrap_or_default()
        });
        let pseudo =
            arn.0.iter().any(|p| matches!(p, Part::Partition | Part::Region | Part::Account));
        if pseudo { Yaml::Sub(text) } else { Yaml::Text(text) }
    };
    // An inline policy of a role has another limit: what was split for its size is one again.
    let mut roles: Vec<(String, Vec<Statement>)> = Vec::new();
    for policy in policies {
        match roles.last_mut() {
            Some((last, statements)) if *last == policy.group => {
                statements.extend(policy.statements.clone());
            }
            _ => roles.push((policy.group.clone(), policy.statements.clone())),
        }
    }
    let mut roles = roles.into_iter().map(|(name, all)| (name, statements(&with_sids(all), value)));
    let tree = match (roles.next(), roles.next()) {
        (Some((_, only)), None) => {
            map([("provider", map([("iam", map([("role", map([("statements", only)]))]))]))])
        }
        (first, second) => {
            let all = first.into_iter().chain(second).chain(roles);
            let functions = all.map(|(name, all)| (name, map([("iamRoleStatements", all)])));
            map([("functions", Yaml::Map(functions.collect()))])
        }
    };
    let mut text = String::new();
    if !open.is_empty() {
        text.push_str("# To be given at deployment, with --param or under `params`:\n");
        for parameter in &open {
            let name = names.get(parameter).map_or("", String::as_str);
            let _ = writeln!(text, "#   {name}: {}", parameter.what);
        }
    }
    text + &document(&tree)
}

fn camel(name: &str) -> String {
    let name = pascal(name);
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str())
        .unwrap_or_default()
}
