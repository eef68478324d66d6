//! Runs the example Lambdas, unchanged, on the embedded AWS.
//!
//! The Lambdas themselves are in `src/bin`: `files-api`, an HTTP API
//! over a table and a bucket; `order-queue`, a queue consumer with a secret; and `nightly-report`,
//! plain configuration. Nothing in them knows of what is in here.

pub mod command;
mod error;
mod lambda;
pub mod others;
pub mod policies;
pub mod populate;
mod program;
pub mod show;
pub mod university;
pub mod university_files;
mod world;

pub use error::Error;
pub use lambda::{LAMBDAS, Lambda};
pub use program::build;
pub use world::{SERVICE, TRACKING, start};
