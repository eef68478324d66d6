//! SnapStart through the hooks of `lambda_runtime`.

use lambda_runtime::{BoxFuture, Error, SnapStartResource};

/// Resolves the whole binary again in the restore phase, instead of in the first invocation after
/// it.
///
/// Optional: without it the first invocation after a restore does the same.
///
/// ```no_run
/// use std::sync::Arc;
/// use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
/// use serde_json::Value;
///
/// async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
///     Ok(event.payload)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// required_env_vars::init().await?;
/// Runtime::new(service_fn(handler))
///     .register_snapstart_resource(Arc::new(required_env_vars::SnapStart))
///     .run()
///     .await
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SnapStart;

impl SnapStartResource for SnapStart {
    fn after_restore(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            crate::container::restored();
            crate::container::resolve_now().await?;
            Ok(())
        })
    }
}
