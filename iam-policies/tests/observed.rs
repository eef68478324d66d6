//! What an audit says of declarations of which no request was ever seen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeMap;

use iam_policies::audit::{Level, Needs, audit};
use iam_policies::grant::Grants;
use iam_policies::model::{Inventory, Usage, Use};
use iam_policies::policy::context::Context;
use ops_enums::{Operation, iam};

#[test]
fn declarations_that_were_never_observed() {
    let used = |text: &str| Use::Operation(Operation::from_iam(text).unwrap());
    let day = |text: &str| Some(text.to_owned());
    let usage = Usage {
        function: Some("notes::files".into()),
        variable: "FILES_TABLE".into(),
        declared: BTreeMap::from([
            (used("dynamodb:GetItem"), day("2026-11-20")),
            (used("dynamodb:Scan"), day("2026-10-01")),
        ]),
        observed: BTreeMap::from([(used("dynamodb:GetItem"), day("2026-11-21"))]),
        versions: BTreeMap::from([("7".into(), day("2026-11-20"))]),
        last_seen: day("2026-11-21"),
        ..Usage::default()
    };
    let manifest = Usage { observed: BTreeMap::new(), last_seen: None, ..usage.clone() };
    let check = |usage: Usage| {
        let inventory = Inventory { usages: vec![usage], ..Inventory::default() };
        let none = Grants::new();
        let needs = Needs { needed: &none, optional: &none, inventory: Some(&inventory) };
        audit(&needs, &[], None, &Context::new())
    };
    let report = check(usage.clone());
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(
        finding.message,
        "notes::files declares dynamodb:Scan on FILES_TABLE, last declared on 2026-10-01, 51 days \
         before the newest day of the data, in version 7, but no request for it was recorded; on \
         2026-11-21 it ran without the declaration, which is gone or of another version"
    );
    assert!(check(manifest.clone()).findings.is_empty(), "a manifest records no requests");

    let silent = Usage { observed: BTreeMap::new(), ..usage.clone() };
    let python = Usage { function: None, ..silent.clone() };
    assert!(check(python).findings.is_empty(), "other writers observe nothing");

    let unseen = ["sns:Publish", "s3:ListBucket"].map(|text| match Operation::from_iam(text) {
        Some(operation) => Use::Operation(operation),
        None => Use::Action(iam::action(text).unwrap().full()),
    });
    let unseen = unseen.into_iter().map(|used| (used, day("2026-10-01"))).collect();
    let unseen = Usage { declared: unseen, ..silent.clone() };
    assert!(check(unseen).findings.is_empty(), "nobody can see these requests");

    let declared = BTreeMap::from([(used("dynamodb:Scan"), day("2026-11-21"))]);
    let new = check(Usage { declared, ..silent });
    let [finding] = new.findings.as_slice() else { panic!("{new:#?}") };
    assert_eq!(finding.level, Level::Note, "it may be new, and not called yet");
    assert!(finding.message.contains("the newest day of the data, so it may be new"));
}
