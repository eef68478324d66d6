//! Days as they stand in tracking records.

use time::Date;
use time::macros::format_description;

/// Days since a fixed one, for differences; `None` if the text is no day such as `2026-11-21`.
pub(crate) fn number(day: &str) -> Option<i32> {
    let format = format_description!("[year]-[month]-[day]");
    // The parser takes signs and long years, which no writer uses.
    (day.len() == 10).then(|| Date::parse(day, format).ok()).flatten().map(Date::to_julian_day)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn differences_are_in_days() {
        let days = |a, b| number(a).unwrap() - number(b).unwrap();
        assert_eq!(days("2026-11-21", "2026-11-20"), 1);
        assert_eq!(days("2024-03-01", "2024-02-28"), 2);
        assert_eq!(days("2027-01-01", "2026-01-01"), 365);
    }

    #[test]
    fn what_is_no_day_has_no_number() {
        for text in ["", "2026-13-01", "2026-02-30", "20261121", "2026-11-21T00", "+026-01-01"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
