//! Every operation is found from every spelling that tracking records hold, and nothing else is.

use ops_enums::{
    BedrockOperation, CognitoOperation, DynamoDBOperation, LambdaOperation, Operation, S3Operation,
    SESOperation, SNSOperation, SQSOperation, SSMOperation, SecretsManagerOperation,
};
use proptest::prelude::*;

fn any_operation() -> impl Strategy<Value = Operation> {
    let all: Vec<Operation> = Operation::all().collect();
    prop::sample::select(all)
}

/// As the Python and JavaScript enums spell a name whose words a person split: acronyms whole or by
/// letter.
fn with_underscores(name: &str, at: &[prop::sample::Index]) -> String {
    let mut letters: Vec<char> = name.to_ascii_uppercase().chars().collect();
    for index in at {
        letters.insert(index.index(letters.len()), '_');
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn each_spelling_finds_its_operation(
        operation in any_operation(),
        underscores in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let upper = with_underscores(operation.name(), &underscores);
        let prefix = operation.service().iam_prefix();
        for text in [
            operation.name().to_owned(),
            operation.iam().to_owned(),
            upper.to_lowercase(),
            format!("{prefix}:{upper}"),
            upper,
        ] {
            prop_assert!(Operation::spelled(&text).any(|found| found == operation), "{text}");
        }
    }

    #[test]
    fn an_iam_spelling_finds_exactly_its_operation(operation in any_operation()) {
        prop_assert_eq!(Operation::from_iam(operation.iam()), Some(operation));
        prop_assert_eq!(Operation::from_iam(&operation.iam().to_uppercase()), Some(operation));
        let with_prefix: Vec<_> = Operation::spelled(operation.iam()).collect();
        prop_assert_eq!(with_prefix, [operation]);
    }

    #[test]
    fn what_the_sdk_reports_finds_the_operation(operation in any_operation()) {
        let found = Operation::from_sdk(operation.service().id(), operation.name());
        prop_assert_eq!(found, Some(operation));
    }

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        let _ = Operation::from_iam(&text);
        let _ = Operation::from_sdk(&text, &text);
        for found in Operation::spelled(&text) {
            let letters = |text: &str| text.replace('_', "").to_lowercase();
            let name = text.split_once(':').map_or(&*text, |(_, name)| name);
            prop_assert_eq!(letters(found.name()), letters(name));
        }
    }
}

#[test]
fn old_python_names_are_understood() {
    let cases: [(&str, Operation); 7] = [
        ("GET_BUCKET_CORS", S3Operation::GetBucketCors.into()),
        ("LIST_OBJECTS_V2", S3Operation::ListObjectsV2.into()),
        ("HEAD_OBJECT", S3Operation::HeadObject.into()),
        ("BATCH_WRITE_ITEM", DynamoDBOperation::BatchWriteItem.into()),
        ("GET_SECRET_VALUE", SecretsManagerOperation::GetSecretValue.into()),
        ("GET_CSV_HEADER", CognitoOperation::GetCSVHeader.into()),
        ("INVOKE_MODEL", BedrockOperation::InvokeModel.into()),
    ];
    for (text, expected) in cases {
        assert_eq!(Operation::spelled(text).collect::<Vec<_>>(), [expected], "{text}");
    }
}

#[test]
fn a_shared_bare_name_has_several_answers() {
    let found: Vec<_> = Operation::spelled("ADD_PERMISSION").collect();
    assert_eq!(
        found,
        [
            Operation::SQS(SQSOperation::AddPermission),
            Operation::Lambda(LambdaOperation::AddPermission),
            Operation::SNS(SNSOperation::AddPermission),
        ]
    );
}

#[test]
fn what_is_no_operation_is_not_found() {
    for text in
        ["", "_", ":", "dynamodb:", ":GetItem", "s3:GetItem", "dynamodb:GetItems", "dynamodb:*"]
    {
        assert_eq!(Operation::spelled(text).next(), None, "{text}");
        assert_eq!(Operation::from_iam(text), None, "{text}");
    }
}

#[test]
fn case_differences_of_iam_are_bridged() {
    let found = Operation::from_iam("S3:GetBucketCORS");
    assert_eq!(found, Some(S3Operation::GetBucketCors.into()));
}

#[test]
fn an_api_that_shares_a_name_with_another_finds_the_shared_one() {
    let found = Operation::from_sdk("Bedrock Agent", "TagResource");
    assert_eq!(found, Some(BedrockOperation::TagResource.into()));
    for version in ["SES", "SESv2"] {
        assert_eq!(
            Operation::from_sdk(version, "SendEmail"),
            Some(SESOperation::SendEmail.into()),
            "{version}"
        );
    }
    assert_eq!(Operation::from_sdk("Bedrock Agent", "GetItem"), None);
    assert_eq!(Operation::from_sdk("SSM", "GetParameter"), Some(SSMOperation::GetParameter.into()));
}
