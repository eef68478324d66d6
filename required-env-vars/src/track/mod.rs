//! Tracking: who uses which variable for what, recorded in a table while the handler runs.
//!
//! Off unless `ENV_VARS_TRACKING_TABLE` is set. It runs beside the body, never fails it, and ends
//! before the answer (Lambda freezes the container then): what is declared is recorded within a
//! second from the begin of the call, what ran for the first time within a second from the end of
//! its body, so an answer is held up by a second at most. `ENV_VARS_TRACKING_TIMEOUT_MS` changes
//! the second. What was not written is not remembered as written: the next invocation tries again,
//! at once after the first failure, then after a second, doubling up to a quarter of an hour. A
//! failure is one `tracing` warning.

#[cfg(feature = "dynamodb")]
mod attempt;
#[cfg(feature = "dynamodb")]
mod entry;
#[cfg(feature = "dynamodb")]
mod patience;
#[cfg(feature = "dynamodb")]
mod record;
#[cfg(feature = "dynamodb")]
#[cfg(test)]
mod record_tests;
#[cfg(feature = "dynamodb")]
mod table;
#[cfg(feature = "dynamodb")]
mod tracker;
#[cfg(feature = "dynamodb")]
mod update;

#[cfg(feature = "dynamodb")]
pub(crate) use attempt::{declarations, observations};
#[cfg(feature = "dynamodb")]
pub use table::create_table;
#[cfg(feature = "dynamodb")]
pub(crate) use tracker::Tracker;

#[cfg(not(feature = "dynamodb"))]
pub(crate) use without_table::{Tracker, declarations, observations};

#[cfg(not(feature = "dynamodb"))]
mod without_table {
    use std::time::Instant;

    use aws_config::SdkConfig;

    use crate::binding::Binding;
    use crate::settings::Settings;

    /// There is no tracking without the DynamoDB SDK.
    pub(crate) enum Tracker {}

    impl Tracker {
        pub(crate) fn new(settings: &Settings) -> Option<Self> {
            if let Some(table) = &settings.tracking_table {
                tracing::warn!(
                    table,
                    "ENV_VARS_TRACKING_TABLE is set, but nothing is tracked: enable the feature \
                     `dynamodb` of required-env-vars"
                );
            }
            None
        }

        pub(crate) fn configure(&self, _config: &SdkConfig) {}

        pub(crate) fn may_try(&self) -> bool {
            false
        }
    }

    pub(crate) async fn declarations(_binding: &Binding) {}

    pub(crate) async fn observations(_binding: &Binding, _body_end: Instant) {}
}
