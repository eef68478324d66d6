//! Roles and their policies as the AWS SDK sees them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics, helpers too")]

mod support;

use aws_sdk_iam::Client;
use aws_sdk_iam::config::{Builder, Region};
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use local_aws::{Effect, Fault, LocalAws};

const READS: &str = r#"{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#;
const WRITES: &str = r#"{"Statement":[{"Effect":"Deny","Action":"s3:Put*","Resource":"é&+%20"}]}"#;

async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let config = Builder::from(&support::config(&aws).await).region(Region::new("us-east-1"));
    let client = Client::from_conf(config.build());
    (aws, client)
}

/// Undoes percent-encoding; everything else has to be unreserved in RFC 3986.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            assert!(byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte), "{text}");
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The code, message and HTTP status of a refusal.
fn refused<T, E>(result: Result<T, SdkError<E>>) -> (String, String, u16)
where
    E: ProvideErrorMetadata,
{
    let Err(error) = result else { panic!("it was answered") };
    let status = error.raw_response().unwrap().status().as_u16();
    (error.code().unwrap().to_owned(), error.message().unwrap().to_owned(), status)
}

#[tokio::test]
async fn a_role_shows_its_path_trust_and_boundary() {
    let (aws, iam) = world().await;
    let arn = aws.iam().create_role_in("/service-role/", "orders-api");
    assert_eq!(arn, "arn:aws:iam::111122223333:role/service-role/orders-api");
    let bound = aws.iam().create_managed_policy("team-bound", READS);
    aws.iam().set_permissions_boundary("orders-api", &bound);
    aws.iam().set_trust_policy("orders-api", WRITES);
    let answer = iam.get_role().role_name("orders-api").send().await.unwrap();
    let role = answer.role().unwrap();
    assert_eq!((role.path(), role.role_name()), ("/service-role/", "orders-api"));
    assert_eq!(role.arn(), arn);
    assert!(role.role_id().starts_with("AROA") && role.role_id().len() == 21);
    assert!(role.create_date().secs() > 1_700_000_000);
    assert_eq!(decoded(role.assume_role_policy_document().unwrap()), WRITES);
    let boundary = role.permissions_boundary().unwrap();
    assert_eq!(boundary.permissions_boundary_arn(), Some(&*bound));
    assert_eq!(boundary.permissions_boundary_type().unwrap().as_str(), "Policy");

    aws.iam().create_role("plain");
    let answer = iam.get_role().role_name("plain").send().await.unwrap();
    let role = answer.role().unwrap();
    assert_eq!((role.path(), role.permissions_boundary()), ("/", None));
    let trust = decoded(role.assume_role_policy_document().unwrap());
    assert!(trust.contains(r#""Service":"lambda.amazonaws.com""#), "{trust}");
}

#[tokio::test]
async fn documents_come_percent_encoded_and_as_they_were_put() {
    let (aws, iam) = world().await;
    aws.iam().put_role_policy("orders-api", "a+b=c,d.e@f_g-h", WRITES);
    let get = iam.get_role_policy().role_name("orders-api").policy_name("a+b=c,d.e@f_g-h");
    let answer = get.send().await.unwrap();
    assert_eq!((answer.role_name(), answer.policy_name()), ("orders-api", "a+b=c,d.e@f_g-h"));
    assert_eq!(decoded(answer.policy_document()), WRITES);
    let arn = aws.iam().create_managed_policy("writer", WRITES);
    let get = iam.get_policy_version().policy_arn(arn).version_id("v1");
    let answer = get.send().await.unwrap();
    assert_eq!(decoded(answer.policy_version().unwrap().document().unwrap()), WRITES);
}

#[tokio::test]
async fn a_managed_policy_names_its_default_version_and_keeps_the_others() {
    let (aws, iam) = world().await;
    let arn = aws.iam().create_managed_policy("reader", READS);
    assert_eq!(arn, "arn:aws:iam::111122223333:policy/reader");
    assert_eq!(aws.iam().put_policy_version(&arn, WRITES), "v2");
    aws.iam().attach_role_policy("one", &arn);
    aws.iam().attach_role_policy("two", &arn);
    aws.iam().set_permissions_boundary("two", &arn);
    let answer = iam.get_policy().policy_arn(&arn).send().await.unwrap();
    let policy = answer.policy().unwrap();
    assert_eq!((policy.policy_name(), policy.path()), (Some("reader"), Some("/")));
    assert_eq!((policy.arn(), policy.default_version_id()), (Some(&*arn), Some("v2")));
    assert_eq!(policy.attachment_count(), Some(2));
    assert_eq!(policy.permissions_boundary_usage_count(), Some(1));
    for (id, document, default) in [("v1", READS, false), ("v2", WRITES, true)] {
        let get = iam.get_policy_version().policy_arn(&arn).version_id(id);
        let answer = get.send().await.unwrap();
        let version = answer.policy_version().unwrap();
        assert_eq!((version.version_id(), version.is_default_version()), (Some(id), default));
        assert_eq!(decoded(version.document().unwrap()), document);
    }
}

#[tokio::test]
async fn attached_policies_are_those_of_the_account_and_of_aws() {
    let (aws, iam) = world().await;
    let own = aws.iam().create_managed_policy("reader", READS);
    let basic = aws.iam().create_aws_managed_policy("service-role/Basic", WRITES);
    assert_eq!(basic, "arn:aws:iam::aws:policy/service-role/Basic");
    for arn in [&own, &basic, &own] {
        aws.iam().attach_role_policy("orders-api", arn);
    }
    let list = || iam.list_attached_role_policies().role_name("orders-api");
    let answer = list().send().await.unwrap();
    let found: Vec<_> = answer
        .attached_policies()
        .iter()
        .map(|policy| (policy.policy_name().unwrap(), policy.policy_arn().unwrap()))
        .collect();
    assert_eq!(found, [("reader", &*own), ("Basic", &*basic)]);
    assert_eq!((answer.is_truncated(), answer.marker()), (false, None));
    let answer = list().path_prefix("/service-role/").send().await.unwrap();
    assert_eq!(answer.attached_policies().len(), 1);
    let answer = iam.get_policy().policy_arn(&basic).send().await.unwrap();
    assert_eq!(answer.policy().unwrap().path(), Some("/service-role/"));
}

#[tokio::test]
async fn a_page_has_a_hundred_names_unless_asked_otherwise() {
    let (aws, iam) = world().await;
    let names: Vec<String> = (0..230).map(|n| format!("policy-{n:03}")).collect();
    for name in &names {
        aws.iam().put_role_policy("orders-api", name, READS);
    }
    let (mut found, mut sizes, mut marker) = (Vec::new(), Vec::new(), None);
    loop {
        let list = iam.list_role_policies().role_name("orders-api").set_marker(marker);
        let page = list.send().await.unwrap();
        sizes.push(page.policy_names().len());
        found.extend(page.policy_names().to_vec());
        assert_eq!(page.is_truncated(), page.marker().is_some());
        marker = page.marker().map(str::to_owned);
        if marker.is_none() {
            break;
        }
    }
    assert_eq!((sizes, found), (vec![100, 100, 30], names.clone()));
    assert_eq!(aws.count("iam", "ListRolePolicies"), 3);
    let list = iam.list_role_policies().role_name("orders-api").max_items(1000);
    assert_eq!(list.send().await.unwrap().policy_names().len(), 230);

    // A service may answer less than was asked for.
    aws.iam().set_page_size(50);
    let list = iam.list_role_policies().role_name("orders-api").max_items(1000);
    let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(
        pages.iter().map(|p| p.policy_names().len()).collect::<Vec<_>>(),
        [50, 50, 50, 50, 30]
    );
    assert_eq!(pages.iter().flat_map(|p| p.policy_names().to_vec()).collect::<Vec<_>>(), names);
}

#[tokio::test]
async fn every_listing_has_pages() {
    let (aws, iam) = world().await;
    for name in ["a", "b", "c"] {
        aws.iam().create_role_in("/team/", name);
        let arn = aws.iam().create_managed_policy(name, READS);
        aws.iam().attach_role_policy("other", &arn);
        aws.iam().set_permissions_boundary(name, &arn);
    }
    aws.iam().set_page_size(2);
    let list = iam.list_roles().path_prefix("/team/").into_paginator().items().send();
    let roles = list.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(roles.iter().map(|role| role.role_name()).collect::<Vec<_>>(), ["a", "b", "c"]);
    // The listing does not say what bounds a role.
    assert!(roles.iter().all(|role| role.permissions_boundary().is_none()));
    let list = iam.list_attached_role_policies().role_name("other");
    let attached = list.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    assert_eq!(attached.unwrap().len(), 3);
    assert_eq!(aws.count("iam", "ListRoles"), 2);
    assert_eq!(aws.count("iam", "ListAttachedRolePolicies"), 2);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let (aws, iam) = world().await;
    aws.iam().create_role("orders-api");
    let gone = "arn:aws:iam::111122223333:policy/gone";
    aws.iam().attach_role_policy("orders-api", gone);
    let missing = |message: &str| ("NoSuchEntity".to_owned(), message.to_owned(), 404);
    let no_role = missing("The role with name nobody cannot be found.");
    assert_eq!(refused(iam.get_role().role_name("nobody").send().await), no_role);
    assert_eq!(refused(iam.list_role_policies().role_name("nobody").send().await), no_role);
    let list = iam.list_attached_role_policies().role_name("nobody");
    assert_eq!(refused(list.send().await), no_role);
    let get = iam.get_role_policy().policy_name("p");
    assert_eq!(refused(get.clone().role_name("nobody").send().await), no_role);
    let no_policy = missing("The role policy with name p cannot be found.");
    assert_eq!(refused(get.role_name("orders-api").send().await), no_policy);
    let expected = missing(&format!("Policy {gone} was not found."));
    assert_eq!(refused(iam.get_policy().policy_arn(gone).send().await), expected);
    let get = iam.get_policy_version().policy_arn(gone).version_id("v1");
    let expected =
        missing(&format!("Policy {gone} version v1 does not exist or is not attachable."));
    assert_eq!(refused(get.send().await), expected);
    let error = iam.get_role().role_name("nobody").send().await.unwrap_err();
    assert!(error.into_service_error().is_no_such_entity_exception());
}

#[tokio::test]
async fn what_the_api_does_not_take_is_refused() {
    let (aws, iam) = world().await;
    let arn = aws.iam().create_managed_policy("reader", READS);
    aws.iam().put_role_policy("r", "p", READS);
    let invalid = |(code, message, status): (String, String, u16), part: &str| {
        assert_eq!((code.as_str(), status), ("ValidationError", 400), "{message}");
        assert!(message.contains(part), "{message}");
    };
    // An ARN where a name is wanted is the usual mistake.
    let get = iam.get_role().role_name("arn:aws:iam::111122223333:role/r");
    invalid(refused(get.send().await), "The specified value for roleName is invalid.");
    let get = iam.get_role().role_name("r".repeat(65));
    invalid(refused(get.send().await), "length less than or equal to 64");
    let get = iam.get_role_policy().role_name("r").policy_name("no/slash");
    invalid(refused(get.send().await), "value for policyName");
    let get = iam.get_policy_version().policy_arn(&arn).version_id("1");
    invalid(refused(get.send().await), "'versionId'");
    let get = iam.get_policy().policy_arn("reader");
    invalid(refused(get.send().await), "length greater than or equal to 20");
    let list = || iam.list_role_policies().role_name("r");
    invalid(refused(list().max_items(1001).send().await), "less than or equal to 1000");
    invalid(refused(list().max_items(0).send().await), "greater than or equal to 1");
    invalid(refused(list().marker("*").send().await), "Invalid Marker.");
    let list = iam.list_attached_role_policies().role_name("r").path_prefix("/open");
    invalid(refused(list.send().await), "'pathPrefix'");

    let get = iam.get_policy().policy_arn("arn:aws:iam::111122223333:role/r");
    assert_eq!(refused(get.send().await).0, "InvalidInput");
    let (code, message, _) = refused(iam.delete_role().role_name("r").send().await);
    assert_eq!(code, "UnknownOperationException");
    assert!(message.contains("iam:DeleteRole"), "{message}");
}

#[tokio::test]
async fn requests_of_another_version_or_in_no_form_are_refused() {
    let aws = LocalAws::start().await.unwrap();
    aws.iam().create_role("r");
    let address = aws.endpoint_url().strip_prefix("http://").unwrap().to_owned();
    let post = |body: &str| {
        let signature = "Authorization: AWS4-HMAC-SHA256 Credential=KEY/20300101/us-east-1/iam/\
                         aws4_request, SignedHeaders=host, Signature=00\r\n";
        support::raw(&address, "POST /", signature, body)
    };
    let answer = post("Action=GetRole&Version=2010-05-08&RoleName=r");
    assert!(answer.contains("<RoleName>r</RoleName>"), "{answer}");
    let answer = post("Action=GetRole&Version=2010-05-08");
    assert!(answer.contains("Value null at 'roleName'"), "{answer}");
    for (body, code) in [
        ("Action=GetRole&RoleName=r", "InvalidAction"),
        ("Action=GetRole&Version=2009-01-01&RoleName=r", "InvalidAction"),
        ("Action=GetRole&Version=2010-05-08&RoleName=%G1", "MalformedInput"),
        ("Action=ListRoles&Version=2010-05-08&MaxItems=many", "MalformedInput"),
        ("Action=GetRole&Version=2010-05-08&RoleName=r&Other=1", "UnknownOperationException"),
    ] {
        let answer = post(body);
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{answer}");
    }
}

#[tokio::test]
async fn faults_strike_and_calls_are_counted_wherever_they_are_signed_for() {
    let (aws, iam) = world().await;
    aws.iam().create_role("r");
    aws.faults().add(Fault::on("iam", "GetRole").nth(1).with(Effect::Throttle));
    let get = || iam.get_role().role_name("r").send();
    assert_eq!(refused(get().await), ("Throttling".to_owned(), "Rate exceeded".to_owned(), 400));
    get().await.unwrap();
    let broken =
        Effect::Error { status: 500, code: "ServiceFailure".into(), message: "sorry".into() };
    aws.faults().add(Fault::on_service("iam").times(1).with(broken));
    assert_eq!(refused(get().await), ("ServiceFailure".to_owned(), "sorry".to_owned(), 500));

    // An SDK with an endpoint URL signs for the region that it is configured with.
    let regional = Client::new(&support::config(&aws).await);
    regional.get_role().role_name("r").send().await.unwrap();
    let regions: Vec<String> = aws.calls().iter().map(|call| call.region.clone()).collect();
    assert_eq!(regions, ["us-east-1", "us-east-1", "us-east-1", "eu-west-1"]);
    assert_eq!(aws.count("iam", "GetRole"), 4);
}

#[tokio::test]
async fn debug_shows_names_and_no_documents() {
    let (aws, _) = world().await;
    aws.iam().put_role_policy("orders-api", "canary-policy", "canary document");
    let shown = format!("{:?}", aws.iam());
    assert!(shown.contains("orders-api") && !shown.contains("document"), "{shown}");
}
