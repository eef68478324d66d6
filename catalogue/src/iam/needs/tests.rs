//! The rules, on a small service.

use std::collections::BTreeSet;

use super::*;
use crate::iam::sources::iam_data::ResourceType;

/// Name, level, and the resource types with whether each is required.
type Row<'r> = (&'r str, &'static str, &'r [(&'r str, bool)]);

fn service(prefix: &'static str, actions: &[Row<'_>]) -> Service {
    let action = |(name, level, on): &Row<'_>| Action {
        name: (*name).to_owned(),
        level,
        resource_types: on
            .iter()
            .map(|(name, required)| On { name: (*name).to_owned(), required: *required })
            .collect(),
        condition_keys: BTreeSet::new(),
        dependents: Vec::new(),
    };
    Service {
        prefix,
        resource_types: Vec::<ResourceType>::new(),
        actions: actions.iter().map(action).collect(),
    }
}

fn services() -> Vec<Service> {
    let shop = [
        ("GetItem", "Read", &[("shelf", true), ("drawer", false)][..]),
        ("LinkItem", "Write", &[("label", true), ("shelf", true)]),
        ("ListItems", "List", &[("label", false)]),
        ("PutLabel", "Write", &[("label", false)]),
        ("TagResource", "Tagging", &[("label", true), ("shelf", true)]),
        ("GetLimits", "Read", &[]),
    ];
    vec![
        service("shop", &shop),
        service("kms", &[("Decrypt", "Write", &[("key", true)])]),
        service("iam", &[("PassRole", "Write", &[("role", true)])]),
    ]
}

fn corrections(text: &str) -> Corrections {
    let kinds = "kinds.shop = { Shelf = [\"shelf\"], ByArn = [\"shelf\"] }\n";
    toml::from_str(&format!("{kinds}{text}")).unwrap()
}

/// The needs of an operation, as `tier action on resource of holder`.
fn needs(kind: &str, name: &str, text: &str) -> Result<Vec<String>, String> {
    let (services, corrections) = (services(), corrections(text));
    let context = Context { services: &services, corrections: &corrections };
    let operation = Operation { name: name.to_owned(), kind: kind.to_owned() };
    let needs = context.needs("shop", &operation).map_err(|error| error.to_string())?;
    Ok(needs
        .map_or_else(|why| vec![format!("{why:?}")], |needs| needs.iter().map(in_words).collect()))
}

fn in_words(need: &Need) -> String {
    let resource = need.resource.as_deref().unwrap_or("*");
    let holder = need.other.as_deref().unwrap_or("the variable");
    let when = match &need.tier {
        Tier::Required => String::new(),
        Tier::Option { when } => format!(", when {when}"),
        Tier::Forwarded { via, when } => format!(" via {via}, when {when}"),
        Tier::PassRole { to, when } => format!(" to {to}, when {when:?}"),
    };
    format!("{} on {resource} of {holder}{when}", need.action)
}

#[test]
fn the_action_of_the_same_name_is_needed_on_the_variables_resource() {
    for (kind, name, expected) in [
        ("Shelf", "GetItem", &["shop:GetItem on shelf of the variable"][..]),
        ("Shelf", "getitem", &["shop:GetItem on shelf of the variable"]),
        ("Account", "GetLimits", &["shop:GetLimits on * of the variable"]),
        (
            "Shelf",
            "LinkItem",
            &["shop:LinkItem on label of the label", "shop:LinkItem on shelf of the variable"],
        ),
        ("ByArn", "TagResource", &["shop:TagResource on shelf of the variable"]),
        ("Account", "ListItems", &["shop:ListItems on * of the variable"]),
        (
            "Account",
            "PutLabel",
            &[
                "shop:PutLabel on * of the variable",
                "shop:PutLabel on label of the label, when the call names a label",
            ],
        ),
        (
            "Account",
            "GetItem",
            &[
                "shop:GetItem on shelf of the shelf",
                "shop:GetItem on drawer of the drawer, when the call names a drawer",
            ],
        ),
    ] {
        assert_eq!(needs(kind, name, "").unwrap(), expected, "{kind} {name}");
    }
}

#[test]
fn an_operation_without_an_action_is_an_error_that_names_it() {
    let error = needs("Shelf", "HeadItem", "").unwrap_err();
    assert!(error.starts_with("`shop:HeadItem` needs `shop:HeadItem`"), "{error}");
}

#[test]
fn a_reviewed_entry_stands_instead_or_besides() {
    let text = r#"
        instead = [{ operations = ["shop:HeadItem"], source = "https://x", needs = [
            { action = "shop:getitem" },
            { action = "shop:GetItem", on = ["drawer"], of = "the source" },
        ] }]
        besides = [{ operations = ["shop:HeadItem"], source = "https://x", needs = [
            { action = "kms:Decrypt", of = "the key", via = "shop", when = "it is encrypted" },
            { action = "iam:PassRole", of = "the role", to = "shop.amazonaws.com" },
            { action = "shop:TagResource", when = "tags are given" },
            { action = "shop:GetItem", when = "it is needed anyway" },
        ] }]
    "#;
    assert_eq!(
        needs("Shelf", "HeadItem", text).unwrap(),
        [
            "shop:GetItem on drawer of the source",
            "shop:GetItem on shelf of the variable",
            "shop:TagResource on shelf of the variable, when tags are given",
            "kms:Decrypt on key of the key via shop, when it is encrypted",
            "iam:PassRole on role of the role to shop.amazonaws.com, when None",
        ]
    );
}

#[test]
fn a_reviewed_entry_that_cannot_be_is_an_error() {
    for (need, expected) in [
        (r#"{ action = "shop:GetItem", on = ["label"] }"#, "does not accept `label`"),
        (r#"{ action = "shop:TakeItem" }"#, "there is no such action"),
        (r#"{ action = "kms:Decrypt", via = "shop" }"#, "has to say `when`"),
        (r#"{ action = "iam:PassRole" }"#, "has to say `to` whom"),
        (r#"{ action = "iam:PassRole", to = "a", via = "b", when = "c" }"#, "both"),
    ] {
        let text = format!(
            "besides = [{{ operations = [\"shop:GetItem\"], source = \"\", needs = [{need}] }}]"
        );
        let error = needs("Shelf", "GetItem", &text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn an_operation_that_needs_nothing_says_why() {
    let text =
        r#"without = [{ operations = ["shop:Enter"], source = "https://x", why = "NoneAsked" }]"#;
    assert_eq!(needs("Shelf", "Enter", text).unwrap(), ["NoneAsked"]);
}

#[test]
fn a_dependent_action_is_a_need_or_left_out_with_a_reason() {
    let left_out = r#"no_dependent = [{ operation = "shop:GetItem", actions = ["kms:Decrypt"], reason = "-" }]"#;
    let needed = r#"besides = [{ operations = ["shop:GetItem"], source = "https://x", needs = [
        { action = "kms:Decrypt", of = "the key", via = "shop", when = "it is encrypted" }] }]"#;
    let mut services = services();
    services[0].actions[0].dependents.push("kms:Decrypt".to_owned());
    let operation = Operation { name: "GetItem".to_owned(), kind: "Shelf".to_owned() };
    for (text, accepted) in [("", false), (left_out, true), (needed, true)] {
        let corrections = corrections(text);
        let context = Context { services: &services, corrections: &corrections };
        let result = context.needs("shop", &operation);
        assert_eq!(result.is_ok(), accepted, "{text}");
        if let Err(error) = result {
            assert!(error.to_string().contains("depends on `kms:Decrypt`"), "{error}");
        }
    }
}
