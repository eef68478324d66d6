//! What is promised about IAM actions.

use ops_enums::iam::{self, AccessLevel};
use proptest::prelude::*;

fn any_action() -> impl Strategy<Value = &'static iam::Action> {
    let all: Vec<_> = iam::actions().collect();
    prop::sample::select(all)
}

proptest! {
    #[test]
    fn an_action_is_found_in_any_case(action in any_action(), upper in any::<Vec<bool>>()) {
        let written: String = action
            .full()
            .chars()
            .zip(upper.into_iter().chain(std::iter::repeat(false)))
            .map(|(letter, upper)| {
                if upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
            })
            .collect();
        prop_assert_eq!(iam::action(&written), Some(action));
    }

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        if let Some(found) = iam::action(&text) {
            prop_assert!(found.full().eq_ignore_ascii_case(&text));
        }
        let _ = (iam::is_service(&text), iam::is_covered(&text), iam::actions_of(&text));
        let _ = iam::resource_type(&text, &text);
    }
}

#[test]
fn the_canonical_case_is_given() {
    for (written, canonical) in [
        ("s3:getobject", "s3:GetObject"),
        ("S3:PUTBUCKETCORS", "s3:PutBucketCORS"),
        ("DynamoDB:partiqlSELECT", "dynamodb:PartiQLSelect"),
        ("xray:putTraceSegments", "xray:PutTraceSegments"),
        ("cognito-idp:setuicustomization", "cognito-idp:SetUICustomization"),
        ("sqs:SendMessageBatch", ""),
        ("s3:HeadObject", ""),
        ("lambda:Invoke", ""),
        ("bedrock:Converse", ""),
    ] {
        assert_eq!(iam::action(written).map_or("", iam::Action::full), canonical, "{written}");
    }
}

#[test]
fn actions_agree_with_themselves() {
    for action in iam::actions() {
        assert_eq!(action.full(), format!("{}:{}", action.prefix(), action.name()));
        assert!(iam::is_covered(action.prefix()));
        assert!(action.condition_keys().is_sorted(), "{}", action.full());
        for kind in action.resource_types() {
            assert_eq!(kind.service, action.prefix());
            assert_eq!(iam::resource_type(kind.service, kind.name), Some(*kind));
            assert!(kind.arn.starts_with("arn:"), "{kind:?}");
        }
    }
}

#[test]
fn every_service_an_enum_has_is_covered() {
    for operation in ops_enums::Operation::all() {
        let prefix = operation.service().iam_prefix();
        assert!(iam::is_covered(prefix) && iam::is_service(prefix), "{prefix}");
        assert_eq!(iam::actions_of(&prefix.to_uppercase()), iam::actions_of(prefix));
    }
    for prefix in ["iam", "sts", "execute-api", "ec2"] {
        assert!(iam::is_covered(prefix), "{prefix}");
    }
    assert!(iam::is_service("GLUE") && !iam::is_covered("glue"));
    assert!(!iam::is_service("dynamo") && iam::actions_of("glue").is_empty());
}

/// Vectors from AWS's reference pages.
#[test]
fn what_is_known_of_an_action_is_as_in_the_reference() {
    let get = iam::action("dynamodb:GetItem").unwrap();
    assert_eq!(get.access_level(), AccessLevel::Read);
    assert!(get.condition_keys().contains(&"dynamodb:LeadingKeys"));
    assert!(get.condition_keys().contains(&"aws:ResourceTag/${TagKey}"));
    let table = iam::resource_type("dynamodb", "table").unwrap();
    assert_eq!(table.arn, "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}");
    assert_eq!(get.resource_types(), [table]);

    for (action, level) in [
        ("iam:PassRole", AccessLevel::PermissionsManagement),
        ("kms:CreateGrant", AccessLevel::PermissionsManagement),
        ("s3:PutBucketPolicy", AccessLevel::PermissionsManagement),
        ("s3:ListAllMyBuckets", AccessLevel::List),
        ("sqs:TagQueue", AccessLevel::Tagging),
        ("sqs:SendMessage", AccessLevel::Write),
    ] {
        assert_eq!(iam::action(action).unwrap().access_level(), level, "{action}");
    }
    for unlimited in ["s3:ListAllMyBuckets", "xray:PutTraceSegments", "dynamodb:ListTables"] {
        assert!(iam::action(unlimited).unwrap().resource_types().is_empty(), "{unlimited}");
    }
}
