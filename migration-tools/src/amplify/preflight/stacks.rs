//! The CloudFormation stack of the basic-ops service.
//!
//! Assumption that only a deployment can prove: the framework names the resource of the path
//! `/user-data` as the error message does that its users see, `ApiGatewayResourceUserDashdata`, because
//! it spells `-` as `Dash`; deeper paths have resources of their own and this one too.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use required_env_vars::Failure;

use super::facts::Seen;

/// The resource of the path `/user-data`.
const USER_DATA: &str = "ApiGatewayResourceUserDashdata";
const PATH: &str = "AWS::ApiGateway::Resource";
/// Plugins put what is too much for one stack into others.
const NESTED: &str = "AWS::CloudFormation::Stack";

/// The stack, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicOps {
    /// Its status, in CloudFormation's words.
    pub status: String,
    /// Whether the path `/user-data` is its own, or that of a stack in it.
    pub owns_user_data: bool,
}

/// Reads a stack; `None` where there is none of that name, or it is deleted.
pub(super) async fn basic_ops(client: &Client, name: &str) -> Seen<Option<BasicOps>> {
    let described = match client.describe_stacks().stack_name(name).send().await {
        Ok(answer) => answer.stacks.unwrap_or_default().into_iter().next(),
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(Failure::of(&error)),
    };
    let Some(stack) = described else { return Ok(None) };
    let status = stack.stack_status.map(|status| status.as_str().to_owned()).unwrap_or_default();
    let mut waiting = vec![name.to_owned()];
    let mut owns_user_data = false;
    while let Some(stack) = waiting.pop() {
        let pages = client.list_stack_resources().stack_name(&stack).into_paginator();
        let mut resources = pages.items().send();
        while let Some(resource) = resources.next().await {
            let resource = match resource {
                Ok(resource) => resource,
                // Deleted in the meantime.
                Err(error) if is_absent(&error) => break,
                Err(error) => return Err(Failure::of(&error)),
            };
            let gone =
                resource.resource_status().is_some_and(|one| one.as_str() == "DELETE_COMPLETE");
            let (kind, id) = (resource.resource_type(), resource.logical_resource_id());
            if !gone && kind == Some(PATH) && id == Some(USER_DATA) {
                owns_user_data = true;
            }
            if !gone && kind == Some(NESTED) {
                waiting.extend(resource.physical_resource_id);
            }
        }
    }
    Ok(Some(BasicOps { status, owns_user_data }))
}

/// The service has no error of its own for it.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>
fn is_absent<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(|error| {
        error.code() == Some("ValidationError")
            && error.message().is_some_and(|message| message.ends_with("does not exist"))
    })
}
