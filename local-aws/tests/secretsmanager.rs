//! Secrets Manager as the AWS SDK sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics, helpers too")]

mod support;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::primitives::Blob;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SortOrderType};
use local_aws::LocalAws;

async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    (aws, client)
}

#[tokio::test]
async fn a_secret_is_found_by_name_and_by_whole_and_partial_arn() {
    let (aws, secrets) = world().await;
    let arn = aws.secretsmanager().put("shop/db-password", "swordfish");
    let (partial, end) = arn.rsplit_once('-').unwrap();
    assert_eq!(partial, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-password");
    assert!(end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{end}");
    for id in ["shop/db-password", arn.as_str(), partial] {
        let got = secrets.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(got.secret_string(), Some("swordfish"));
        assert_eq!((got.name(), got.arn()), (Some("shop/db-password"), Some(arn.as_str())));
        assert_eq!(got.version_stages(), ["AWSCURRENT"]);
    }
    for id in ["shop/db", "no-such", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db"]
    {
        let missing = secrets.get_secret_value().secret_id(id).send().await.unwrap_err();
        assert!(missing.into_service_error().is_resource_not_found_exception(), "{id}");
    }
}

#[tokio::test]
async fn a_new_value_makes_the_old_one_the_previous_one() {
    let (aws, secrets) = world().await;
    let first = secrets.create_secret().name("key").secret_string("one").send().await.unwrap();
    let second =
        secrets.put_secret_value().secret_id("key").secret_string("two").send().await.unwrap();
    assert_eq!(second.version_stages(), ["AWSCURRENT"]);
    let get = || secrets.get_secret_value().secret_id("key");
    assert_eq!(get().send().await.unwrap().secret_string(), Some("two"));
    let previous = get().version_stage("AWSPREVIOUS").send().await.unwrap();
    assert_eq!(
        (previous.secret_string(), previous.version_id()),
        (Some("one"), first.version_id())
    );
    let by_id = get().version_id(first.version_id().unwrap()).send().await.unwrap();
    assert_eq!(by_id.secret_string(), Some("one"));
    let contradiction = get().version_id(first.version_id().unwrap()).version_stage("AWSCURRENT");
    let contradiction = contradiction.send().await.unwrap_err().into_service_error();
    assert!(contradiction.is_invalid_request_exception());
    secrets.put_secret_value().secret_id("key").secret_string("three").send().await.unwrap();
    let lost = get().version_stage("AWSPREVIOUS").send().await.unwrap();
    assert_eq!(lost.secret_string(), Some("two"));
    let described = secrets.describe_secret().secret_id("key").send().await.unwrap();
    assert_eq!(described.version_ids_to_stages().unwrap().len(), 2);
    assert_eq!(aws.secretsmanager().value("key").as_deref(), Some("three"));
}

#[tokio::test]
async fn a_value_can_wait_under_a_label_of_its_own() {
    let (_aws, secrets) = world().await;
    secrets.create_secret().name("key").secret_string("now").send().await.unwrap();
    let put = secrets.put_secret_value().secret_id("key").secret_string("soon");
    put.version_stages("AWSPENDING").send().await.unwrap();
    let get = |stage: &str| secrets.get_secret_value().secret_id("key").version_stage(stage).send();
    assert_eq!(get("AWSCURRENT").await.unwrap().secret_string(), Some("now"));
    assert_eq!(get("AWSPENDING").await.unwrap().secret_string(), Some("soon"));
    let missing = get("AWSPREVIOUS").await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());
}

#[tokio::test]
async fn a_repeated_request_changes_nothing() {
    let (_aws, secrets) = world().await;
    let token = "0123456789abcdef0123456789abcdef";
    let create = |value: &str| {
        secrets.create_secret().name("key").client_request_token(token).secret_string(value).send()
    };
    let first = create("one").await.unwrap();
    assert_eq!(create("one").await.unwrap().arn(), first.arn());
    let other = create("two").await.unwrap_err().into_service_error();
    assert!(other.is_resource_exists_exception());
    let put = |value: &str| {
        secrets
            .put_secret_value()
            .secret_id("key")
            .client_request_token(token)
            .secret_string(value)
            .send()
    };
    put("one").await.unwrap();
    assert!(put("two").await.unwrap_err().into_service_error().is_resource_exists_exception());
}

#[tokio::test]
async fn binary_secrets_stay_binary() {
    let (aws, secrets) = world().await;
    let bytes = vec![0, 159, 146, 150, 255];
    let put = secrets.create_secret().name("key").secret_binary(Blob::new(bytes.clone()));
    put.send().await.unwrap();
    let got = secrets.get_secret_value().secret_id("key").send().await.unwrap();
    assert_eq!(got.secret_binary().unwrap().as_ref(), bytes);
    assert_eq!(got.secret_string(), None);
    assert_eq!(aws.secretsmanager().value("key"), None);
    let both = secrets
        .put_secret_value()
        .secret_id("key")
        .secret_string("x")
        .secret_binary(Blob::new("y"));
    assert!(both.send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
}

#[tokio::test]
async fn a_batch_tells_values_and_errors_apart() {
    let (aws, secrets) = world().await;
    for n in 0..20 {
        aws.secretsmanager().put(&format!("s{n}"), &n.to_string());
    }
    secrets.delete_secret().secret_id("s1").send().await.unwrap();
    let ids =
        |ids: Vec<String>| secrets.batch_get_secret_value().set_secret_id_list(Some(ids)).send();
    let got = ids(vec!["s0".into(), "no-such".into(), "s1".into()]).await.unwrap();
    assert_eq!(got.secret_values().len(), 1);
    assert_eq!(got.secret_values()[0].secret_string(), Some("0"));
    let errors: Vec<_> = got.errors().iter().filter_map(|error| error.error_code()).collect();
    assert_eq!(errors, ["ResourceNotFoundException", "InvalidRequestException"]);
    ids((0..20).map(|n| format!("s{n}")).collect()).await.unwrap();
    let many = ids((0..21).map(|n| format!("s{n}")).collect()).await.unwrap_err();
    assert_eq!(many.code(), Some("ValidationException"));
}

#[tokio::test]
async fn secrets_are_listed_in_pages_by_name() {
    let (aws, secrets) = world().await;
    for name in ["shop/a", "shop/b", "shop/c", "office/x"] {
        aws.secretsmanager().put(name, "v");
    }
    let filter = Filter::builder().key(FilterNameStringType::Name).values("shop/").build();
    let (mut names, mut token) = (Vec::new(), None);
    loop {
        let list = secrets.list_secrets().max_results(2).sort_order(SortOrderType::Asc);
        let page = list.filters(filter.clone()).set_next_token(token).send().await.unwrap();
        names.extend(
            page.secret_list().iter().filter_map(|secret| secret.name().map(str::to_owned)),
        );
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["shop/a", "shop/b", "shop/c"]);
    let newest = secrets.list_secrets().max_results(1).send().await.unwrap();
    assert_eq!(newest.secret_list()[0].name(), Some("office/x"));
    let many = secrets.list_secrets().max_results(101).send().await.unwrap_err();
    assert_eq!(many.code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_deleted_secret_can_be_restored_unless_it_was_forced() {
    let (aws, secrets) = world().await;
    aws.secretsmanager().put("key", "v");
    let window = secrets.delete_secret().secret_id("key").recovery_window_in_days(6).send().await;
    assert!(window.unwrap_err().into_service_error().is_invalid_parameter_exception());
    secrets.delete_secret().secret_id("key").send().await.unwrap();
    let get = || secrets.get_secret_value().secret_id("key").send();
    assert!(get().await.unwrap_err().into_service_error().is_invalid_request_exception());
    let again = secrets.create_secret().name("key").secret_string("v").send().await.unwrap_err();
    assert!(again.into_service_error().is_invalid_request_exception());
    assert!(secrets.list_secrets().send().await.unwrap().secret_list().is_empty());
    let described = secrets.describe_secret().secret_id("key").send().await.unwrap();
    assert!(described.deleted_date().is_some());
    secrets.restore_secret().secret_id("key").send().await.unwrap();
    assert_eq!(get().await.unwrap().secret_string(), Some("v"));
    secrets
        .delete_secret()
        .secret_id("key")
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap();
    assert!(get().await.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_forced_deletion_takes_what_is_planned_for_deletion_and_what_is_gone() {
    let (aws, secrets) = world().await;
    aws.secretsmanager().put("key", "v");
    secrets.delete_secret().secret_id("key").send().await.unwrap();
    let force = || secrets.delete_secret().secret_id("key").force_delete_without_recovery(true);
    force().send().await.unwrap();
    assert!(aws.secretsmanager().names().is_empty());
    force().send().await.unwrap();
    let both = force().recovery_window_in_days(7).send().await.unwrap_err().into_service_error();
    assert!(both.is_invalid_parameter_exception());
    secrets.create_secret().name("key").secret_string("new").send().await.unwrap();
}

#[tokio::test]
async fn debug_output_shows_no_secret() {
    let (aws, _secrets) = world().await;
    aws.secretsmanager().put("key", "swordfish");
    let shown = format!("{:?}", aws.secretsmanager());
    assert!(shown.contains("key") && !shown.contains("swordfish"), "{shown}");
}
