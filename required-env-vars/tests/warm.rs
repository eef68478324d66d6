//! A warm invocation allocates nothing, with handles and plain values alike.
//!
//! The variables are those that Cargo sets for every test, so nothing has to be set up.

use std::task::{Context, Poll, Waker};

use required_env_vars::{DynamoDBOperation, required_env_vars};

#[required_env_vars(
    "CARGO_MANIFEST_DIR" = [DynamoDBOperation::GetItem, DynamoDBOperation::PutItem],
    "CARGO_PKG_NAME" = [DynamoDBOperation::Query],
    "CARGO_PKG_VERSION" = [DynamoDBOperation::GetItem],
    "CARGO_PKG_VERSION_MAJOR" = [],
    "CARGO_PKG_VERSION_MINOR" = [],
    "CARGO_PKG_VERSION_PATCH" = [],
    "CARGO_PKG_DESCRIPTION" = [],
    "CARGO_PKG_LICENSE" = [],
    "CARGO_PKG_RUST_VERSION" = [],
    "CARGO_MANIFEST_PATH" = [],
)]
async fn ten_variables(
    factor: usize,
    env: TenVariablesEnv,
) -> Result<usize, required_env_vars::Error> {
    Ok(factor * (env.cargo_pkg_name.len() + env.cargo_pkg_license.len()))
}

#[tokio::test(flavor = "current_thread")]
async fn a_warm_call_allocates_nothing() {
    let cold = ten_variables(2).await.unwrap();
    assert_eq!(cold, 2 * ("required-env-vars".len() + "MIT OR Apache-2.0".len()));

    // Polled by hand: what is measured cannot await.
    let mut future = Box::pin(ten_variables(2));
    let mut context = Context::from_waker(Waker::noop());
    let mut answer = Poll::Pending;
    let allocations = allocation_counter::measure(|| answer = future.as_mut().poll(&mut context));
    assert!(matches!(answer, Poll::Ready(Ok(_))));
    assert_eq!(allocations.count_total, 0);
}

#[tokio::test]
async fn a_call_can_be_spawned() {
    let answer = tokio::spawn(ten_variables(1)).await.unwrap().unwrap();
    assert_eq!(answer, "required-env-vars".len() + "MIT OR Apache-2.0".len());
}
