//! S3 as the AWS SDK sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics, helpers too")]

mod buckets;
mod conditions;
mod copies;
mod deletions;
mod denials;
mod large;
mod listings;
mod multipart;
mod notifications;
mod objects;
mod setup;
mod versions;
