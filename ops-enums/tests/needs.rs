//! What each operation needs.

use ops_enums::iam::{self, Holder, Need, NoNeeds, Tier};
use ops_enums::{Operation, Resource};

// A helper of tests.
#[allow(clippy::panic)]
fn operation(iam: &str) -> Operation {
    Operation::from_iam(iam).unwrap_or_else(|| panic!("no operation {iam}"))
}

fn required(operation: Operation) -> Vec<&'static Need> {
    operation.needs().iter().filter(|need| need.tier == Tier::Required).collect()
}

#[test]
fn every_operation_has_needs_or_a_reason() {
    for operation in Operation::all() {
        assert_eq!(operation.needs().is_empty(), operation.no_needs().is_some(), "{operation}");
    }
}

/// A policy with another resource type would be accepted by IAM and allow nothing.
#[test]
fn every_resource_type_is_accepted_by_its_action() {
    for operation in Operation::all() {
        for need in operation.needs() {
            let accepted = need.action.resource_types();
            if let Some(kind) = need.resource {
                assert!(accepted.contains(&kind), "{operation}: {} {kind:?}", need.action.full());
            }
            assert_eq!(iam::action(need.action.full()), Some(need.action));
        }
    }
}

#[test]
fn needs_are_told_once_and_the_required_first() {
    let place = |need: &Need| match need.tier {
        Tier::Required => 0,
        Tier::Option { .. } => 1,
        Tier::Forwarded { .. } => 2,
        _ => 3,
    };
    for operation in Operation::all() {
        let needs = operation.needs();
        assert!(needs.is_sorted_by_key(place), "{operation}");
        for (at, need) in needs.iter().enumerate() {
            assert!(!needs[..at].contains(need), "{operation} {need:?}");
            let same = |other: &&Need| {
                (other.action, other.resource, other.holder)
                    == (need.action, need.resource, need.holder)
            };
            let repeats = matches!(need.tier, Tier::Option { .. })
                && needs.iter().filter(same).any(|other| other.tier == Tier::Required);
            assert!(!repeats, "{operation}: {} is required anyway", need.action.full());
        }
    }
}

/// A sentence "only when ..." that a person reads, and principals that IAM knows.
#[test]
fn the_words_of_a_tier_fit_where_they_are_used() {
    for operation in Operation::all() {
        for need in operation.needs() {
            let (when, name) = match need.tier {
                Tier::Required => continue,
                Tier::Option { when } => (Some(when), None),
                Tier::Forwarded { via, when } => {
                    assert!(matches!(need.holder, Holder::Other(_)), "{operation}");
                    assert_eq!(need.action.prefix(), "kms", "{operation}");
                    (Some(when), Some(via))
                }
                Tier::PassRole { to, when } => {
                    assert_eq!(need.action.full(), "iam:PassRole");
                    let service = to.strip_suffix(".amazonaws.com");
                    assert!(service.is_some(), "{operation}: {to}");
                    (when, service)
                }
                other => panic!("{operation}: unknown tier {other:?}"),
            };
            if let Some(when) = when {
                let first = when.chars().next();
                assert!(first.is_some_and(char::is_lowercase), "{operation}: {when}");
                assert!(!when.ends_with('.') && !when.starts_with("only"), "{operation}: {when}");
            }
            if let Some(name) = name {
                let lower = name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
                assert!(lower && !name.is_empty(), "{operation}: {name}");
            }
        }
    }
}

/// Nobody can leave iam:PassRole without the condition that limits it.
#[test]
fn roles_are_only_passed_to_somebody() {
    for operation in Operation::all() {
        for need in operation.needs().iter().filter(|need| need.action.full() == "iam:PassRole") {
            assert!(matches!(need.tier, Tier::PassRole { .. }), "{operation}");
        }
    }
}

#[test]
fn an_operation_needs_the_action_of_its_name_if_there_is_one() {
    for operation in Operation::all() {
        let Some(action) = iam::action(operation.iam()) else { continue };
        if operation.no_needs() == Some(NoNeeds::NoneAsked) {
            continue;
        }
        assert!(operation.needs().iter().any(|need| need.action == action), "{operation}");
    }
}

/// The operations whose action has another name, written by hand from AWS's pages.
#[test]
fn renamed_operations_need_what_aws_says() {
    let vectors = include_str!("renamed.txt");
    let mut seen = std::collections::BTreeSet::new();
    for line in vectors.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, rest) = line.split_once(" -> ").unwrap();
        let operation = operation(name);
        assert_eq!(operation.iam(), name);
        let mut found: Vec<String> = required(operation)
            .iter()
            .map(|need| {
                let kind = need.resource.map_or("*", |kind| kind.name);
                match need.holder {
                    Holder::Variable => format!("{} {kind}", need.action.full()),
                    Holder::Other(which) => format!("{} {kind} of {which}", need.action.full()),
                }
            })
            .collect();
        found.sort();
        let mut expected: Vec<&str> = rest.split("; ").filter(|need| *need != "nothing").collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}");
        seen.insert(name.to_owned());
    }
    for operation in Operation::all() {
        let has_action = iam::action(operation.iam()).is_some();
        let renamed = !has_action && operation.no_needs().is_none();
        assert!(!renamed || seen.contains(operation.iam()), "no vector for {operation}");
    }
}

