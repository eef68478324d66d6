//! Reads generated Terraform as Terraform does: parsed, and its templates filled in.

use std::collections::BTreeSet;

use hcl::eval::{Context, Evaluate, FuncArgs, FuncDef, ParamType};
use hcl::{Block, Body, Value, value};
use iam_policies::policy::{ReadPolicy, Values, read};
use serde_json::{Map, json};

fn blocks<'b>(body: &'b Body, kind: &'static str) -> impl Iterator<Item = &'b Block> {
    body.blocks().filter(move |block| block.identifier() == kind)
}

fn label(block: &Block, at: usize) -> &str {
    block.labels()[at].as_str()
}

/// The names of the variables, each declared once and with a text for people.
pub(crate) fn variables(text: &str) -> BTreeSet<String> {
    let body = hcl::parse(text).unwrap();
    let declared: Vec<&Block> = blocks(&body, "variable").collect();
    for variable in &declared {
        for name in ["type", "description"] {
            assert!(variable.body().attributes().any(|one| one.key() == name), "{variable:?}");
        }
    }
    let names: BTreeSet<String> =
        declared.iter().map(|variable| label(variable, 0).to_owned()).collect();
    assert_eq!(names.len(), declared.len(), "each once");
    names
}

/// What Terraform would know: every variable is `a-value`, every policy document its own label.
fn context(body: &Body, text: &str) -> Context<'static> {
    fn yes(_: FuncArgs) -> Result<Value, String> {
        Ok(Value::Bool(true))
    }
    let given = variables(text).into_iter().map(|name| (name, Value::from("a-value")));
    let documents = blocks(body, "data")
        .filter(|block| label(block, 0) == "aws_iam_policy_document")
        .map(|block| (label(block, 1).to_owned(), value!({ "json" = (label(block, 1)) })));
    let mut data = value!({
        "aws_partition" = { "current" = { "partition" = "aws" } },
        "aws_region" = { "current" = { "id" = "eu-west-1" } },
        "aws_caller_identity" = { "current" = { "account_id" = "111122223333" } }
    });
    let declared: BTreeSet<&str> = blocks(body, "data").map(|block| label(block, 0)).collect();
    let data_of = data.as_object_mut().unwrap();
    data_of.retain(|name, _| declared.contains(name.as_str()));
    data_of.insert("aws_iam_policy_document".to_owned(), documents.collect());
    let mut context = Context::new();
    context.declare_var("var", given.collect::<Value>());
    context.declare_var("data", data);
    // The type of a variable.
    context.declare_var("string", "string");
    let text = ParamType::String;
    context.declare_func("regex", FuncDef::builder().params([text.clone(), text]).build(yes));
    context.declare_func("can", FuncDef::builder().param(ParamType::Any).build(yes));
    context
}

/// Every policy that the configuration makes, with the document it names.
pub(crate) fn policies(text: &str) -> Vec<ReadPolicy> {
    let body = hcl::parse(text).unwrap();
    let body = body.evaluate(&context(&body, text)).unwrap();
    let mut documents: Vec<&str> = Vec::new();
    for policy in blocks(&body, "resource") {
        assert_eq!(label(policy, 0), "aws_iam_policy");
        let document = policy.body().attributes().find(|one| one.key() == "policy").unwrap();
        let hcl::Expression::String(document) = document.expr() else { panic!("{document:?}") };
        documents.push(document);
    }
    let read_document = |block: &Block| {
        let statements: Vec<_> = blocks(block.body(), "statement").map(statement).collect();
        let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        read("policy.json", text.as_bytes(), &Values::new()).unwrap()
    };
    let written: Vec<&Block> = blocks(&body, "data")
        .filter(|block| label(block, 0) == "aws_iam_policy_document")
        .collect();
    let labels: Vec<&str> = written.iter().map(|block| label(block, 1)).collect();
    assert_eq!(labels, documents, "each document is a policy");
    written.into_iter().flat_map(read_document).collect()
}

fn statement(block: &Block) -> serde_json::Value {
    let mut statement = Map::new();
    for attribute in block.body().attributes() {
        let name = match attribute.key() {
            "sid" => "Sid",
            "effect" => "Effect",
            "actions" => "Action",
            "resources" => "Resource",
            other => panic!("{other}"),
        };
        statement.insert(name.to_owned(), plain(attribute.expr()));
    }
    let mut conditions = Map::new();
    for condition in blocks(block.body(), "condition") {
        let part = |name: &str| {
            plain(condition.body().attributes().find(|one| one.key() == name).unwrap().expr())
        };
        let keys = conditions.entry(part("test").as_str().unwrap()).or_insert_with(|| json!({}));
        let before = keys
            .as_object_mut()
            .unwrap()
            .insert(part("variable").as_str().unwrap().to_owned(), part("values"));
        assert!(before.is_none(), "one condition for each key");
    }
    if !conditions.is_empty() {
        statement.insert("Condition".to_owned(), conditions.into());
    }
    statement.into()
}

fn plain(expression: &hcl::Expression) -> serde_json::Value {
    serde_json::to_value(Value::from(expression.clone())).unwrap()
}
