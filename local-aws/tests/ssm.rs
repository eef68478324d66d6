//! Parameter Store as the SDK sees it.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::ProvideErrorMetadata;
use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use local_aws::LocalAws;

async fn start() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    (aws, client)
}

/// The error code of a refused call.
macro_rules! code {
    ($call:expr) => {{
        let error = $call.await.expect_err("the call is to be refused").into_service_error();
        error.code().unwrap_or_default().to_owned()
    }};
}

async fn put(client: &Client, name: &str, value: &str) {
    let put = client.put_parameter().name(name).value(value).r#type(ParameterType::String);
    put.overwrite(true).send().await.unwrap();
}

#[tokio::test]
async fn a_parameter_is_written_read_and_deleted() {
    let (aws, client) = start().await;
    put(&client, "/shop/host", "one").await;
    put(&client, "/shop/host", "two").await;

    let answer = client.get_parameter().name("/shop/host").send().await.unwrap();
    let found = answer.parameter().unwrap();
    assert_eq!((found.value(), found.version()), (Some("two"), 2));
    assert_eq!(found.arn(), Some("arn:aws:ssm:eu-west-1:111122223333:parameter/shop/host"));
    assert_eq!(aws.ssm().value("/shop/host").as_deref(), Some("two"));

    client.delete_parameter().name("/shop/host").send().await.unwrap();
    assert_eq!(code!(client.get_parameter().name("/shop/host").send()), "ParameterNotFound");
    assert_eq!(code!(client.delete_parameter().name("/shop/host").send()), "ParameterNotFound");
}

#[tokio::test]
async fn put_parameter_is_strict() {
    let (_aws, client) = start().await;
    let new = |name: &str, value: &str| {
        client.put_parameter().name(name).value(value).r#type(ParameterType::String)
    };
    assert_eq!(code!(new("/a", "").send()), "ValidationException");
    assert_eq!(code!(client.put_parameter().name("/a").value("x").send()), "ValidationException");
    assert_eq!(code!(new("a b", "x").send()), "ValidationException");
    assert_eq!(code!(new("/aws/a", "x").send()), "ValidationException");
    assert_eq!(code!(new("/a", &"x".repeat(4097)).send()), "ValidationException");
    new("/a", &"x".repeat(4096)).send().await.unwrap();
    assert_eq!(code!(new("/a", "y").send()), "ParameterAlreadyExists");
    let secure = new("/a", "y").r#type(ParameterType::SecureString).overwrite(true);
    assert_eq!(code!(secure.send()), "HierarchyTypeMismatchException");

    let large = "x".repeat(8192);
    let answer = new("/big", &large).tier(ParameterTier::IntelligentTiering).send().await.unwrap();
    assert_eq!(answer.tier(), Some(&ParameterTier::Advanced));
    let smaller = new("/big", "x").tier(ParameterTier::Standard).overwrite(true);
    assert_eq!(code!(smaller.send()), "ValidationException");
    let larger = new("/bigger", &"x".repeat(8193)).tier(ParameterTier::Advanced);
    assert_eq!(code!(larger.send()), "ValidationException");
}

#[tokio::test]
async fn get_parameters_takes_ten_names_and_sorts_what_it_finds() {
    let (aws, client) = start().await;
    for n in 0..12 {
        aws.ssm().put(&format!("/p/{n:02}"), "v");
    }
    let names = |range: std::ops::Range<usize>| {
        range.rev().map(|n| format!("/p/{n:02}")).collect::<Vec<_>>()
    };
    let answer = client
        .get_parameters()
        .set_names(Some(names(0..8)))
        .names("/p/unknown")
        .names("not a name")
        .send()
        .await
        .unwrap();
    let found: Vec<&str> = answer.parameters().iter().filter_map(|p| p.name()).collect();
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert_eq!((found.len(), &found), (8, &sorted));
    assert_eq!(answer.invalid_parameters(), ["/p/unknown", "not a name"]);

    let eleven = client.get_parameters().set_names(Some(names(0..11)));
    assert_eq!(code!(eleven.send()), "ValidationException");
    assert_eq!(aws.violations().len(), 1);
    let twice = client.get_parameters().names("/p/00").names("/p/00");
    assert_eq!(code!(twice.send()), "ValidationException");
}

