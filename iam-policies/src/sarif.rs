//! Findings as SARIF 2.1.0, which code hosts show beside the lines of a change.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::audit::{AuditReport, Finding, Rule};

/// What a path may hold in a URI without being encoded.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The report as one run of this tool.
///
/// Findings keep their fingerprint when lines move: it is made of the rule, the file, the policy
/// and what the finding is about. Columns count characters.
#[must_use]
pub fn sarif(report: &AuditReport) -> Value {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let fingerprint = fingerprint(finding);
            let count = seen.entry(fingerprint.clone()).or_default();
            *count += 1;
            result(finding, &format!("{fingerprint}:{count}"))
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Rule::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "name": format!("{rule:?}"),
        "shortDescription": { "text": rule.title() },
        "fullDescription": { "text": rule.help() },
        "help": { "text": rule.help() },
        "defaultConfiguration": { "level": rule.level().name() },
    })
}

fn result(finding: &Finding, fingerprint: &str) -> Value {
    let mut declared: Vec<Value> = finding
        .reasons
        .iter()
        .flat_map(|reason| reason.by.places.iter().map(move |place| (reason, place)))
        .filter_map(|(reason, place)| {
            let mut location = declaration(place)?;
            location["message"] = json!({ "text": format!("declares {}", reason.operation) });
            Some(location)
        })
        .collect();
    // The standard wants related locations to differ; several functions may share a declaration.
    let mut seen = BTreeSet::new();
    declared.retain(|location| seen.insert(location.to_string()));
    // What is about no policy is shown where it is declared.
    let (locations, related) = match policy_location(finding) {
        Some(location) => (vec![location], declared),
        None => (declared, Vec::new()),
    };
    let mut result = json!({
        "ruleId": finding.rule.id(),
        "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
        "level": finding.level.name(),
        "message": { "text": finding.message },
        "locations": locations,
        "partialFingerprints": { "iamPolicies/v1": fingerprint },
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result
}

fn policy_location(finding: &Finding) -> Option<Value> {
    let (file, place) = (finding.file.as_deref()?, finding.place?);
    let mut location =
        physical(file, json!({ "startLine": place.line, "startColumn": place.column }));
    if let Some(policy) = &finding.policy {
        location["logicalLocations"] =
            json!([{ "fullyQualifiedName": policy, "kind": "resource" }]);
    }
    Some(location)
}

/// `src/files.rs:12`.
fn declaration(place: &str) -> Option<Value> {
    let (file, line) = place.rsplit_once(':')?;
    let line: usize = line.parse().ok().filter(|line| *line > 0)?;
    Some(physical(file, json!({ "startLine": line })))
}

fn physical(file: &str, region: Value) -> Value {
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file) }, "region": region } })
}

/// A path as a URI: relative ones stay relative.
fn uri(file: &str) -> String {
    let path = file.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let encoded = utf8_percent_encode(path, IN_PATH);
    match path.as_bytes() {
        [b'/', ..] => format!("file://{encoded}"),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => format!("file:///{encoded}"),
        _ => encoded.to_string(),
    }
}

/// FNV-1a over what identifies a finding, in hexadecimal.
fn fingerprint(finding: &Finding) -> String {
    let sid = finding.statement.as_ref().and_then(|at| at.sid.as_deref());
    let parts = [
        finding.rule.id(),
        finding.file.as_deref().unwrap_or_default(),
        finding.policy.as_deref().unwrap_or_default(),
        sid.unwrap_or_default(),
        &finding.subject,
    ];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
