//! The report of a run as one page.

use std::fmt::Write as _;

use super::Report;
use super::charts::{bar, legend, over_time, turns};
use super::escape::html as escaped;
use super::findings::{Group, One};
use super::text::{facts, times, usage_rows, words};
use super::words::{counted, number};
use super::work::{TableWork, Work};

/// Named gaps, `{{title}}`, in a page without anything from outside.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
// The only style that the browser takes. Fixed here and not computed: it changes with the style only,
// and a test says the new one.
const STYLE_HASH: &str = "sha256-anbrKg/r0dib8TIa0iC9rtgeyOjqxDjPpFnrj18MlMY=";

/// Most findings of a group that the page names.
pub const NAMED: usize = 1_000;

/// What a page of these begins with, so that one can be told from files of other kinds.
pub const MARK: &str = "<!doctype html><!-- migration-tools report -->";

/// The page, as UTF-8 text of one HTML file. The same report gives the same bytes.
#[must_use]
pub fn html(report: &Report) -> String {
    fill(|name| match name {
        "style" => STYLE.to_owned(),
        "style-hash" => STYLE_HASH.to_owned(),
        "title" => escaped(&format!("Run {} of {}", report.run.run, report.deployment)),
        "command" => escaped(&format!("migration-tools {}", report.run.command)),
        "when" => escaped(&times(&report.run)),
        "level" => report.outcome.level.word().to_owned(),
        "outcome" => escaped(&report.outcome.sentences.join(" ")),
        "summary" => summary(report),
        "main" => sections(report),
        "secret" if report.has_keys() => {
            " It has ids of users: it is as confidential as the tables.".to_owned()
        }
        _ => String::new(),
    })
}

/// The page, with its gaps filled in one pass: what is filled in is not looked at again.
fn fill(value: impl Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut rest = PAGE;
    while let Some((before, name, after)) = next_gap(rest) {
        page.push_str(before);
        page.push_str(&value(name));
        rest = after;
    }
    page + rest
}

fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}

fn summary(report: &Report) -> String {
    let run = &report.run;
    let mut lines = vec![
        ("version of migration-tools".to_owned(), run.version.clone()),
        ("changes in the journal".to_owned(), counted(words(&run.entries))),
        ("findings".to_owned(), counted(words(&run.findings))),
    ];
    if let Some(earlier) = run.continues {
        lines.push(("goes on with".to_owned(), format!("run {earlier}")));
    }
    for fact in report.work.iter().flat_map(facts) {
        let (name, value) = fact.split_once(": ").unwrap_or((&fact, ""));
        lines.push((name.to_owned(), value.to_owned()));
    }
    let mut page = String::new();
    for (name, value) in lines {
        let (name, value) = (escaped(&name), escaped(&value));
        let _ = writeln!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    page
}

fn sections(report: &Report) -> String {
    let mut page = section("What a person has to see to", &to_be_seen(&report.findings));
    match &report.work {
        None => {
            let why = "<p>The run did not get as far as to say what it did; its changes are in the journal.</p>\n";
            page += &section("What was done", why);
        }
        Some(work) => {
            page += &section("What was done", &tables(work));
            page += &section("Planned and used", &usage(work));
            page += &section("Records near the limit", &large(work));
            page += &section("When", &when(work));
        }
    }
    page + &section("Next", &next(report))
}

/// A section, unless there is nothing in it.
fn section(title: &str, content: &str) -> String {
    match content {
        "" => String::new(),
        content => format!("<section>\n<h2>{title}</h2>\n{content}</section>\n"),
    }
}

fn to_be_seen(groups: &[Group]) -> String {
    if groups.is_empty() {
        return "<p>Nothing.</p>\n".to_owned();
    }
    let mut page = "<ul class=\"list\">\n".to_owned();
    for group in groups {
        let (table, reason, remedy) =
            (escaped(&group.table), escaped(&group.reason), escaped(&group.remedy));
        let (first, more) = group.first(NAMED);
        let (count, kind) = (number(group.count), group.kind);
        let _ = write!(
            page,
            "<li><p><span class=\"what\">{table}: {count} {kind}</span>: {reason}</p><p>To do: {remedy}</p>{}",
            named(first)
        );
        if more > 0 {
            let _ = write!(page, "<p class=\"small\">and {} more</p>", number(more));
        }
        page.push_str("</li>\n");
    }
    page + "</ul>\n"
}

fn named(findings: &[One]) -> String {
    if findings.iter().all(|one| one.key.is_none()) {
        let numbers: Vec<String> = findings.iter().map(|one| escaped(&one.number)).collect();
        return format!("<p class=\"small mono\">{}</p>", numbers.join(", "));
    }
    let mut page = "<table><tbody>".to_owned();
    for one in findings {
        let key = one.key.as_deref().map(escaped).unwrap_or_default();
        let _ = write!(
            page,
            "<tr><td class=\"mono\">{}</td><td class=\"mono\">{key}</td></tr>",
            escaped(&one.number)
        );
    }
    page + "</tbody></table>"
}

fn tables(work: &Work) -> String {
    let (busy, idle): (Vec<_>, Vec<_>) = (work.busy().collect(), work.idle().collect());
    let sum = |table: &&TableWork| {
        table.parts().iter().map(|(_, count)| *count).fold(0, u64::saturating_add)
    };
    let most = busy.iter().map(sum).max().unwrap_or_default();
    let mut page = String::new();
    if !busy.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", legend(work));
        page.push_str("<div class=\"table\"><table>\n<thead><tr><th>table</th><th>records</th><th>what became of them</th><th class=\"number\">read</th></tr></thead>\n<tbody>\n");
    }
    for table in &busy {
        let (key, name) = (escaped(&table.table), escaped(&table.name));
        let mut words = escaped(&counted(table.parts()));
        if !table.of_these().is_empty() {
            words += &format!(", of these {}", escaped(&counted(table.of_these())));
        }
        let read = table.counts.get("records").copied().map(number).unwrap_or_default();
        let _ = writeln!(
            page,
            "<tr><td>{key}<br><span class=\"small\">{name}</span></td><td class=\"bar\">{}</td><td>{words}</td><td class=\"number\">{read}</td></tr>",
            bar(table, most)
        );
    }
    if !busy.is_empty() {
        page.push_str("</tbody></table></div>\n");
    }
    if !idle.is_empty() {
        let names: Vec<String> = idle.iter().map(|table| escaped(&table.table)).collect();
        let _ = writeln!(
            page,
            "<p>Nothing to do in: <span class=\"small\">{}.</span></p>",
            names.join(", ")
        );
    }
    if !work.failed_tables.is_empty() {
        let names: Vec<String> = work.failed_tables.iter().map(|table| escaped(table)).collect();
        let _ = writeln!(page, "<p>Not worked on to their end: {}.</p>", names.join(", "));
    }
    page
}