#[tokio::test]
async fn versions_labels_and_arns_select() {
    let (_aws, client) = start().await;
    for value in ["one", "two", "three"] {
        put(&client, "/v", value).await;
    }
    let label = client.label_parameter_version().name("/v").parameter_version(2);
    let answer = label.labels("live").labels("1st").send().await.unwrap();
    assert_eq!(answer.invalid_labels(), ["1st"]);

    let arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/v";
    for (reference, value, selector) in [
        ("/v:1".to_owned(), "one", Some(":1")),
        ("/v:live".to_owned(), "two", Some(":live")),
        (arn.to_owned(), "three", None),
        (format!("{arn}:live"), "two", Some(":live")),
    ] {
        let answer = client.get_parameters().names(&reference).send().await.unwrap();
        let found = &answer.parameters()[0];
        assert_eq!((found.value(), found.selector()), (Some(value), selector), "{reference}");
        assert_eq!(found.name(), Some("/v"));
    }
    let answer = client.get_parameters().names("/v:9").names("/v:gone").send().await.unwrap();
    assert_eq!(answer.invalid_parameters(), ["/v:9", "/v:gone"]);
    assert_eq!(code!(client.get_parameter().name("/v:9").send()), "ParameterVersionNotFound");

    let history = client.get_parameter_history().name("/v").send().await.unwrap();
    let values: Vec<_> = history.parameters().iter().filter_map(|p| p.value()).collect();
    assert_eq!(values, ["one", "two", "three"]);
    assert_eq!(history.parameters()[1].labels(), ["live"]);
}

#[tokio::test]
async fn a_secure_string_is_shown_only_when_decrypted() {
    let (aws, client) = start().await;
    aws.ssm().put_secure("/s", "canary-7741");
    let sealed = client.get_parameter().name("/s").send().await.unwrap();
    let shown = sealed.parameter().unwrap().value().unwrap();
    assert!(shown.starts_with("AQICAH"), "{shown}");
    assert!(!shown.contains("canary-7741"));
    let again = client.get_parameter().name("/s").send().await.unwrap();
    assert_eq!(again.parameter().unwrap().value(), Some(shown));

    let open = client.get_parameter().name("/s").with_decryption(true).send().await.unwrap();
    assert_eq!(open.parameter().unwrap().value(), Some("canary-7741"));
    assert!(!format!("{:?}", aws.ssm()).contains("canary-7741"));
}

#[tokio::test]
async fn pages_by_path_hold_ten_and_end() {
    let (aws, client) = start().await;
    for n in 0..23 {
        aws.ssm().put(&format!("/app/{n:02}"), "v");
    }
    aws.ssm().put("/app/deep/er", "v");
    aws.ssm().put("/application", "v");
    let list = |recursive: bool| {
        let pages = client.get_parameters_by_path().path("/app/").recursive(recursive);
        pages.into_paginator().send().collect::<Result<Vec<_>, _>>()
    };
    let flat = list(false).await.unwrap();
    let sizes: Vec<usize> = flat.iter().map(|page| page.parameters().len()).collect();
    assert_eq!(sizes, [10, 10, 3]);
    let deep = list(true).await.unwrap();
    assert_eq!(deep.iter().map(|page| page.parameters().len()).sum::<usize>(), 24);

    let eleven = client.get_parameters_by_path().path("/app").max_results(11);
    assert_eq!(code!(eleven.send()), "ValidationException");
    let token = client.get_parameters_by_path().path("/app").next_token("made up");
    assert_eq!(code!(token.send()), "InvalidNextToken");
}

#[tokio::test]
async fn one_denied_or_undecryptable_name_fails_the_whole_call() {
    let (aws, client) = start().await;
    aws.ssm().put("/ok", "v");
    aws.ssm().put("/team/secret", "v");
    aws.ssm().put_secure("/sealed", "v");
    aws.ssm().deny("/team");
    aws.ssm().make_undecryptable("/sealed");

    let denied = client.get_parameters().names("/ok").names("/team/secret").send().await;
    let error = denied.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    let message = error.message().unwrap();
    assert!(message.contains("ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/team/secret"), "{message}");

    let both = client.get_parameters().names("/ok").names("/sealed");
    both.clone().send().await.expect("ciphertext needs no key");
    let error = both.with_decryption(true).send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    let message = error.message().unwrap();
    assert!(message.contains("kms:Decrypt on resource: arn:aws:kms:"), "{message}");
    assert!(!message.contains("/sealed"));

    aws.ssm().allow("/team");
    aws.ssm().allow("/sealed");
    let all = client.get_parameters().names("/team/secret").names("/sealed").with_decryption(true);
    assert_eq!(all.send().await.unwrap().parameters().len(), 2);
}

