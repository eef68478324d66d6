//! Patterns mean exactly the texts that IAM says they do, and policies allow exactly what IAM allows.

// Helpers of tests stop where a promise is broken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "evaluate/conditions.rs"]
mod conditions;
#[path = "evaluate/decisions.rs"]
mod decisions;
#[path = "evaluate/patterns.rs"]
mod patterns;
#[path = "evaluate/reading.rs"]
mod reading;
#[path = "evaluate/refusals.rs"]
mod refusals;
#[path = "evaluate/templates.rs"]
mod templates;
