//! The page as text.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use iam_policies::model::Inventory;
use iam_policies::needs::{Options, needed};
use iam_policies::report::newest_day;

use crate::sample::{self, Sample, problem, sample, usage};

const HOSTILE: &str = "\"><script>alert(1)</script><!--\u{2028}\u{202e}🙂'&amp;{{data}}";

/// The text between the marks of the data block, which is all that a parser takes as data.
fn block(page: &str) -> &str {
    let start = "<script type=\"application/json\" id=\"data\">";
    let (_, rest) = page.split_once(start).unwrap();
    rest.split_once("</script>").unwrap().0
}

fn data(page: &str) -> Value {
    serde_json::from_str(block(page)).unwrap()
}

fn named(name: &str) -> Sample {
    let mut sample =
        Sample { title: name.to_owned(), source: name.to_owned(), ..Sample::default() };
    let mut usage = usage(name, name, name, "2026-11-21");
    usage.lambda = Some(name.to_owned());
    usage.parameter_path = Some(name.to_owned());
    usage.values = [(name.to_owned(), None)].into();
    usage.declared_at = [(name.to_owned(), None)].into();
    usage.last_seen = Some(name.to_owned());
    sample.inventory.usages.push(usage);
    sample.inventory.problems.insert(problem(name, name));
    sample.needed.gaps.insert(problem(name, name));
    sample.needed.notes.insert(problem(name, name));
    sample.grant_all();
    sample
}

#[test]
fn the_same_input_gives_the_same_bytes_in_any_order() {
    let (mut one, other) = (sample(), sample());
    assert_eq!(one.html(), other.html());
    one.inventory.usages.reverse();
    assert_eq!(one.html(), other.html());
}

#[test]
fn all_that_is_known_is_in_the_data() {
    let data = data(&sample().html());
    assert_eq!(data["counts"]["services"], 3);
    assert_eq!(data["counts"]["functions"], 4);
    assert_eq!(data["counts"]["variables"], 5);
    assert_eq!((&data["counts"]["excess"], &data["counts"]["missing"]), (&1.into(), &1.into()));
    assert_eq!(data["findings"][0]["place"], "policies/files.json:12:9");
    assert_eq!(data["findings"][0]["statement"], "2 (FilesAccess)");
    // GetObject was seen; PutObject of two functions was not; thumbs are of a writer that sees none.
    assert_eq!(data["counts"]["never"], 2);
    assert_eq!(data["newest"], "2026-11-21");
    assert_eq!((&data["counts"]["older30"], &data["counts"]["older90"]), (&1.into(), &1.into()));
    let usages = data["usages"].as_array().unwrap();
    let of = |name: &str| usages.iter().find(|usage| usage["variable"] == name).unwrap();
    let bucket = of("FILES_BUCKET");
    assert_eq!(bucket["places"][0][0], "src/files.rs:17");
    assert_eq!(bucket["values"][0], serde_json::json!(["files_bucket-live", "2026-11-21"]));
    assert_eq!(bucket["findings"], serde_json::json!([0]));
    assert_eq!(of("UPLOADS_BUCKET")["gaps"], serde_json::json!([0]));
    assert_eq!(of("ORDERS_ARCHIVE")["age"], 112);
    assert_eq!(of("ORDERS_ARCHIVE")["notes"], serde_json::json!([0]));
    let granted = of("INDEX_TABLE")["granted"].as_array().unwrap();
    let permission =
        |grant: &Value| data["permissions"][grant[0].as_u64().unwrap() as usize].clone();
    assert_eq!(granted.len(), 2, "{granted:?}");
    let optional = permission(&granted[1]);
    assert_eq!(optional["required"], false);
    assert_eq!(optional["on"][5], serde_json::json!(["INDEX_TABLE", "name of a table"]));
    assert_eq!(optional["conditions"][0]["values"], serde_json::json!([["tenant-*"]]));
    assert_eq!(data["runtime"][0]["operation"], "writing its log");
}

