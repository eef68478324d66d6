//! Exact IAM policies from what Lambdas declare and were seen to do, and audits of existing ones.

pub mod arn;
pub mod document;
pub mod grant;
pub mod model;
pub mod policy;
