//! Services whose operations are declared, but whose calls have no typed handle.

use required_env_vars::{
    DynamoDBOperation, Error, EventBridgeOperation, SNSOperation, Variable, required_env_vars,
};

/// Operations of a service without a typed handle: declared like any, the field is a plain value.
#[required_env_vars(
    "TOPIC_ARN" = [SNSOperation::Publish],
    "BUS" = [EventBridgeOperation::PutEvents],
    "TABLE" = [DynamoDBOperation::GetItem],
)]
#[allow(dead_code)] // Never called.
async fn without_handle(env: WithoutHandleEnv) -> Result<usize, Error> {
    let topic: Variable = env.topic_arn;
    let _request = env.table.get_item();
    Ok(topic.value().len() + env.bus.len())
}

#[test]
fn a_service_without_handle_is_declared_with_its_operations() {
    let own: Vec<_> = required_env_vars::declarations()
        .filter(|declaration| declaration.function.ends_with("::without_handle"))
        .flat_map(|declaration| declaration.operations)
        .map(|operation| operation.iam())
        .collect();
    assert_eq!(own, ["sns:Publish", "events:PutEvents", "dynamodb:GetItem"]);
}
