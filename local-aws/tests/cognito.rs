//! Cognito user pools as the AWS SDK sees them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics, helpers too")]

mod support;

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, UserStatusType, UserType};
use local_aws::LocalAws;

async fn world() -> (LocalAws, Client, String) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    let pool = aws.cognito().create_pool("crew");
    (aws, client, pool)
}

fn attribute<'a>(attributes: &'a [AttributeType], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.name() == name).and_then(AttributeType::value)
}

fn names(users: &[UserType]) -> BTreeSet<&str> {
    users.iter().filter_map(UserType::username).collect()
}

#[tokio::test]
async fn all_users_come_in_pages_of_sixty() {
    let (aws, cognito, pool) = world().await;
    for n in 0..130 {
        aws.cognito().add_user(&pool, &format!("sailor-{n}"), &[("email", "x@example.com")]);
    }
    let (mut found, mut sizes, mut token) = (BTreeSet::new(), Vec::new(), None);
    loop {
        let list = cognito.list_users().user_pool_id(&pool).set_pagination_token(token);
        let page = list.send().await.unwrap();
        sizes.push(page.users().len());
        found.extend(page.users().iter().filter_map(|user| user.username().map(str::to_owned)));
        token = page.pagination_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [60, 60, 10]);
    assert_eq!(found, aws.cognito().users(&pool).into_iter().collect());
    let one = cognito.list_users().user_pool_id(&pool).limit(1).send().await.unwrap();
    assert_eq!((one.users().len(), one.pagination_token().is_some()), (1, true));
}

#[tokio::test]
async fn users_deleted_between_pages_lose_no_others() {
    let (aws, cognito, pool) = world().await;
    for n in 0..10 {
        aws.cognito().add_user(&pool, &format!("sailor-{n}"), &[]);
    }
    let (mut seen, mut token) = (0, None);
    loop {
        let list = cognito.list_users().user_pool_id(&pool).limit(3).set_pagination_token(token);
        let page = list.send().await.unwrap();
        for name in names(page.users()) {
            cognito.admin_delete_user().user_pool_id(&pool).username(name).send().await.unwrap();
            seen += 1;
        }
        token = page.pagination_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, 10);
    assert!(aws.cognito().users(&pool).is_empty());
}

