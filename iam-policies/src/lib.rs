//! Exact IAM policies from what Lambdas declare and were seen to do, and audits of existing ones.

pub mod arn;
pub mod audit;
mod day;
pub mod diff;
pub mod generate;
pub mod grant;
pub mod lint;
pub mod model;
pub mod needs;
pub mod policy;
pub mod report;
pub mod resource;
#[cfg(feature = "aws")]
pub mod role;
pub mod sarif;
pub mod source;

pub use documents;