fn usage(work: &Work) -> String {
    let rows = usage_rows(work);
    if rows.is_empty() {
        return String::new();
    }
    let mut page = "<table>\n<thead><tr><th></th><th class=\"number\">planned</th><th class=\"number\">used</th></tr></thead>\n<tbody>\n".to_owned();
    for (what, planned, used) in rows {
        let (planned, used) = (escaped(&planned), escaped(&used));
        let _ = writeln!(
            page,
            "<tr><td>{what}</td><td class=\"number\">{planned}</td><td class=\"number\">{used}</td></tr>"
        );
    }
    page + "</tbody></table>\n"
}

fn large(work: &Work) -> String {
    let tables: Vec<&TableWork> =
        work.tables.iter().filter(|table| table.count("large") > 0).collect();
    if tables.is_empty() {
        return String::new();
    }
    let mut page = "<p>DynamoDB takes records of 400 KB. These are larger than nine tenths of that; one that would become too large is refused, and is named above.</p>\n<ul>\n".to_owned();
    for table in tables {
        let (key, count) = (escaped(&table.table), number(table.count("large")));
        let _ = writeln!(page, "<li>{key}: {count}</li>");
    }
    page + "</ul>\n"
}

fn when(work: &Work) -> String {
    let Some(timeline) = &work.timeline else { return String::new() };
    let mut page = String::new();
    if !timeline.parts.is_empty() {
        page += &over_time(timeline);
    }
    if !timeline.turns.is_empty() {
        page += &turns(timeline);
    }
    page
}

fn next(report: &Report) -> String {
    let mut page = String::new();
    for next in &report.next {
        let commands: Vec<String> = next.commands.iter().map(|line| escaped(line)).collect();
        let (what, commands) = (escaped(&next.what), commands.join("\n"));
        let _ = writeln!(page, "<p>{what}:</p>\n<pre><code>{commands}</code></pre>");
    }
    page
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_policy_of_the_page_lets_exactly_its_own_style_in() {
        // Browsers hash what they read: with line feeds only, however the file was checked out.
        let read = STYLE.replace("\r\n", "\n");
        let hash = format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(read)));
        assert_eq!(STYLE_HASH, hash, "put the new hash of the style into STYLE_HASH");
        assert!(!STYLE.contains("</") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }

    #[test]
    fn a_page_can_be_told_from_other_files_and_is_filled_once() {
        let page = fill(|name| match name {
            "style" => STYLE.to_owned(),
            _ => "{{main}}".to_owned(),
        });
        assert!(page.starts_with(MARK), "{}", &page[..80]);
        assert!(page.contains("<title>{{main}}</title>") && !page.contains("<script"));
    }
}
