//! Hears of attempts that were throttled, of which the SDK tells its callers only the last.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryReason,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::ErrorKind;

use super::Pace;

/// Slows a [`Pace`] for each throttled attempt of the clients that have this interceptor.
#[derive(Clone, Debug)]
pub struct Throttles(Pace);

impl Throttles {
    pub(super) fn new(pace: Pace) -> Self {
        Self(pace)
    }
}

impl Intercept for Throttles {
    fn name(&self) -> &'static str {
        "migration_tools::Throttles"
    }

    // The one hook that sees every attempt after its answer is understood, failed ones included.
    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let context = context.inner();
        let classifiers = || components.retry_classifiers();
        // The SDK's own judgement, by the codes that services throttle with.
        if classifiers().any(|one| is_throttling(&one.classify_retry(context)))
            || is_throttled_transaction(context)
        {
            self.0.throttled();
        }
        Ok(())
    }
}

fn is_throttling(action: &RetryAction) -> bool {
    matches!(
        action,
        RetryAction::RetryIndicated(RetryReason::RetryableError {
            kind: ErrorKind::ThrottlingError,
            ..
        })
    )
}

/// A transaction that was canceled, which the SDK does not repeat, since one of its writes was throttled.
fn is_throttled_transaction(context: &InterceptorContext) -> bool {
    let Some(Err(error)) = context.output_or_error() else { return false };
    let error = error.as_operation_error().and_then(|error| error.downcast_ref());
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error else {
        return false;
    };
    let throttled = ["ThrottlingError", "ProvisionedThroughputExceeded"];
    let mut codes = canceled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    codes.any(|code| throttled.contains(&code))
}
