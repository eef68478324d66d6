//! Numbers and times in words.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::escape::plain;

/// A time of the journal, to the second; anything else as it is.
pub(super) fn moment(text: &str) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    parsed(text).and_then(|time| time.format(format).ok()).unwrap_or_else(|| plain(text))
}

/// How long it was from one time of the journal to another.
pub(super) fn between(from: &str, to: &str) -> Option<String> {
    let passed = parsed(to)? - parsed(from)?;
    u64::try_from(passed.whole_milliseconds()).ok().map(duration)
}

fn parsed(text: &str) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    time.checked_to_offset(time::UtcOffset::UTC)
}

/// Milliseconds, in the two largest units.
pub(super) fn duration(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..10 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// Digits in groups of three, as `12,345`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Names and their numbers, as `3 proven, 1 void`.
pub(super) fn counted<'n>(all: impl IntoIterator<Item = (&'n str, u64)>) -> String {
    let parts: Vec<String> =
        all.into_iter().map(|(name, count)| format!("{} {}", number(count), plain(name))).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        let times = [0, 9_990, 10_000, 3_599_999, 7_260_000, 90_000_000];
        let words = ["0.0 s", "9.9 s", "10 s", "59 min 59 s", "2 h 1 min", "1 d 1 h"];
        assert_eq!(times.map(duration), words);
        let (from, to) = ("2026-11-21T10:00:00.5Z", "2026-11-21T12:00:01+01:00");
        assert_eq!(moment(to), "2026-11-21 11:00:01 UTC");
        assert_eq!(between(from, to).as_deref(), Some("1 h 0 min"));
        assert_eq!((between(to, from), moment("x\n")), (None, "x\\u{a}".to_owned()));
    }
}
