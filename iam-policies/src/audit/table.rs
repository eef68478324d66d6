//! The report for people.

use super::rule::Level;
use super::{AuditReport, Finding};

/// Columns to fill, unless words are longer.
const WIDTH: usize = 100;
const LEVEL: usize = 9;
const RULE: usize = 22;

/// The findings by policy, wrapped to 100 columns, and a summary. Ends with a line break.
#[must_use]
pub fn table(report: &AuditReport) -> String {
    let mut out = String::new();
    let mut heading: Option<String> = None;
    for finding in &report.findings {
        let next = title(finding);
        if heading.as_ref() != Some(&next) {
            if heading.is_some() {
                out.push('\n');
            }
            out.push_str(&next);
            out.push('\n');
            heading = Some(next);
        }
        row(&mut out, finding);
    }
    if heading.is_some() {
        out.push('\n');
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}

fn title(finding: &Finding) -> String {
    match (&finding.policy, &finding.file) {
        (Some(policy), Some(file)) if policy == file => policy.clone(),
        (Some(policy), Some(file)) => format!("{policy} ({file})"),
        _ => "Declarations".to_owned(),
    }
}

fn row(out: &mut String, finding: &Finding) {
    let indent = " ".repeat(2 + LEVEL + RULE);
    let place = finding.place.map_or(String::new(), |place| format!("line {place}: "));
    let text = format!("{place}{}", finding.message);
    for (index, line) in wrapped(&text, WIDTH - indent.len()).iter().enumerate() {
        let start = if index == 0 {
            format!("  {:LEVEL$}{:RULE$}", finding.level.name(), finding.rule.id())
        } else {
            indent.clone()
        };
        out.push_str(&format!("{start}{line}\n"));
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn summary(report: &AuditReport) -> String {
    let count = |level: Level, one: &str| {
        let number = report.counts().get(&level).copied().unwrap_or(0);
        if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
    };
    format!(
        "{} of {} needed permissions allowed; {}, {}, {}",
        report.allowed,
        report.needed,
        count(Level::Error, "error"),
        count(Level::Warning, "warning"),
        count(Level::Note, "note")
    )
}
