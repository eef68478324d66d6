//! S3 as the AWS SDK sees it.

mod buckets;
mod conditions;
mod copies;
mod deletions;
mod listings;
mod multipart;
mod objects;
mod setup;
mod versions;
