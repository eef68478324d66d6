//! IAM policies as they stand in files, and what they allow.

pub mod pattern;