#[test]
fn states_say_what_was_seen_and_what_can_be_seen() {
    let mut sample = sample();
    sample.inventory.usages[0].observed.insert(sample::QUERY, None);
    let data = data(&sample.html());
    let state = |variable: &str, operation: &str| -> String {
        let usages = data["usages"].as_array().unwrap();
        let usage = usages.iter().find(|usage| usage["variable"] == variable).unwrap();
        let operations = usage["operations"].as_array().unwrap();
        let operation = operations.iter().find(|o| o["name"] == operation).unwrap();
        operation["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("FILES_BUCKET", "s3:GetObject"), "observed");
    assert_eq!(state("FILES_BUCKET", "s3:PutObject"), "never");
    assert_eq!(state("FILES_BUCKET", "dynamodb:Query"), "undeclared");
    assert_eq!(state("UPLOADS_BUCKET", "s3:ListBucket"), "unseen");
    assert_eq!(state("THUMBS_BUCKET", "s3:GetObject"), "unseen");
}

#[test]
fn what_needs_say_is_linked_to_the_rows_that_asked() {
    let mut sample = sample();
    // No bucket can have this name.
    let bad = &mut sample.inventory.usages[0];
    bad.values = [("NO bucket\"".to_owned(), None)].into();
    let mut quoted = usage("fil\"es", "api::gèt", "QUOTED", "2026-11-21");
    quoted.values.clear();
    quoted.declared.insert(sample::QUERY, Some("2026-01-01".to_owned()));
    sample.inventory.usages.push(quoted);
    let usages: Vec<_> = sample.inventory.usages.iter().collect();
    sample.needed = needed(&usages, &Options::default());
    assert!(!sample.needed.gaps.is_empty() && !sample.needed.notes.is_empty());
    let data = data(&sample.html());
    let rows = data["usages"].as_array().unwrap();
    for name in ["gaps", "notes"] {
        let linked: BTreeSet<u64> = rows
            .iter()
            .flat_map(|row| row[name].as_array().unwrap())
            .map(|i| i.as_u64().unwrap())
            .collect();
        // Some are about the run as a whole.
        let entries = data[name].as_array().unwrap().iter();
        let of_uses = entries.filter(|entry| entry[0].as_str().unwrap().contains(" / ")).count();
        assert_eq!(linked.len(), of_uses, "{name}: {}", data[name]);
    }
    let row = |name: &str| rows.iter().find(|row| row["variable"] == name).unwrap();
    assert_eq!(row("FILES_BUCKET")["gaps"].as_array().unwrap().len(), 1, "{}", data["gaps"]);
    assert!(row("QUOTED")["granted"].as_array().unwrap().len() >= 2, "{}", row("QUOTED"));
    assert_eq!(row("QUOTED")["notes"].as_array().unwrap().len(), 1, "{}", data["notes"]);
    // What no variable asked for is a need of the runtime.
    let runtime = data["runtime"].as_array().unwrap();
    assert!(runtime.iter().all(|reason| reason["variable"] == ""), "{runtime:?}");
}

#[test]
fn without_script_the_summary_is_there() {
    let page = sample().html();
    let before_script = page.split_once("<script").unwrap().0;
    for text in [
        "Permissions of Example Ltd",
        "table service-variables in eu-west-1",
        "<noscript>",
        "Newest day in the data: 2026-11-21",
        "id=\"gaps\"><a href=\"#section-gaps\">1</a>",
    ] {
        assert!(before_script.contains(text), "{text}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    let mut sample = sample();
    sample.audit = None;
    for usage in &mut sample.inventory.usages {
        *usage = iam_policies::model::Usage {
            service: usage.service.clone(),
            variable: usage.variable.clone(),
            ..Default::default()
        };
    }
    let page = sample.html();
    assert!(page.contains("not audited"));
    assert!(page.contains("how old the data is, is not known"));
    assert!(data(&page)["findings"].is_null());
}

#[test]
fn no_name_leaves_its_place() {
    let page = named(HOSTILE).html();
    assert!(!page.contains("<script>alert"));
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("<!--").count(), 0);
    assert_eq!(data(&page)["usages"][0]["variable"], HOSTILE);
    assert_eq!(data(&page)["problems"][0][0], HOSTILE);
}

#[test]
fn the_newest_day_is_a_day() {
    let mut inventory = sample().inventory;
    assert_eq!(newest_day(&inventory), Some("2026-11-21"));
    inventory.usages[0].versions.insert("42".to_owned(), Some("2026-12-01".to_owned()));
    inventory.usages[0].last_seen = Some("someday".to_owned());
    assert_eq!(newest_day(&inventory), Some("2026-12-01"));
    assert_eq!(newest_day(&Inventory::default()), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]
    #[test]
    fn any_name_stays_text(name in any::<String>()) {
        let page = named(&name).html();
        let has_raw_marks = block(&page).contains(['<', '>', '&', '\u{2028}', '\u{2029}']);
        prop_assert!(!has_raw_marks);
        prop_assert_eq!(page.matches("<script").count(), 2);
        let data = data(&page);
        prop_assert_eq!(&data["usages"][0]["service"], &name);
        prop_assert_eq!(&data["usages"][0]["values"][0][0], &name);
        prop_assert_eq!(&data["gaps"][0][1], &name);
        // Everything in front of the data has the same marks for any name.
        let marks = |page: &str| page.split_once("application/json").unwrap().0.matches('<').count();
        prop_assert_eq!(marks(&page), marks(&named("plain").html()));
    }
}
