//! The time that migrations are given: the same in every attempt of a run.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::engine::journal::Run;

/// When a run began, or the first of those that it goes on with: UTC, RFC 3339, in milliseconds, as
/// JavaScript writes it (`2026-11-21T10:00:00.000Z`).
#[must_use]
pub fn moment(runs: &[(u64, Run)], of: u64) -> String {
    let mut first = of;
    let mut started = None;
    while let Some((_, run)) = runs.iter().find(|(number, _)| *number == first) {
        started = OffsetDateTime::parse(&run.started, &Rfc3339).ok().or(started);
        match run.continues.filter(|earlier| *earlier < first) {
            Some(earlier) => first = earlier,
            None => break,
        }
    }
    started.map_or_else(now, written)
}

/// This moment, in the same form: for who only looks.
#[must_use]
pub fn now() -> String {
    written(OffsetDateTime::now_utc())
}

fn written(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let time = time.checked_to_offset(time::UtcOffset::UTC).unwrap_or(time);
    time.format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_has_the_time_of_the_first_one() {
        let run = |started: &str, continues| Run {
            started: started.to_owned(),
            continues,
            ..Run::default()
        };
        let runs = [
            (1, run("2026-11-21T10:00:00.123456789Z", None)),
            (2, run("2026-11-21T12:00:00+01:00", None)),
            (3, run("2026-11-21T13:00:00Z", Some(1))),
            (4, run("2026-11-21T14:00:00Z", Some(3))),
        ];
        let of = |number| moment(&runs, number);
        assert_eq!([of(1), of(3), of(4)], ["2026-11-21T10:00:00.123Z"; 3]);
        assert_eq!(of(2), "2026-11-21T11:00:00.000Z");
        assert_eq!(of(9).len(), "2026-11-21T11:00:00.000Z".len());
    }
}
