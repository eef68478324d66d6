//! Plain configuration: a scheduled function that needs values and no AWS operation.
//!
//! The event is a scheduled one of EventBridge.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::required_env_vars;
use serde_json::{Value, json};

#[required_env_vars(
    "ORGANIZATION_EMAIL_DOMAIN" = [],
    "REPORT_RECIPIENT" = [],
    "REPORT_DAYS" = [],
)]
pub(crate) async fn nightly_report(
    event: LambdaEvent<EventBridgeEvent<Value>>,
    env: NightlyReportEnv,
) -> Result<Value, Error> {
    let days: u32 = env.report_days.parse().map_err(|_| {
        format!("REPORT_DAYS (from the {}) is not a number of days", env.report_days.source())
    })?;
    Ok(json!({
        "to": format!("{}@{}", &*env.report_recipient, &*env.organization_email_domain),
        "rule": event.payload.resources.as_deref().and_then(<[String]>::first),
        "days": days,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().json().with_current_span(false).without_time().init();
    required_env_vars::init().await?;
    lambda_runtime::run(service_fn(nightly_report)).await
}