#[tokio::test]
async fn what_the_api_does_not_take_is_refused() {
    let (_aws, cognito, pool) = world().await;
    let list = || cognito.list_users().user_pool_id(&pool);
    for refused in [
        list().limit(61),
        list().limit(-1),
        list().filter("email = unquoted"),
        list().filter("custom:team = \"a\""),
        list().filter("email > \"a\""),
        list().pagination_token("*"),
        list().attributes_to_get("shoe_size"),
        cognito.list_users().user_pool_id("no-underscore"),
    ] {
        let error = refused.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_exception(), "{error:?}");
    }
    list().limit(60).send().await.unwrap();
    let unknown = cognito.list_users().user_pool_id("eu-west-1_Unknown00").send().await;
    assert!(unknown.unwrap_err().into_service_error().is_resource_not_found_exception());
    let other = cognito.list_groups().user_pool_id(&pool).send().await.unwrap_err();
    assert_eq!(other.code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn filters_compare_or_look_at_the_beginning() {
    let (aws, cognito, pool) = world().await;
    let sub = aws.cognito().add_user(
        &pool,
        "ana",
        &[("email", "ana@example.com"), ("name", "Ana \"Nan\" Reis")],
    );
    aws.cognito().add_user(&pool, "anabel", &[("email", "ana@example.com.br")]);
    aws.cognito().add_user(&pool, "rui", &[]);
    cognito.admin_disable_user().user_pool_id(&pool).username("rui").send().await.unwrap();
    let cases = [
        ("email = \"ana@example.com\"".to_owned(), vec!["ana"]),
        ("email ^= \"ana@\"".to_owned(), vec!["ana", "anabel"]),
        ("username=\"rui\"".to_owned(), vec!["rui"]),
        ("username ^= \"a\"".to_owned(), vec!["ana", "anabel"]),
        (format!("sub = \"{sub}\""), vec!["ana"]),
        ("name = \"Ana \\\"Nan\\\" Reis\"".to_owned(), vec!["ana"]),
        ("status = \"Disabled\"".to_owned(), vec!["rui"]),
        ("cognito:user_status = \"confirmed\"".to_owned(), vec!["ana", "anabel", "rui"]),
        ("email = \"nobody@example.com\"".to_owned(), vec![]),
    ];
    for (filter, expected) in cases {
        let found = cognito.list_users().user_pool_id(&pool).filter(&filter).send().await.unwrap();
        assert_eq!(names(found.users()), expected.into_iter().collect(), "{filter}");
    }
}

#[tokio::test]
async fn a_sub_is_not_the_user_name_and_an_email_may_be_missing() {
    let (aws, cognito, pool) = world().await;
    let sub = aws.cognito().add_user(&pool, "rui", &[("phone_number", "+351000000000")]);
    let seeded =
        aws.cognito().add_user(&pool, "eva", &[("sub", "11111111-2222-4333-8444-555555555555")]);
    assert_eq!(seeded, "11111111-2222-4333-8444-555555555555");
    assert_ne!(sub, "rui");
    assert_eq!(sub.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    for name in ["rui", sub.as_str()] {
        let user =
            cognito.admin_get_user().user_pool_id(&pool).username(name).send().await.unwrap();
        assert_eq!(user.username(), "rui");
        assert_eq!(attribute(user.user_attributes(), "sub"), Some(sub.as_str()));
        assert_eq!(attribute(user.user_attributes(), "email"), None);
        assert_eq!(user.user_status(), Some(&UserStatusType::Confirmed));
    }
    let missing = cognito.admin_get_user().user_pool_id(&pool).username("nobody").send().await;
    assert!(missing.unwrap_err().into_service_error().is_user_not_found_exception());
}

#[tokio::test]
async fn only_the_attributes_asked_for_come_and_every_user_must_have_them() {
    let (aws, cognito, pool) = world().await;
    aws.cognito().add_user(&pool, "ana", &[("email", "ana@example.com"), ("name", "Ana")]);
    let list = |name: &str| cognito.list_users().user_pool_id(&pool).attributes_to_get(name);
    let found = list("sub").attributes_to_get("email").send().await.unwrap();
    let attributes = found.users()[0].attributes();
    assert_eq!(attributes.len(), 2);
    assert_eq!(attribute(attributes, "email"), Some("ana@example.com"));
    aws.cognito().add_user(&pool, "rui", &[]);
    let refused = list("email").send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_parameter_exception());
    assert_eq!(list("sub").send().await.unwrap().users().len(), 2);
    let found = list("email").filter("username = \"ana\"").send().await.unwrap();
    assert_eq!(found.users().len(), 1);
}

#[tokio::test]
async fn pools_and_users_are_made_over_the_wire_too() {
    let (aws, cognito, _pool) = world().await;
    let created = cognito.create_user_pool().pool_name("guests").send().await.unwrap();
    let id = created.user_pool().unwrap().id().unwrap().to_owned();
    assert!(id.starts_with("eu-west-1_") && id.len() == 19, "{id}");
    let email = AttributeType::builder().name("email").value("eva@example.com").build().unwrap();
    let create = || cognito.admin_create_user().user_pool_id(&id).username("eva");
    let made = create().user_attributes(email).send().await.unwrap();
    let user = made.user().unwrap();
    assert_eq!(user.user_status(), Some(&UserStatusType::ForceChangePassword));
    assert!(attribute(user.attributes(), "sub").is_some());
    assert!(create().send().await.unwrap_err().into_service_error().is_username_exists_exception());
    let custom = AttributeType::builder().name("custom:team").value("a").build().unwrap();
    let refused =
        cognito.admin_create_user().user_pool_id(&id).username("new").user_attributes(custom);
    let refused = refused.send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_parameter_exception());

    let described = cognito.describe_user_pool().user_pool_id(&id).send().await.unwrap();
    let described = described.user_pool().unwrap();
    assert_eq!((described.name(), described.estimated_number_of_users()), (Some("guests"), 1));
    assert_eq!(
        described.arn(),
        Some(&*format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{id}"))
    );
    let (mut pools, mut token) = (Vec::new(), None);
    loop {
        let list = cognito.list_user_pools().max_results(1).set_next_token(token);
        let page = list.send().await.unwrap();
        pools.extend(page.user_pools().iter().filter_map(|pool| pool.name().map(str::to_owned)));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    pools.sort();
    assert_eq!(pools, ["crew", "guests"]);
    assert_eq!(aws.cognito().users(&id), ["eva"]);
}
