//! Processes, and what they take.

#![allow(unreachable_pub, reason = "each benchmark is a crate of its own")]
#![allow(dead_code, reason = "each benchmark uses a part of it")]
#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "helpers of benchmarks")]

use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a process took, and the most memory that it had, in MiB. It has to end well.
pub fn measured(mut process: Child) -> (Duration, u64) {
    let begin = Instant::now();
    let status = format!("/proc/{}/status", process.id());
    let mut peak = 0;
    let ended = loop {
        if let Some(ended) = process.try_wait().unwrap() {
            break ended;
        }
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(now.unwrap_or_default());
        sleep(Duration::from_millis(10));
    };
    assert!(ended.success(), "{ended}");
    (begin.elapsed(), peak / 1024)
}

/// A number from the environment.
pub fn number_of(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// One count for each of another.
pub fn each(count: usize, of: usize) -> f64 {
    number(count) / number(of)
}

/// So many a second.
pub fn rate(count: usize, took: Duration) -> f64 {
    number(count) / took.as_secs_f64()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
