//! Reports as text for a terminal: bounded, however much there is to tell.

use super::Report;
use super::escape::plain;
use super::findings::Group;
use super::told::Told;
use super::words::{between, counted, duration, moment, number};
use super::work::Work;
use crate::engine::timeline::Timeline;

/// Most runs, groups of findings, and findings of a group that are told.
pub const SHOWN: usize = 20;

/// The list of runs, the newest last.
#[must_use]
pub fn runs(all: &[Told]) -> String {
    if all.is_empty() {
        return "No run is in it yet.\n".to_owned();
    }
    let mut text = String::new();
    let earlier = all.len().saturating_sub(SHOWN);
    if earlier > 0 {
        text += &format!("{earlier} earlier runs, and the last {SHOWN}:\n");
    }
    for run in &all[earlier..] {
        text += &format!("Run {}: {}\n", run.run, plain(&run.command));
        text += &format!("    {}{}\n", times(run), continues(run));
        text += &format!("    changes: {}", counted(words(&run.entries)));
        text += &format!("; findings: {}\n", counted(words(&run.findings)));
    }
    text
}

/// When a run was, and how it ended.
pub(super) fn times(run: &Told) -> String {
    let started = moment(&run.started);
    let Some(ended) = &run.ended else { return format!("{started}, did not end") };
    let took = between(&run.started, ended).map(|took| format!(" ({took})"));
    let exit = run.exit.map(|exit| format!(", exit code {exit}"));
    format!(
        "{started} to {}{}{}",
        moment(ended),
        took.unwrap_or_default(),
        exit.unwrap_or_default()
    )
}

fn continues(run: &Told) -> String {
    run.continues.map(|earlier| format!(", goes on with run {earlier}")).unwrap_or_default()
}

pub(super) fn words(
    counts: &std::collections::BTreeMap<&'static str, u64>,
) -> impl Iterator<Item = (&'static str, u64)> {
    counts.iter().map(|(name, count)| (*name, *count))
}

/// What was done to each table, and how much there was to do.
#[must_use]
pub fn tables(work: &Work) -> String {
    let mut text = String::new();
    for table in work.busy() {
        let parts = table.parts();
        text += &format!("  {:<42} {}", plain(&table.table), counted(parts));
        if !table.of_these().is_empty() {
            text += &format!(", of these {}", counted(table.of_these()));
        }
        text.push('\n');
    }
    match work.idle().count() {
        0 => {}
        1 => text += "  In one table there was nothing to do.\n",
        idle => text += &format!("  In {idle} tables there was nothing to do.\n"),
    }
    for table in &work.failed_tables {
        text += &format!("  {} could not be worked on to its end.\n", plain(table));
    }
    text
}

/// What a person has to see to, with the numbers of the first findings of each kind, and their keys
/// where these were asked for.
#[must_use]
pub fn findings(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups.iter().take(SHOWN) {
        let (table, reason) = (plain(&group.table), plain(&group.reason));
        text += &format!("{table}: {} {}: {reason}\n", number(group.count), group.kind);
        text += &format!("    do: {}\n", plain(&group.remedy));
        let (first, more) = group.first(SHOWN);
        let has_keys = first.iter().any(|one| one.key.is_some());
        if has_keys {
            for one in first {
                text += &format!("    {} {}\n", plain(&one.number), key(one.key.as_deref()));
            }
        } else {
            let numbers: Vec<String> = first.iter().map(|one| plain(&one.number)).collect();
            text += &format!("    {}\n", numbers.join(", "));
        }
        if more > 0 {
            text += &format!("    and {} more\n", number(more));
        }
    }
    if groups.len() > SHOWN {
        text += &format!(
            "And {} more kinds of findings; --format json has everything.\n",
            groups.len() - SHOWN
        );
    }
    text
}

fn key(key: Option<&str>) -> String {
    key.map_or_else(|| "the table as a whole".to_owned(), plain)
}

