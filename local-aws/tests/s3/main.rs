//! S3 as the AWS SDK sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics, helpers too")]

mod buckets;
mod conditions;
mod copies;
mod deletions;
mod listings;
mod multipart;
mod objects;
mod setup;
mod versions;