#[tokio::test]
async fn parameters_are_described_without_values() {
    let (aws, client) = start().await;
    for n in 0..60 {
        aws.ssm().put(&format!("/d/{n:02}"), "canary-9023");
    }
    aws.ssm().put_secure("/e/one", "canary-9023");
    let pages = client.describe_parameters().into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.parameters().len()).collect();
    assert_eq!(sizes, [50, 11]);
    assert!(!format!("{pages:?}").contains("canary-9023"));

    let filter = |key: &str, option: &str, value: &str| {
        let filter = aws_sdk_ssm::types::ParameterStringFilter::builder();
        filter.key(key).option(option).values(value).build().unwrap()
    };
    let secure =
        client.describe_parameters().parameter_filters(filter("Type", "Equals", "SecureString"));
    let answer = secure.send().await.unwrap();
    assert_eq!(answer.parameters()[0].name(), Some("/e/one"));
    let prefix =
        client.describe_parameters().parameter_filters(filter("Name", "BeginsWith", "/d/1"));
    assert_eq!(prefix.send().await.unwrap().parameters().len(), 10);
    let wrong = client.describe_parameters().parameter_filters(filter("Colour", "Equals", "red"));
    assert_eq!(code!(wrong.send()), "InvalidFilterKey");
}

#[tokio::test]
async fn many_are_deleted_at_once() {
    let (aws, client) = start().await;
    aws.ssm().put("/x", "v");
    let answer = client.delete_parameters().names("/x").names("/y").send().await.unwrap();
    assert_eq!(answer.deleted_parameters(), ["/x"]);
    assert_eq!(answer.invalid_parameters(), ["/y"]);
    assert!(aws.ssm().names().is_empty());
}

#[tokio::test]
async fn what_is_not_emulated_is_refused_by_name() {
    let (_aws, client) = start().await;
    let error = client.list_documents().send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(error.message().unwrap().contains("ssm:ListDocuments"));
}

#[tokio::test]
async fn tags_are_kept_changed_and_found() {
    use aws_sdk_ssm::types::{ParameterStringFilter, ResourceTypeForTagging::Parameter, Tag};
    let (_aws, client) = start().await;
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let new = client.put_parameter().name("/t").value("v").r#type(ParameterType::String);
    new.clone().tags(tag("team", "red")).send().await.unwrap();
    let both = new.value("w").overwrite(true).tags(tag("team", "blue"));
    assert_eq!(code!(both.send()), "ValidationException");

    let add = client.add_tags_to_resource().resource_type(Parameter).resource_id("/t");
    add.tags(tag("stage", "prod")).send().await.unwrap();
    let filter = ParameterStringFilter::builder().key("tag:stage").values("prod").build().unwrap();
    let found = client.describe_parameters().parameter_filters(filter).send().await.unwrap();
    assert_eq!(found.parameters().len(), 1);

    let remove = client.remove_tags_from_resource().resource_type(Parameter).resource_id("/t");
    remove.tag_keys("team").send().await.unwrap();
    let list = client.list_tags_for_resource().resource_type(Parameter);
    let left = list.clone().resource_id("/t").send().await.unwrap();
    assert_eq!(left.tag_list(), [tag("stage", "prod")]);
    assert_eq!(code!(list.resource_id("/none").send()), "InvalidResourceId");
}

#[tokio::test]
async fn a_label_moves_and_is_removed() {
    let (_aws, client) = start().await;
    put(&client, "/l", "one").await;
    put(&client, "/l", "two").await;
    for version in [1, 2] {
        let label = client.label_parameter_version().name("/l").parameter_version(version);
        label.labels("live").send().await.unwrap();
    }
    let found = client.get_parameter().name("/l:live").send().await.unwrap();
    assert_eq!(found.parameter().unwrap().value(), Some("two"));
    let remove = client.unlabel_parameter_version().name("/l").parameter_version(2);
    let removed = remove.labels("live").labels("dead").send().await.unwrap();
    assert_eq!(removed.removed_labels(), ["live"]);
    assert_eq!(removed.invalid_labels(), ["dead"]);
    assert_eq!(code!(client.get_parameter().name("/l:live").send()), "ParameterVersionNotFound");
}

#[tokio::test]
async fn a_hundred_versions_are_kept_unless_the_oldest_has_a_label() {
    let (aws, client) = start().await;
    for n in 1..=100 {
        aws.ssm().put("/many", &n.to_string());
    }
    let label = client.label_parameter_version().name("/many").parameter_version(1);
    label.labels("first").send().await.unwrap();
    let next = client.put_parameter().name("/many").value("101").overwrite(true);
    assert_eq!(code!(next.clone().send()), "ParameterMaxVersionLimitExceeded");
    let remove = client.unlabel_parameter_version().name("/many").parameter_version(1);
    remove.labels("first").send().await.unwrap();
    assert_eq!(next.send().await.unwrap().version(), 101);
    assert_eq!(code!(client.get_parameter().name("/many:1").send()), "ParameterVersionNotFound");
}
