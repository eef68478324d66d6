//! Whether a table could be restored to how it is now.

use time::{Duration, OffsetDateTime};

use super::report::{Cover, Lack};

/// How far the latest moment is behind as a rule:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html>.
const USUAL_LAG: Duration = Duration::minutes(5);
/// How far it may be behind before recovery is not believed to run.
const MOST_LAG: Duration = Duration::minutes(10);

/// Point-in-time recovery of a table, as it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recovery {
    /// It is off.
    Off,
    /// It is on, and these are the moments that the table can be restored to.
    On { earliest: Option<OffsetDateTime>, latest: Option<OffsetDateTime> },
}

impl Recovery {
    /// That a table can be restored to `now`, or why that is not shown. To be on is not enough: what was
    /// just switched on covers nothing yet, and what lags far behind may stand still.
    pub(super) fn judge(self, now: OffsetDateTime) -> Result<Cover, Lack> {
        let Self::On { earliest, latest } = self else { return Err(Lack::RecoveryOff) };
        let (Some(earliest), Some(latest)) = (earliest, latest) else {
            return Err(Lack::RecoveryStarts { minutes: USUAL_LAG.whole_minutes() });
        };
        if earliest > now || earliest > latest {
            let minutes = up_to_minutes(earliest + USUAL_LAG - now).max(1);
            return Err(Lack::RecoveryStarts { minutes });
        }
        if now - latest > MOST_LAG {
            return Err(Lack::RecoveryLags { minutes: up_to_minutes(now - latest) });
        }
        Ok(Cover::Recovery { earliest, latest })
    }
}

/// Whole minutes, the last one begun.
fn up_to_minutes(duration: Duration) -> i64 {
    let seconds = duration.whole_seconds().max(0);
    seconds / 60 + i64::from(seconds % 60 > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_762_000_000;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    fn judge(earliest: i64, latest: i64) -> Result<Cover, Lack> {
        let recovery =
            Recovery::On { earliest: Some(at(NOW + earliest)), latest: Some(at(NOW + latest)) };
        recovery.judge(at(NOW))
    }

    #[test]
    fn to_be_on_is_not_to_cover_this_moment() {
        assert!(matches!(judge(-86_400, -300), Ok(Cover::Recovery { .. })));
        assert!(matches!(judge(-86_400, -600), Ok(Cover::Recovery { .. })));
        assert_eq!(judge(-86_400, -601), Err(Lack::RecoveryLags { minutes: 11 }));
        // Switched on a minute and a half ago.
        assert_eq!(judge(-90, -300), Err(Lack::RecoveryStarts { minutes: 4 }));
        assert_eq!(judge(60, 60), Err(Lack::RecoveryStarts { minutes: 6 }));
        let on = |earliest, latest| Recovery::On { earliest, latest }.judge(at(NOW));
        for window in [(None, None), (Some(at(NOW)), None), (None, Some(at(NOW)))] {
            let judged = on(window.0, window.1);
            assert_eq!(judged, Err(Lack::RecoveryStarts { minutes: 5 }), "{window:?}");
        }
        assert_eq!(Recovery::Off.judge(at(NOW)), Err(Lack::RecoveryOff));
    }

    proptest! {
        #[test]
        fn what_covers_has_a_window_that_ends_just_before_now(
            earliest in -4_000_000_i64..4_000,
            latest in -4_000_000_i64..4_000,
        ) {
            match judge(earliest, latest) {
                Ok(_) => prop_assert!(earliest <= 0 && earliest <= latest && latest >= -600),
                Err(Lack::RecoveryStarts { minutes } | Lack::RecoveryLags { minutes }) => {
                    prop_assert!(minutes > 0);
                    prop_assert!(earliest > 0 || earliest > latest || latest < -600);
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
