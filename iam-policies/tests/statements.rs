//! Putting permissions together neither adds nor loses any, and fits the limit.

use std::collections::BTreeSet;

use iam_policies::arn::{Arn, Parameter, Part};
use iam_policies::generate::{Format, LIMIT, Policy, policies, without_open_parts, written};
use iam_policies::grant::{Conditions, Grants, On, Permission, Reasons};
use proptest::prelude::*;

const ACTIONS: [&str; 6] = [
    "dynamodb:GetItem",
    "dynamodb:Query",
    "s3:GetObject",
    "s3:PutObject",
    "xray:PutTraceSegments",
    "kms:Decrypt",
];

fn conditions() -> impl Strategy<Value = Conditions> {
    let value = prop_oneof![Just("files"), Just("orders"), Just("a-much-longer-value")];
    let values = prop::collection::btree_set(value.prop_map(Arn::from), 1..3);
    let key = prop_oneof![
        Just(("StringEquals".to_owned(), "kms:ViaService".to_owned())),
        Just(("ForAllValues:StringLike".to_owned(), "dynamodb:LeadingKeys".to_owned())),
    ];
    prop::collection::btree_map(key, values, 0..2)
}

fn on() -> impl Strategy<Value = On> {
    prop_oneof![
        1 => Just(On::Everything { why: "nothing narrower".to_owned() }),
        8 => (0..40u8, 1..60usize).prop_map(|(number, length)| {
            On::Arn(Arn::from(format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{number}{}", "x".repeat(length)).as_str()))
        }),
    ]
}

fn grants() -> impl Strategy<Value = Grants> {
    let permission = (prop::sample::select(&ACTIONS[..]), on(), conditions())
        .prop_map(|(action, on, conditions)| Permission { action, on, conditions });
    prop::collection::btree_map(permission, Just(BTreeSet::new()), 0..120)
}

/// Every action, resource and set of conditions that the policies allow, `*` as nothing.
fn allowed(policies: &[Policy]) -> BTreeSet<(&'static str, Option<Arn>, Conditions)> {
    let mut all = BTreeSet::new();
    for statement in policies.iter().flat_map(|policy| &policy.statements) {
        for action in &statement.actions {
            let resources: Vec<Option<Arn>> = match statement.resources.is_empty() {
                true => vec![None],
                false => statement.resources.iter().cloned().map(Some).collect(),
            };
            for resource in resources {
                all.insert((*action, resource, statement.conditions.clone()));
            }
        }
    }
    all
}

fn asked(grants: &Grants) -> BTreeSet<(&'static str, Option<Arn>, Conditions)> {
    let on = |on: &On| match on {
        On::Everything { .. } => None,
        On::Arn(arn) => Some(arn.clone()),
    };
    grants.keys().map(|p| (p.action, on(&p.on), p.conditions.clone())).collect()
}

fn size(policy: &Policy) -> usize {
    let text = written(std::slice::from_ref(policy), Format::Json);
    text.chars().filter(|letter| !letter.is_whitespace()).count()
}

proptest! {
    #[test]
    fn exactly_what_was_asked_for_is_allowed(grants in grants()) {
        let policies = policies("group", &grants);
        prop_assert_eq!(allowed(&policies), asked(&grants));
        for policy in &policies {
            prop_assert!(size(policy) <= LIMIT, "{}", size(policy));
            let sids: BTreeSet<&str> = policy.statements.iter().map(|s| s.sid.as_str()).collect();
            prop_assert_eq!(sids.len(), policy.statements.len(), "every Sid once");
            prop_assert!(sids.iter().all(|sid| sid.bytes().all(|b| b.is_ascii_alphanumeric())));
        }
        let names: BTreeSet<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        prop_assert_eq!(names.len(), policies.len());
    }
}

fn permission(
    action: &'static str,
    resource: &str,
    conditions: Conditions,
) -> (Permission, Reasons) {
    (Permission { action, on: On::Arn(resource.into()), conditions }, Reasons::new())
}

#[test]
fn what_is_too_long_for_one_policy_becomes_several() {
    let table = |n| {
        format!("arn:aws:dynamodb:eu-west-1:111122223333:table/a-table-of-a-large-deployment-{n}")
    };
    let grants: Grants = (0..200)
        .flat_map(|n| {
            ["dynamodb:GetItem", "dynamodb:PutItem"]
                .map(|a| permission(a, &table(n), Conditions::new()))
        })
        .collect();
    let split = policies("files", &grants);
    assert!(split.len() > 2, "{}", split.len());
    assert_eq!(split[0].name, "files-1");
    assert_eq!(allowed(&split), asked(&grants));
    assert!(split.iter().all(|policy| size(policy) <= LIMIT));
    // No more than one policy is far from full.
    assert!(split.iter().filter(|policy| size(policy) < LIMIT / 2).count() <= 1);
}

#[test]
fn a_condition_is_cut_only_where_any_value_suffices() {
    let values = |n: usize| {
        (0..n).map(|n| Arn::from(format!("arn:aws:ssm:eu-west-1:111122223333:parameter/amplify/dev/files/VARIABLE_{n}").as_str())).collect()
    };
    let key = ("StringEquals".to_owned(), "kms:EncryptionContext:PARAMETER_ARN".to_owned());
    let via = ("StringEquals".to_owned(), "kms:ViaService".to_owned());
    let conditions = Conditions::from([
        (key.clone(), values(200)),
        (via.clone(), ["ssm.eu-west-1.amazonaws.com".into()].into()),
    ]);
    let grants = Grants::from([permission(
        "kms:Decrypt",
        "arn:aws:kms:eu-west-1:111122223333:key/*",
        conditions,
    )]);
    let split = policies("files", &grants);
    let mut seen = BTreeSet::new();
    for statement in split.iter().flat_map(|policy| &policy.statements) {
        assert_eq!(statement.conditions[&via].len(), 1, "the other condition stays");
        seen.extend(statement.conditions[&key].clone());
    }
    assert_eq!(seen, values(200));
    assert!(split.iter().all(|policy| size(policy) <= LIMIT));
}

#[test]
fn as_few_statements_as_possible() {
    let both = ["arn:aws:s3:::one/*", "arn:aws:s3:::two/*"];
    let grants: Grants = both
        .iter()
        .flat_map(|arn| {
            ["s3:GetObject", "s3:PutObject"].map(|a| permission(a, arn, Conditions::new()))
        })
        .collect();
    assert_eq!(policies("files", &grants)[0].statements.len(), 1);
}

#[test]
fn nothing_needs_no_policy() {
    assert_eq!(policies("files", &Grants::new()), []);
    assert_eq!(written(&[], Format::Json), "{}\n");
}

#[test]
fn a_policy_document_leaves_out_what_is_open_and_says_so() {
    let parameter = Parameter {
        service: None,
        name: "FILES_TABLE".to_owned(),
        what: "name of the table".to_owned(),
    };
    let open = Arn::new([
        "arn:aws:dynamodb:eu-west-1:111122223333:table/".into(),
        Part::Parameter(parameter),
    ]);
    let mut grants =
        Grants::from([permission("s3:GetObject", "arn:aws:s3:::one/*", Conditions::new())]);
    grants.insert(
        Permission { action: "dynamodb:GetItem", on: On::Arn(open), conditions: Conditions::new() },
        BTreeSet::new(),
    );
    let (known, gaps) = without_open_parts(grants);
    assert_eq!(known.len(), 1);
    let [gap] = gaps.as_slice() else { panic!("{gaps:?}") };
    assert_eq!(
        gap.what,
        "dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:111122223333:table/<FILES_TABLE>"
    );
    assert!(gap.parameters.iter().map(|open| open.name.as_str()).eq(["FILES_TABLE"]));
}

#[test]
fn one_open_parameter_does_not_take_the_decryption_of_the_others_away() {
    let stage = Parameter { service: None, name: "STAGE".to_owned(), what: "stage".to_owned() };
    let open = Arn::new(["arn:aws:ssm:::parameter/".into(), Part::Parameter(stage)]);
    let key = ("StringEquals".to_owned(), "kms:EncryptionContext:PARAMETER_ARN".to_owned());
    let with = |operator: &str, values: &[Arn]| {
        let values = values.iter().cloned().collect();
        let conditions = Conditions::from([((operator.to_owned(), key.1.clone()), values)]);
        Grants::from([permission("kms:Decrypt", "arn:aws:kms:::key/*", conditions)])
    };
    let one: Arn = "arn:aws:ssm:::parameter/one".into();
    let both = [one.clone(), open.clone()];
    let (known, gaps) = without_open_parts(with("StringEquals", &both));
    assert_eq!(known, with("StringEquals", std::slice::from_ref(&one)));
    assert_eq!(gaps.len(), 1, "and what is open is said");
    for grants in [with("StringEquals", &[open]), with("StringNotEquals", &both)] {
        let (known, gaps) = without_open_parts(grants);
        assert_eq!((known.len(), gaps.len()), (0, 1), "no condition is lost or says more");
    }
}
