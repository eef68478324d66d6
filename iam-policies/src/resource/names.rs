//! Which names AWS accepts, and which kind of name a variable of each service usually holds.

use ops_enums::iam::ResourceType;

use super::template;

/// The placeholder that a variable of a service usually stands for, by IAM prefix.
pub(super) fn usual(service: &str) -> Option<&'static str> {
    Some(match service {
        "dynamodb" => "TableName",
        "s3" => "BucketName",
        "sqs" => "QueueName",
        "secretsmanager" => "SecretId",
        "ssm" => "ParameterNameWithoutLeadingSlash",
        "lambda" => "FunctionName",
        "bedrock" => "ResourceId",
        "cognito-idp" => "UserPoolId",
        "sns" => "TopicName",
        "events" => "EventBusName",
        "scheduler" => "GroupName",
        "kms" => "KeyId",
        "kinesis" => "StreamName",
        "states" => "StateMachineName",
        "ses" => "IdentityName",
        "logs" => "LogGroupName",
        "cloudwatch" => "AlarmName",
        "xray" => "GroupName",
        "iam" => "RoleNameWithPath",
        _ => return None,
    })
}

/// The placeholder of a type that a value stands for: the service's usual one where the type has
/// it, else the type's first.
pub(super) fn placeholder_of(kind: &ResourceType) -> Option<&'static str> {
    match usual(kind.service) {
        Some(usual) if template::has(kind.arn, usual) => Some(usual),
        _ => template::first(kind.arn),
    }
}

/// In words, what stands for a placeholder.
pub(super) fn words(placeholder: &str) -> String {
    match placeholder {
        "TableName" => "name of the table".to_owned(),
        "BucketName" => "name of the bucket".to_owned(),
        "QueueName" => "name of the queue (not its URL)".to_owned(),
        "SecretId" => "name of the secret".to_owned(),
        "ParameterNameWithoutLeadingSlash" => {
            "name of the parameter without its first slash".to_owned()
        }
        "FunctionName" => "name of the function".to_owned(),
        "UserPoolId" => "id of the user pool".to_owned(),
        "TopicName" => "name of the topic (not its ARN)".to_owned(),
        "EventBusName" => "name of the event bus".to_owned(),
        "KeyId" => "id of the key".to_owned(),
        "StreamName" => "name of the stream".to_owned(),
        "StateMachineName" => "name of the state machine (not its ARN)".to_owned(),
        "LogGroupName" => "name of the log group".to_owned(),
        "RoleNameWithPath" => "name of the role".to_owned(),
        "ResourceId" => "id of the model".to_owned(),
        other => format!("`{other}` of the resource's ARN"),
    }
}

/// Whether AWS accepts this as what a placeholder stands for. The limits are those of each
/// service's API reference; where one is laxer, nothing that means something in a policy (`*`,
/// `?`, `$`, quotes, white space, control characters) passes.
pub(super) fn is_valid(placeholder: &str, name: &str) -> bool {
    let (min, max, _) = limits(placeholder);
    (min..=max).contains(&name.chars().count())
        && has_valid_letters(placeholder, name)
        && name.chars().any(|letter| letter.is_ascii_alphanumeric())
}

/// Whether every character may be part of such a name.
pub(super) fn has_valid_letters(placeholder: &str, part: &str) -> bool {
    let (_, _, extra) = limits(placeholder);
    part.chars().all(|letter| letter.is_ascii_alphanumeric() || extra.contains(letter))
}

/// Least and most characters, and those allowed beside ASCII letters and digits.
fn limits(placeholder: &str) -> (usize, usize, &'static str) {
    match placeholder {
        "TableName" => (3, 255, "_.-"),
        // Old buckets may have upper case, underscores and 255 characters.
        "BucketName" => (3, 255, "_.-"),
        "QueueName" => (1, 80, "_-."),
        "SecretId" => (1, 512, "/_+=.@-"),
        "ParameterNameWithoutLeadingSlash" => (1, 2048, "_.-/"),
        "FunctionName" => (1, 140, "_-"),
        "UserPoolId" => (1, 55, "_-"),
        "TopicName" => (1, 256, "_-."),
        "EventBusName" => (1, 256, "/._-"),
        "KeyId" => (1, 256, "/_-"),
        "StreamName" => (1, 128, "_.-"),
        "StateMachineName" => (1, 80, "_-."),
        "LogGroupName" => (1, 512, "_/.#-"),
        "IdentityName" => (1, 320, "._@+-%=&!~'"),
        "ResourceId" => (1, 2048, "._:/-"),
        _ => (1, 1024, "._/:@+=#-"),
    }
}