/// The whole report of a run.
#[must_use]
pub fn text(report: &Report) -> String {
    let run = &report.run;
    let mut text = format!("Run {} of {}\n", run.run, plain(&report.deployment));
    text += &format!("  command: {}\n", plain(&run.command));
    text += &format!("  when: {}{}\n", times(run), continues(run));
    text += &format!("  version: {}\n", plain(&run.version));
    text += &format!("  {}\n", plain(&report.outcome.sentences.join(" ")));
    text += &format!("  changes: {}\n", counted(words(&run.entries)));
    if let Some(work) = &report.work {
        for line in facts(work) {
            text += &format!("  {line}\n");
        }
        if !work.tables.is_empty() {
            text += &format!("\nTables\n{}", tables(work));
        }
        text += &large(work);
        text += &usage(work);
        if let Some(timeline) = work.timeline.as_ref().filter(|one| !one.parts.is_empty()) {
            text += &over_time(timeline);
        }
    }
    if !report.findings.is_empty() {
        text += &format!("\nTo be seen to\n{}", findings(&report.findings));
    }
    if !report.next.is_empty() {
        text += "\nNext\n";
    }
    for next in &report.next {
        text += &format!("  {}:\n", plain(&next.what));
        for command in &next.commands {
            text += &format!("    {}\n", plain(command));
        }
    }
    text
}

/// What else the run said of itself.
pub(super) fn facts(work: &Work) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((users, renamed)) = work.users {
        let (users, renamed) = (number(users), number(renamed));
        lines.push(format!("users: {users}, of whom {renamed} get another id"));
    }
    match work.old.as_deref() {
        Some("delete") => lines.push("old records: go with the write of the new ones".to_owned()),
        Some("mark") => lines.push("old records: stay, and are marked `deprecated`".to_owned()),
        Some("keep") => lines.push("old records: stay".to_owned()),
        _ => {}
    }
    if let Some(passes) = work.passes {
        lines.push(format!("passes over the tables: {passes}"));
    }
    let other = |(name, count): (&String, &u64)| {
        format!("{}: {}", plain(&name.replace('_', " ")), number(*count))
    };
    lines.extend(work.others.iter().map(other));
    lines
}

fn large(work: &Work) -> String {
    let tables: Vec<_> = work.tables.iter().filter(|table| table.count("large") > 0).collect();
    if tables.is_empty() {
        return String::new();
    }
    let mut text =
        "\nRecords of more than nine tenths of the 400 KB that DynamoDB takes\n".to_owned();
    for table in tables {
        text += &format!("  {:<42} {}\n", plain(&table.table), number(table.count("large")));
    }
    text
}

fn usage(work: &Work) -> String {
    let rows = usage_rows(work);
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{:<24} {:>14} {:>14}\n", "Used", "planned", "used");
    for (what, planned, used) in rows {
        text += &format!("  {what:<22} {planned:>14} {used:>14}\n");
    }
    text
}

/// What was planned and what was used, in words.
pub(super) fn usage_rows(work: &Work) -> Vec<(&'static str, String, String)> {
    let words = |number_of: Option<u64>| number_of.map_or_else(|| "-".to_owned(), number);
    let planned = work.planned.clone().unwrap_or_default();
    let dollars = planned.dollars.as_deref().map_or_else(|| "-".to_owned(), plain);
    let rows = [
        ("read units", words(planned.read_units), words(work.used.read_units)),
        ("write units", words(planned.write_units), words(work.used.write_units)),
        ("US dollars", dollars, "-".to_owned()),
        ("calls", "-".to_owned(), words(work.used.calls)),
        ("throttled attempts", "-".to_owned(), words(work.used.throttles)),
    ];
    let is_told = |row: &(_, String, String)| row.1 != "-" || row.2 != "-";
    rows.into_iter().filter(is_told).collect()
}

fn over_time(timeline: &Timeline) -> String {
    let line = |of: fn(&crate::engine::timeline::Part) -> u64| {
        let counts: Vec<u64> = timeline.parts.iter().map(of).collect();
        let most = counts.iter().copied().max().unwrap_or_default();
        let bars = "▁▂▃▄▅▆▇█";
        let bar = |count: u64| match count {
            0 => ' ',
            // Scaled without overflow; a few records are a bar, too.
            some => {
                let eighth = u128::from(some) * 7 / u128::from(most.max(1));
                bars.chars().nth(usize::try_from(eighth).unwrap_or_default()).unwrap_or('█')
            }
        };
        (counts.iter().map(|count| bar(*count)).collect::<String>(), most)
    };
    let (read, most_read) = line(|part| part.read);
    let (written, most_written) = line(|part| part.written);
    format!(
        "\nOver time, {} in all; a column is {}\n  read    {read} (at most {})\n  written {written} (at most {})\n",
        duration(timeline.end_ms()),
        duration(timeline.width_ms),
        number(most_read),
        number(most_written)
    )
}