fn options(operation: Operation) -> Vec<(&'static str, &'static str)> {
    operation
        .needs()
        .iter()
        .filter_map(|need| match need.tier {
            Tier::Option { when } => Some((need.action.full(), when)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_transaction_needs_what_its_items_need() {
    let writes = operation("dynamodb:TransactWriteItems");
    assert!(required(writes).is_empty());
    assert_eq!(
        options(writes),
        [
            ("dynamodb:ConditionCheckItem", "an item of the transaction is a condition check"),
            ("dynamodb:DeleteItem", "an item of the transaction is a delete"),
            ("dynamodb:PutItem", "an item of the transaction is a put"),
            ("dynamodb:UpdateItem", "an item of the transaction is an update"),
        ]
    );
}

#[test]
fn a_query_is_allowed_on_table_and_index() {
    for name in ["dynamodb:Query", "dynamodb:Scan"] {
        let needs = required(operation(name));
        let on: Vec<_> = needs.iter().filter_map(|need| need.resource).map(|on| on.name).collect();
        assert_eq!(on, ["index", "table"], "{name}");
        assert!(needs.iter().all(|need| need.holder == Holder::Variable));
    }
}

#[test]
fn a_qualified_invocation_is_an_option() {
    let invoke = operation("lambda:Invoke");
    let on = |tier: fn(&Tier) -> bool| -> Vec<&str> {
        let needs = invoke.needs().iter().filter(|need| tier(&need.tier));
        needs.filter_map(|need| need.resource).map(|on| on.name).collect()
    };
    assert_eq!(on(|tier| *tier == Tier::Required), ["function"]);
    let qualified = Tier::Option { when: "a qualifier is given" };
    assert_eq!(options(invoke)[0], ("lambda:InvokeFunction", "a qualifier is given"));
    assert!(invoke.needs().iter().any(|need| need.tier == qualified));
    assert_eq!(
        on(|tier| matches!(tier, Tier::Option { .. })),
        ["function alias", "function version"]
    );
}

#[test]
fn a_batch_of_secrets_needs_each_secret() {
    let batch = operation("secretsmanager:BatchGetSecretValue");
    let found: Vec<_> = required(batch)
        .iter()
        .map(|need| (need.action.name(), need.resource.map(|on| on.name)))
        .collect();
    assert_eq!(found, [("BatchGetSecretValue", None), ("GetSecretValue", Some("Secret"))]);
    assert_eq!(options(batch), [("secretsmanager:ListSecrets", "filters are given")]);
}

#[test]
fn a_role_is_passed_to_the_service_that_takes_it() {
    let passes: Vec<_> = operation("lambda:CreateFunction")
        .needs()
        .iter()
        .filter_map(|need| match need.tier {
            Tier::PassRole { to, when } => Some((to, when, need.resource.map(|on| on.name))),
            _ => None,
        })
        .collect();
    assert_eq!(passes, [("lambda.amazonaws.com", None, Some("role"))]);
}

#[test]
fn keys_are_used_through_the_service() {
    for (name, action, service) in [
        ("s3:GetObject", "kms:Decrypt", "s3"),
        ("s3:PutObject", "kms:GenerateDataKey", "s3"),
        ("sqs:SendMessage", "kms:GenerateDataKey", "sqs"),
        ("secretsmanager:GetSecretValue", "kms:Decrypt", "secretsmanager"),
        ("ssm:GetParameters", "kms:Decrypt", "ssm"),
        ("dynamodb:GetItem", "kms:Decrypt", "dynamodb"),
        ("lambda:CreateFunction", "kms:Encrypt", "lambda"),
    ] {
        let found = operation(name).needs().iter().any(|need| {
            need.action.full() == action
                && matches!(need.tier, Tier::Forwarded { via, .. } if via == service)
                && need.resource.is_some_and(|on| on.name == "key")
        });
        assert!(found, "{name} {action}");
    }
}

#[test]
fn what_carries_a_token_needs_nothing_and_what_is_new_is_unknown() {
    assert_eq!(operation("cognito-idp:SignUp").no_needs(), Some(NoNeeds::NoneAsked));
    assert_eq!(operation("cognito-idp:AdminGetUser").no_needs(), None);
    assert_eq!(operation("lambda:PauseDurableExecution").no_needs(), Some(NoNeeds::Unlisted));
}

#[test]
fn objects_and_buckets_are_not_confused() {
    for operation in Operation::all().filter(|found| matches!(found, Operation::S3(_))) {
        for need in required(operation).iter().filter(|need| need.action.prefix() == "s3") {
            let kind = need.resource.map(|on| on.name);
            let expected = match operation.resource() {
                Resource::Object => Some("object"),
                Resource::Bucket => Some("bucket"),
                _ => None,
            };
            assert_eq!(kind, expected, "{operation}");
        }
    }
}
