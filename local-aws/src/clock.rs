//! The wall clock, in the units that AWS's answers use.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How long it is since 1970.
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Seconds since 1970.
pub(crate) fn seconds() -> u64 {
    since_1970().as_secs()
}

/// Milliseconds since 1970.
pub(crate) fn milliseconds() -> u64 {
    u64::try_from(since_1970().as_millis()).unwrap_or(u64::MAX)
}

/// Milliseconds since 1970 as an awsJson timestamp: seconds with three decimals.
pub(crate) fn timestamp(milliseconds: u64) -> Value {
    let seconds = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    serde_json::from_str(&seconds).unwrap_or_default()
}

/// Seconds since 1970 as answers in XML show a moment, such as `2030-01-02T03:04:05Z`.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let moment = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_seconds() {
        assert_eq!(timestamp(1_700_000_000_045), Value::from(1_700_000_000.045));
        assert_eq!(timestamp(7), Value::from(0.007));
    }

    #[test]
    fn moments_are_spelled_in_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_893_553_445), "2030-01-02T03:04:05Z");
    }
}
