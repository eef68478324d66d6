//! Pictures of the page: drawings in its own text, which need nothing else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::escape::html;
use super::words::{duration, number};
use super::work::{TableWork, Work};
use crate::engine::timeline::{Part, Timeline, Turn};

/// How wide all pictures are, in their own units.
const WIDTH: u64 = 1_000;
/// How high a picture of numbers over time is.
const HEIGHT: u64 = 90;
/// How high one line of the tables over time is, and how wide the names before it are.
const LINE: u64 = 18;
const NAMES: u64 = 330;

/// The classes of parts of a bar.
const COLOURS: [(&str, &str); 11] = [
    ("moved", "moved"),
    ("copied", "copied"),
    ("changed", "changed"),
    ("deleted", "deleted"),
    ("kept", "kept"),
    ("refused", "refused"),
    ("failed", "failed"),
    ("old ids left", "left"),
    ("taken back", "back"),
    ("as before already", "already"),
    ("gone before", "gone"),
];

/// What the colours of bars mean, as far as they are in use.
pub(super) fn legend(work: &Work) -> String {
    let mut page = String::new();
    for (word, class) in COLOURS.iter().chain([&("other", "other")]) {
        let used =
            work.tables.iter().flat_map(TableWork::parts).any(|(part, _)| class_of(part) == *class);
        if used {
            let _ = writeln!(page, "<span class=\"key {class}\">{word}</span>");
        }
    }
    page
}

/// What became of the records of a table; `most` is what the longest bar is for.
pub(super) fn bar(table: &TableWork, most: u64) -> String {
    let parts = table.parts();
    let words: Vec<String> =
        parts.iter().map(|(word, count)| format!("{} {word}", number(*count))).collect();
    let mut page = format!(
        "<svg viewBox=\"0 0 {WIDTH} 24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        html(&words.join(", "))
    );
    let mut left = 0;
    for (word, count) in parts {
        // The least there is can be seen, and nothing is drawn beyond the edge.
        let width = scaled(count, most, WIDTH).max(4).min(WIDTH.saturating_sub(left));
        let class = class_of(word);
        let _ =
            write!(page, "<rect class=\"{class}\" x=\"{left}\" width=\"{width}\" height=\"24\"/>");
        left += width;
    }
    page + "</svg>"
}

fn class_of(part: &str) -> &'static str {
    COLOURS.iter().find(|(word, _)| *word == part).map_or("other", |(_, class)| class)
}

/// Records over time.
pub(super) fn over_time(timeline: &Timeline) -> String {
    let read = columns(timeline, "read", |part| part.read);
    let written = columns(timeline, "written", |part| part.written);
    format!("{read}{written}")
}

fn columns(timeline: &Timeline, what: &str, of: fn(&Part) -> u64) -> String {
    let most = timeline.parts.iter().map(of).max().unwrap_or_default();
    let all = timeline.parts.iter().map(of).fold(0, u64::saturating_add);
    let (all, most_words) = (number(all), number(most));
    let width = duration(timeline.width_ms);
    let mut page = format!(
        "<figure><figcaption>{all} records {what}, {most_words} at most in {width}</figcaption><svg class=\"time\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{all} records {what} over time\">"
    );
    let end = timeline.end_ms();
    for (place, part) in (0_u64..).zip(&timeline.parts) {
        let count = of(part);
        if count == 0 {
            continue;
        }
        let at = |place: u64| scaled(place.saturating_mul(timeline.width_ms), end, WIDTH);
        let (left, right) = (at(place), at(place + 1));
        let height = scaled(count, most, HEIGHT).max(1);
        let _ = write!(
            page,
            "<rect class=\"{what}\" x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
            HEIGHT - height,
            right.saturating_sub(left).max(1)
        );
    }
    page + "</svg></figure>\n" + &axis(end)
}

fn axis(end: u64) -> String {
    format!(
        "<p class=\"axis\"><span>0 s</span><span>{}</span><span>{}</span></p>\n",
        duration(end / 2),
        duration(end)
    )
}

/// When each table had its turn, a line for each, in the order in which they came.
pub(super) fn turns(timeline: &Timeline) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut of: BTreeMap<&str, Vec<&Turn>> = BTreeMap::new();
    for turn in &timeline.turns {
        let own = of.entry(&turn.table).or_default();
        if own.is_empty() {
            lines.push(&turn.table);
        }
        own.push(turn);
    }
    let height = u64::try_from(lines.len()).unwrap_or_default() * LINE;
    let end = timeline.end_ms();
    let mut page = format!(
        "<figure><figcaption>Work on each table, pass after pass</figcaption><svg class=\"turns\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"When work on each table began and ended\">"
    );
    for (place, table) in (0_u64..).zip(&lines) {
        let top = place * LINE;
        let name = html(table);
        let baseline = top + 13;
        let _ = write!(page, "<text x=\"0\" y=\"{baseline}\">{name}</text>");
        for turn in of.get(table).into_iter().flatten() {
            let at = |ms: u64| NAMES + scaled(ms, end, WIDTH - NAMES);
            let (left, right) = (at(turn.began_ms), at(turn.ended_ms.unwrap_or(end)));
            let class = if turn.ended_ms.is_none() { "turn open" } else { "turn" };
            let took = match turn.ended_ms {
                Some(ended) => duration(ended.saturating_sub(turn.began_ms)),
                None => "did not end".to_owned(),
            };
            let _ = write!(
                page,
                "<rect class=\"{class}\" x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{name}, pass {}: {took}</title></rect>",
                top + 3,
                right.saturating_sub(left).clamp(2, WIDTH),
                LINE - 6,
                turn.pass
            );
        }
    }
    page + "</svg></figure>\n" + &axis(end).replace("axis", "axis turns-axis")
}

/// `count` of `most`, where `most` is `all`.
fn scaled(count: u64, most: u64, all: u64) -> u64 {
    let scaled = u128::from(count.min(most)) * u128::from(all) / u128::from(most.max(1));
    u64::try_from(scaled).unwrap_or(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_in_their_place_and_the_least_can_be_seen() {
        let counts = [("moved", u64::MAX), ("refused", 1)].map(|(n, c)| (n.to_owned(), c));
        let table = TableWork { counts: counts.into(), ..TableWork::default() };
        let drawn = bar(&table, u64::MAX);
        assert!(drawn.contains("<rect class=\"moved\" x=\"0\" width=\"1000\""), "{drawn}");
        assert_eq!(scaled(3, 0, 10), 0);
        let few = TableWork { counts: [("edited".to_owned(), 1)].into(), ..TableWork::default() };
        assert!(bar(&few, 1_000_000).contains("class=\"changed\" x=\"0\" width=\"4\""));
    }
}
