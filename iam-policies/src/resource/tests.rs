use ops_enums::iam;
use proptest::prelude::*;

use super::*;

fn here() -> Deployment {
    Deployment {
        partition: None,
        region: Some("eu-west-1".to_owned()),
        account: Some("111122223333".to_owned()),
    }
}

fn arns(service: &'static str, kind: &str, value: &str) -> Vec<String> {
    let kind = iam::resource_type(service, kind).unwrap();
    let identity = Identity::read(service, value, fallback([kind].into_iter())).unwrap();
    let written = |target: Target| target.arn.text().unwrap();
    targets(kind, &identity, &here()).into_iter().map(written).collect()
}

/// Service, resource type, value of the variable, ARNs.
const VECTORS: &[(&str, &str, &str, &[&str])] = &[
    (
        "dynamodb",
        "table",
        "files-dev",
        &["arn:aws:dynamodb:eu-west-1:111122223333:table/files-dev"],
    ),
    (
        "dynamodb",
        "index",
        "files-dev",
        &["arn:aws:dynamodb:eu-west-1:111122223333:table/files-dev/index/*"],
    ),
    (
        "dynamodb",
        "stream",
        "files-dev",
        &["arn:aws:dynamodb:eu-west-1:111122223333:table/files-dev/stream/*"],
    ),
    (
        "dynamodb",
        "index",
        "arn:aws-cn:dynamodb:cn-north-1:444455556666:table/files",
        &["arn:aws-cn:dynamodb:cn-north-1:444455556666:table/files/index/*"],
    ),
    // An ARN of a part names the whole, too.
    (
        "dynamodb",
        "table",
        "arn:aws:dynamodb:us-east-1:444455556666:table/files/index/by-owner",
        &["arn:aws:dynamodb:us-east-1:444455556666:table/files"],
    ),
    // Of the part itself the ARN says which one it is: the others are not meant.
    (
        "dynamodb",
        "index",
        "arn:aws:dynamodb:us-east-1:444455556666:table/files/index/by-owner",
        &["arn:aws:dynamodb:us-east-1:444455556666:table/files/index/by-owner"],
    ),
    (
        "dynamodb",
        "stream",
        "arn:aws:dynamodb:us-east-1:444455556666:table/files/stream/2026-01-01T00:00:00.000",
        &["arn:aws:dynamodb:us-east-1:444455556666:table/files/stream/2026-01-01T00:00:00.000"],
    ),
    ("s3", "object", "arn:aws:s3:::media/in/a.png", &["arn:aws:s3:::media/in/a.png"]),
    (
        "logs",
        "log-stream",
        "arn:aws:logs:eu-west-1:111122223333:log-group:/app:log-stream:one",
        &["arn:aws:logs:eu-west-1:111122223333:log-group:/app:log-stream:one"],
    ),
    // The value names a table, not a global table.
    ("dynamodb", "global-table", "arn:aws:dynamodb:us-east-1:444455556666:table/files", &[]),
    ("s3", "bucket", "media.example", &["arn:aws:s3:::media.example"]),
    ("s3", "object", "media.example", &["arn:aws:s3:::media.example/*"]),
    ("s3", "object", "arn:aws-us-gov:s3:::media", &["arn:aws-us-gov:s3:::media/*"]),
    ("sqs", "queue", "orders.fifo", &["arn:aws:sqs:eu-west-1:111122223333:orders.fifo"]),
    (
        "sqs",
        "queue",
        "https://sqs.us-west-2.amazonaws.com/444455556666/orders",
        &["arn:aws:sqs:us-west-2:444455556666:orders"],
    ),
    (
        "sqs",
        "queue",
        "https://eu-central-1.queue.amazonaws.com/444455556666/orders",
        &["arn:aws:sqs:eu-central-1:444455556666:orders"],
    ),
    (
        "sqs",
        "queue",
        "https://sqs.cn-north-1.amazonaws.com.cn/444455556666/orders",
        &["arn:aws-cn:sqs:cn-north-1:444455556666:orders"],
    ),
    (
        "sqs",
        "queue",
        "http://127.0.0.1:4566/444455556666/orders",
        &["arn:aws:sqs:eu-west-1:444455556666:orders"],
    ),
    (
        "secretsmanager",
        "Secret",
        "prod/api-key",
        &["arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/api-key-??????"],
    ),
    (
        "secretsmanager",
        "Secret",
        "arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/api-key-a1B2c3",
        &["arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/api-key-a1B2c3"],
    ),
    // A partial ARN is accepted by AWS as well.
    (
        "secretsmanager",
        "Secret",
        "arn:aws:secretsmanager:us-east-1:444455556666:secret:key",
        &["arn:aws:secretsmanager:us-east-1:444455556666:secret:key-??????"],
    ),
    // `secret` has six letters.
    (
        "secretsmanager",
        "Secret",
        "arn:aws:secretsmanager:us-east-1:444455556666:secret:my-secret",
        &[
            "arn:aws:secretsmanager:us-east-1:444455556666:secret:my-secret",
            "arn:aws:secretsmanager:us-east-1:444455556666:secret:my-secret-??????",
        ],
    ),
    (
        "ssm",
        "parameter",
        "/app/dev/flag",
        &["arn:aws:ssm:eu-west-1:111122223333:parameter/app/dev/flag"],
    ),
    ("ssm", "parameter", "flag:3", &["arn:aws:ssm:eu-west-1:111122223333:parameter/flag"]),
    (
        "ssm",
        "parameter",
        "arn:aws:ssm:us-east-1:444455556666:parameter/shared/flag",
        &["arn:aws:ssm:us-east-1:444455556666:parameter/shared/flag"],
    ),
    ("lambda", "function", "resize", &["arn:aws:lambda:eu-west-1:111122223333:function:resize"]),
    (
        "lambda",
        "function",
        "resize:live",
        &["arn:aws:lambda:eu-west-1:111122223333:function:resize:live"],
    ),
    (
        "lambda",
        "function alias",
        "resize",
        &["arn:aws:lambda:eu-west-1:111122223333:function:resize:*"],
    ),
    ("lambda", "function alias", "resize:live", &[]),
    (
        "lambda",
        "function",
        "444455556666:function:resize",
        &["arn:aws:lambda:eu-west-1:444455556666:function:resize"],
    ),
    (
        "lambda",
        "function",
        "arn:aws:lambda:us-east-1:444455556666:function:resize:7",
        &["arn:aws:lambda:us-east-1:444455556666:function:resize:7"],
    ),
    ("lambda", "layer", "fonts", &["arn:aws:lambda:eu-west-1:111122223333:layer:fonts"]),
    (
        "bedrock",
        "foundation-model",
        "anthropic.claude-3-haiku-20240307-v1:0",
        &["arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"],
    ),
    ("bedrock", "inference-profile", "anthropic.claude-3-haiku-20240307-v1:0", &[]),
    (
        "bedrock",
        "inference-profile",
        "eu.anthropic.claude-3-haiku-20240307-v1:0",
        &[
            "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-3-haiku-20240307-v1:0",
        ],
    ),
    (
        "bedrock",
        "foundation-model",
        "eu.anthropic.claude-3-haiku-20240307-v1:0",
        &["arn:aws:bedrock:*::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"],
    ),
    (
        "bedrock",
        "application-inference-profile",
        "arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/abc123def456",
        &["arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/abc123def456"],
    ),
    (
        "bedrock",
        "guardrail",
        "gr12ab34cd56",
        &["arn:aws:bedrock:eu-west-1:111122223333:guardrail/gr12ab34cd56"],
    ),
    (
        "cognito-idp",
        "userpool",
        "eu-west-1_AbCdEfGhI",
        &["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI"],
    ),
    (
        "sns",
        "topic",
        "arn:aws:sns:us-east-1:444455556666:alerts",
        &["arn:aws:sns:us-east-1:444455556666:alerts"],
    ),
    ("events", "event-bus", "orders", &["arn:aws:events:eu-west-1:111122223333:event-bus/orders"]),
    (
        "kms",
        "key",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        &["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ),
    ("kms", "key", "alias/files", &["arn:aws:kms:eu-west-1:111122223333:key/*"]),
    ("kinesis", "stream", "clicks", &["arn:aws:kinesis:eu-west-1:111122223333:stream/clicks"]),
    (
        "states",
        "execution",
        "arn:aws:states:us-east-1:444455556666:stateMachine:orders",
        &["arn:aws:states:us-east-1:444455556666:execution:orders:*"],
    ),
    (
        "logs",
        "log-group",
        "/aws/lambda/api",
        &[
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/api:*",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/api",
        ],
    ),
    (
        "logs",
        "log-stream",
        "arn:aws:logs:us-east-1:444455556666:log-group:/aws/lambda/api:*",
        &["arn:aws:logs:us-east-1:444455556666:log-group:/aws/lambda/api:log-stream:*"],
    ),
];

#[test]
fn values_become_exactly_these_arns() {
    for (service, kind, value, expected) in VECTORS {
        assert_eq!(arns(service, kind, value), *expected, "{service} {kind} {value}");
    }
}

#[test]
fn what_is_no_name_becomes_no_arn() {
    let attempts = [
        "*",
        "files-*",
        "files?",
        "",
        " ",
        "files\"",
        "files\n",
        "files dev",
        "${aws:username}",
        "$",
        "files,arn:aws:s3:::*",
        "files\u{0}",
        "fi\u{202e}les",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/*",
        "arn:aws:dynamodb:*:*:table/files",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/files\",\"arn:aws:s3:::*",
        "arn:aws:s3:::bucket",
        "arn:aws:dynamodb:eu-west-1:111122223333",
        "arn:aws:dynamodb:eu-west-1:12:table/files",
        "https://example.com/111122223333/orders",
    ];
    for value in attempts {
        assert!(Identity::read("dynamodb", value, None).is_err(), "{value:?}");
    }
    for value in [
        "*",
        "https://sqs.*.amazonaws.com/111122223333/*",
        "https://sqs.eu-west-1.amazonaws.com/1/q",
        "https://x/111122223333/q/r",
    ] {
        assert!(Identity::read("sqs", value, None).is_err(), "{value:?}");
    }
    for value in ["arn:aws:s3:::media/*", "arn:aws:s3:::media/in/*", "arn:aws:s3:::media/a?"] {
        assert!(Identity::read("s3", value, None).is_err(), "{value:?}");
    }
    for value in ["/a/*", "/a b", "a?"] {
        assert!(Identity::read("ssm", value, None).is_err(), "{value:?}");
    }
}

#[test]
fn an_alias_and_a_profile_are_limited_by_a_condition() {
    let conditions = |service, kind, value| {
        let kind = iam::resource_type(service, kind).unwrap();
        let identity = Identity::read(service, value, None).unwrap();
        let target = targets(kind, &identity, &here()).remove(0);
        let ((operator, key), values) = target.conditions.into_iter().next().unwrap();
        (operator, key, values.into_iter().map(|arn| arn.text().unwrap()).collect::<Vec<_>>())
    };
    let (operator, key, values) = conditions("kms", "key", "alias/files");
    assert_eq!(
        (operator.as_str(), key.as_str()),
        ("ForAnyValue:StringEquals", "kms:ResourceAliases")
    );
    assert_eq!(values, ["alias/files"]);
    let (_, key, values) =
        conditions("bedrock", "foundation-model", "us.meta.llama3-1-8b-instruct-v1:0");
    assert_eq!(key, "bedrock:InferenceProfileArn");
    assert_eq!(
        values,
        [
            "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/us.meta.llama3-1-8b-instruct-v1:0"
        ]
    );
}

#[test]
fn an_unknown_value_stays_open() {
    let kind = iam::resource_type("dynamodb", "index").unwrap();
    let parameter = Parameter { service: None, name: "FILES_TABLE".to_owned(), what: what(kind) };
    let target = open(kind, parameter, &Deployment::default()).unwrap();
    let shown = target.arn.written(|part| match part {
        Part::Parameter(parameter) => format!("<{}>", parameter.name),
        other => format!("{other:?}"),
    });
    assert_eq!(shown, "arn:Partition:dynamodb:Region:Account:table/<FILES_TABLE>/index/*");
}

proptest! {
    /// Whatever a record says, an ARN has the wildcards that this crate put there and no others.
    #[test]
    fn no_value_smuggles_anything(value in "\\PC*|arn:aws:[a-z0-9]{1,8}:.*|https://.*") {
        for service in ["dynamodb", "s3", "sqs", "secretsmanager", "ssm", "lambda", "bedrock", "kms"] {
            let Ok(identity) = Identity::read(service, &value, None) else { continue };
            for kind in iam::resource_types_of(service).iter().filter(|kind| kind.service == service) {
                for target in targets(kind, &identity, &here()) {
                    let arn = target.arn.text().unwrap();
                    prop_assert!(arn.bytes().all(|b| (b' '..0x7f).contains(&b) && !b"\"\\${} ,".contains(&b)), "{arn}");
                    let name = &identity.name;
                    prop_assert!(!name.contains(['*', '?']));
                    prop_assert_eq!(arn.matches("arn:").count(), 1);
                }
            }
        }
    }
}
