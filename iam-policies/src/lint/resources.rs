//! Resources that are no ARNs, and pairs of action and resource that allow nothing.

use ops_enums::iam::Action;

use crate::audit::{Finding, Rule, some};
use crate::policy::catalogue::{accepts, expand, is_covered, matching};
use crate::policy::pattern::Pattern;
use crate::policy::{Effect, Entries, Entry, Statement};

pub(super) fn check(statement: &Statement) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        statement.resources.written().iter().filter_map(|entry| form(statement, entry)).collect();
    if let (Entries::Only(actions), Entries::Only(resources)) =
        (&statement.actions, &statement.resources)
    {
        findings.extend(useless_actions(statement, actions, resources));
        findings.extend(useless_resources(statement, actions, resources));
    }
    findings.extend(on_everything(statement));
    findings
}

fn form(statement: &Statement, entry: &Entry) -> Option<Finding> {
    let text = entry.pattern.text();
    let (rule, problem) = if entry.pattern.unknown().is_empty() {
        (Rule::InvalidArn, malformed(text)?)
    } else {
        let names = entry.pattern.unknown().join(", ");
        (Rule::NotChecked, format!("depends on {names}: give their values to have it checked"))
    };
    let message = format!("in {:#}, the resource {text} {problem}", statement.at);
    Some(Finding::of_statement(rule, &statement.at, entry.place, text, message))
}

/// What is wrong with a resource whose text is known.
fn malformed(text: &str) -> Option<String> {
    if text == "*" {
        return None;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if parts.first() != Some(&"arn") {
        return Some("is neither `*` nor an ARN; write arn:aws:service:region:account:name".into());
    }
    let wild = |part: &str| part.contains(['*', '?']);
    if let Some(partition) = parts.get(1).filter(|part| !wild(part) && !part.starts_with("aws")) {
        return Some(format!("has the partition `{partition}`, which does not exist; write aws"));
    }
    let account = parts.get(4).filter(|part| !part.is_empty() && !wild(part) && **part != "aws");
    let is_account =
        |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(account) = account.filter(|part| !is_account(part)) {
        return Some(format!(
            "has the account `{account}`, but accounts are 12 digits; the parts of an ARN are \
             arn:partition:service:region:account:resource"
        ));
    }
    (parts.len() < 6 && parts.last() != Some(&"*")).then(|| {
        format!("has {} of the 6 parts of an ARN, and IAM reads the others as `*`", parts.len())
    })
}

fn useless_actions(statement: &Statement, actions: &[Entry], resources: &[Entry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in actions.iter().filter(|entry| is_covered(entry)) {
        let matched = matching(&entry.pattern);
        let is_useless =
            |action: &&Action| !resources.iter().any(|resource| accepts(action, &resource.pattern));
        if matched.is_empty() || resources.is_empty() || !matched.iter().all(is_useless) {
            continue;
        }
        let text = entry.pattern.text();
        let only_star = matched.iter().all(|action| action.resource_types().is_empty());
        let reason = if only_star {
            "it knows no resources: write Resource: \"*\" in a statement of its own".to_owned()
        } else {
            let mut kinds: Vec<&str> = matched
                .iter()
                .flat_map(|action| action.resource_types())
                .map(|kind| kind.arn)
                .collect();
            kinds.sort_unstable();
            kinds.dedup();
            format!("it is on {}", some(&kinds))
        };
        let message =
            format!("in {:#}, {text} allows nothing on these resources: {reason}", statement.at);
        findings.push(Finding::of_statement(
            Rule::UselessAction,
            &statement.at,
            entry.place,
            text,
            message,
        ));
    }
    findings
}

fn useless_resources(
    statement: &Statement,
    actions: &[Entry],
    resources: &[Entry],
) -> Vec<Finding> {
    // An action that is not in the catalogue may be on anything; one that does not exist was meant
    // to be another.
    let is_clear = |entry: &Entry| is_covered(entry) && !matching(&entry.pattern).is_empty();
    if actions.is_empty() || !actions.iter().all(is_clear) {
        return Vec::new();
    }
    let all = expand(&statement.actions);
    let useless = |pattern: &Pattern| !all.iter().any(|action| accepts(action, pattern));
    resources
        .iter()
        .filter(|entry| malformed(entry.pattern.text()).is_none() && useless(&entry.pattern))
        .map(|entry| {
            let text = entry.pattern.text();
            let names: Vec<&str> = actions.iter().map(|entry| entry.pattern.text()).collect();
            let message = format!(
                "in {:#}, no action is on resources like {text}: {}; remove it or add the action that \
                 was meant",
                statement.at,
                some(&names)
            );
            Finding::of_statement(Rule::UselessResource, &statement.at, entry.place, text, message)
        })
        .collect()
}

/// `*` although actions can be limited.
fn on_everything(statement: &Statement) -> Option<Finding> {
    let Entries::Only(resources) = &statement.resources else { return None };
    let star = resources.iter().find(|entry| entry.pattern.is_everything())?;
    if statement.effect == Effect::Deny {
        return None;
    }
    let limitable: Vec<&str> = expand(&statement.actions)
        .into_iter()
        .filter(|action| !action.resource_types().is_empty())
        .map(Action::full)
        .collect();
    (!limitable.is_empty()).then(|| {
        let message = format!(
            "{:#} is on every resource, but can be limited for {}; name the resources",
            statement.at,
            some(&limitable)
        );
        Finding::of_statement(Rule::WildcardResource, &statement.at, star.place, "*", message)
    })
}
