//! SARIF as code hosts take it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::sync::Arc;

use iam_policies::arn::{Arn, Part};
use iam_policies::audit::{AuditReport, Needs, Rule, audit};
use iam_policies::grant::{Asker, Conditions, Grants, On, Permission, Reason};
use iam_policies::model::{Inventory, Usage, Use};
use iam_policies::policy::context::Context;
use iam_policies::policy::{Values, read};
use iam_policies::sarif::sarif;
use ops_enums::{Operation, iam};
use serde_json::Value;

fn report(file: &str, before: &str) -> AuditReport {
    let text = format!(
        "{{{before}\"Version\": \"2012-10-17\", \"Statement\": [\n\
         {{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObjct\", \"dynamodb:*\"], \"Resource\": \"*\"}},\n\
         {{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObjct\"], \"Resource\": \"*\"}}]}}"
    );
    let policies = read(file, text.as_bytes(), &Values::new()).unwrap();
    let permission = Permission {
        action: iam::action("sqs:SendMessage").unwrap().full(),
        on: On::Arn(Arn(vec![Part::Text("arn:aws:sqs:eu-west-1:123456789012:mail".into())])),
        conditions: Conditions::new(),
    };
    let reason = |function: &str| {
        let by = Asker {
            function: Some(function.into()),
            variable: "MAIL".into(),
            places: BTreeSet::from(["src/mail.rs:7".to_owned()]),
            ..Asker::default()
        };
        Arc::new(Reason { by: Arc::new(by), operation: "sqs:SendMessage".into(), remark: None })
    };
    let usage = Usage {
        function: Some("one".into()),
        variable: "MAIL".into(),
        declared: [(Use::Operation(Operation::from_iam("sqs:SendMessage").unwrap()), None)].into(),
        declared_at: [("src/mail.rs:7".to_owned(), None)].into(),
        last_seen: Some("2026-11-21".into()),
        ..Usage::default()
    };
    let inventory = Inventory { usages: vec![usage], ..Inventory::default() };
    let needed: Grants = [(permission, [reason("one"), reason("other")].into())].into();
    let needs = Needs { needed: &needed, optional: &Grants::new(), inventory: Some(&inventory) };
    audit(&needs, &policies, None, &Context::new())
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn every_result_has_what_the_standard_asks_for() {
    let log = sarif(&report("infra/policy.json", ""));
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!(driver["name"], "iam-policies");
    let rules = driver["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), Rule::ALL.len(), "ids are unique");
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty());
        }
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["error", "warning", "note"].contains(&level));
    }
    assert!(results(&log).len() >= 5);
    for result in results(&log) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let locations = result["locations"].as_array().unwrap();
        assert!(!locations.is_empty(), "{result}");
        for location in locations {
            let physical = &location["physicalLocation"];
            assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
            assert!(!physical["artifactLocation"]["uri"].as_str().unwrap().contains(' '));
        }
    }
}

#[test]
fn findings_about_declarations_are_shown_where_they_are_declared() {
    let log = sarif(&report("p.json", ""));
    let of = |rule: &str| results(&log).iter().find(|one| one["ruleId"] == rule).unwrap();
    let never = &of("never-observed")["locations"][0]["physicalLocation"];
    assert_eq!(never["artifactLocation"]["uri"], "src/mail.rs");
    assert_eq!(never["region"]["startLine"], 7);
    let missing = of("missing");
    assert_eq!(missing["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "p.json");
    let related = &missing["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "src/mail.rs");
    assert_eq!(related["message"]["text"], "declares sqs:SendMessage");
    let all = missing["relatedLocations"].as_array().unwrap();
    assert_eq!(all.len(), 1, "two functions share the declaration");
}

#[test]
fn fingerprints_are_unique_and_stay_when_lines_move() {
    let fingerprints = |report: &AuditReport| -> Vec<String> {
        let log = sarif(report);
        results(&log)
            .iter()
            .map(|one| one["partialFingerprints"]["iamPolicies/v1"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = fingerprints(&report("p.json", ""));
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len(), "{before:?}");
    assert_eq!(before, fingerprints(&report("p.json", "\n\n\"Id\": \"moved\",\n")));
    assert_ne!(before, fingerprints(&report("q.json", "")));
}

#[test]
fn paths_become_uris() {
    for (file, expected) in [
        ("./infra/my policy.json", "infra/my%20policy.json"),
        ("/work/p.json", "file:///work/p.json"),
        (r"infra\p.json", "infra/p.json"),
        ("ä#?.json", "%C3%A4%23%3F.json"),
    ] {
        let log = sarif(&report(file, ""));
        let uri = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, expected);
    }
}
