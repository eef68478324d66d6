//! Stacks and their resources as the AWS SDK sees them.

#![allow(clippy::unwrap_used, reason = "a failing test panics, helpers too")]

mod support;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use local_aws::{Effect, Fault, LocalAws};

const NESTED: &str = "AWS::CloudFormation::Stack";

async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    (aws, client)
}

#[tokio::test]
async fn a_stack_tells_its_status_and_every_page_of_its_resources() {
    let (aws, client) = world().await;
    let all: Vec<String> = (0..7).map(|n| format!("Resource{n}")).collect();
    let seeds: Vec<(&str, &str)> = all.iter().map(|id| (&**id, "AWS::SNS::Topic")).collect();
    aws.cloudformation().stack("shop-dev", &seeds);
    aws.cloudformation().set_status("shop-dev", "UPDATE_COMPLETE");
    aws.cloudformation().set_resource_status("shop-dev", "Resource3", "DELETE_COMPLETE");
    aws.cloudformation().set_page_size(3);
    let answer = client.describe_stacks().stack_name("shop-dev").send().await.unwrap();
    let stack = &answer.stacks()[0];
    assert_eq!(stack.stack_status().unwrap().as_str(), "UPDATE_COMPLETE");
    let arn = stack.stack_id().unwrap();
    assert!(
        arn.starts_with("arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/"),
        "{arn}"
    );
    for name in ["shop-dev", arn] {
        let pages = client.list_stack_resources().stack_name(name).into_paginator().items().send();
        let found = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
        let ids: Vec<&str> = found.iter().map(|one| one.logical_resource_id().unwrap()).collect();
        assert_eq!(ids, all);
        assert_eq!(found[0].resource_type(), Some("AWS::SNS::Topic"));
        assert_eq!(found[3].resource_status().unwrap().as_str(), "DELETE_COMPLETE");
    }
    assert_eq!(aws.count("cloudformation", "ListStackResources"), 6);
    let token = client.list_stack_resources().stack_name("shop-dev").next_token("forged").send();
    assert_eq!(token.await.unwrap_err().code(), Some("ValidationError"));
}

#[tokio::test]
async fn what_is_not_there_or_deleted_is_refused_in_the_words_of_the_service() {
    let (aws, client) = world().await;
    aws.cloudformation().stack("gone", &[]);
    let arn = client.describe_stacks().stack_name("gone").send().await.unwrap();
    let arn = arn.stacks()[0].stack_id().unwrap().to_owned();
    aws.cloudformation().set_status("gone", "DELETE_COMPLETE");
    for name in ["never", "gone"] {
        let refused = client.describe_stacks().stack_name(name).send().await.unwrap_err();
        assert_eq!(refused.code(), Some("ValidationError"));
        assert_eq!(refused.message(), Some(&*format!("Stack with id {name} does not exist")));
        assert!(client.list_stack_resources().stack_name(name).send().await.is_err());
    }
    assert!(client.describe_stacks().stack_name(&arn).send().await.is_ok());
    aws.cloudformation().remove("gone");
    assert!(client.describe_stacks().stack_name(&arn).send().await.is_err());
}

#[tokio::test]
async fn a_nested_stack_is_reached_by_what_its_parent_tells() {
    let (aws, client) = world().await;
    aws.cloudformation().stack("shop-dev", &[("Api", NESTED)]);
    aws.cloudformation().stack("shop-dev-Api", &[("Inner", "AWS::ApiGateway::Resource")]);
    let answer = client.list_stack_resources().stack_name("shop-dev").send().await.unwrap();
    let nested = answer.stack_resource_summaries()[0].physical_resource_id().unwrap();
    let inner = client.list_stack_resources().stack_name(nested).send().await.unwrap();
    assert_eq!(inner.stack_resource_summaries()[0].logical_resource_id(), Some("Inner"));
}

#[tokio::test]
async fn it_meets_faults_and_refuses_what_it_does_not_emulate() {
    let (aws, client) = world().await;
    aws.cloudformation().stack("shop-dev", &[]);
    aws.faults().add(Fault::on("cloudformation", "DescribeStacks").with(Effect::Throttle));
    let refused = client.describe_stacks().stack_name("shop-dev").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("Throttling"));
    assert!(client.describe_stacks().send().await.is_err());
    let refused = client.delete_stack().stack_name("shop-dev").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("UnknownOperationException"));
}
