//! The wall clock, in the units that AWS's answers use.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_seconds() {
        assert_eq!(timestamp(1_700_000_000_045), Value::from(1_700_000_000.045));
        assert_eq!(timestamp(7), Value::from(0.007));
    }
}
