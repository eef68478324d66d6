//! Finds the policies in a file.

mod cli;
mod cloudformation;
mod sam;
mod serverless;

use std::cell::Cell;

use super::model::{Kind, NotRead, ReadPolicy};
use super::size::size;
use super::statement::Reader;
use super::values::{Dialect, Scope, Values};
use documents::{Mistake, Node, Place, ReadError};

/// Reads every policy of a file: a policy document, an answer of `aws iam get-role-policy` or
/// `get-policy-version`, a template of CloudFormation or SAM, or a `serverless.yml`.
///
/// `file` is the name for messages and decides between JSON and YAML. `values` fills in what the
/// template leaves open; what stays open is unknown, and nothing is claimed about it.
///
/// # Errors
///
/// When the file is no JSON or YAML, holds none of these, or a policy in it has a form that IAM
/// would refuse.
pub fn read(file: &str, bytes: &[u8], values: &Values) -> Result<Vec<ReadPolicy>, ReadError> {
    read_node(file, &Node::read(file, bytes)?, values)
}

/// As [`read`], of a file that was parsed already.
///
/// # Errors
///
/// When it holds no policies, or a policy in it has a form that IAM would refuse.
pub fn read_node(file: &str, root: &Node, values: &Values) -> Result<Vec<ReadPolicy>, ReadError> {
    let spent = Cell::new(0);
    let scope = |dialect| Scope { given: values, root, dialect, spent: &spent };
    let source = |dialect| Source { file, scope: scope(dialect) };
    let found = if root.entries().is_none() {
        Err(Mistake::new(
            root.place,
            format!("the file is {}, not a policy", root.kind()),
            "give a policy document, a template of CloudFormation or SAM, or a serverless.yml",
        ))
    } else if root.get("Resources").is_some() {
        source(Dialect::CloudFormation).template(root)
    } else if root.get("provider").is_some() || root.get("functions").is_some() {
        source(Dialect::Serverless).service()
    } else {
        source(Dialect::Plain).plain(root)
    };
    found.map_err(|mistake| mistake.within(file))
}

/// A file being read.
struct Source<'a> {
    file: &'a str,
    scope: Scope<'a>,
}

/// Whose policy is read, and what it is called.
struct Whose<'a> {
    name: String,
    owner: &'a str,
    kind: Kind,
}

impl Source<'_> {
    /// A policy document: `Version` and `Statement`.
    fn document(&self, node: &Node, whose: Whose<'_>) -> Result<ReadPolicy, Mistake> {
        if let Some((function, _)) = self.scope.function(node) {
            let what = format!("a policy that Fn::{function} gives: only the deployment knows it");
            let not_read = NotRead { place: node.place, what, may_allow: true };
            return Ok(self.unread(whose.name, whose.owner, node.place, vec![not_read]));
        }
        let entries = node.entries().ok_or_else(|| {
            let what = format!("the policy document is {}, but must be a map", node.kind());
            Mistake::new(node.place, what, "write Version and Statement")
        })?;
        for (key, _) in entries {
            if !["Version", "Id", "Statement"].contains(&key.text.as_str()) {
                return Err(Mistake::new(
                    key.place,
                    "a policy document has no such key",
                    "use Version, Id and Statement",
                ));
            }
        }
        let version = match node.get("Version") {
            Some(found) => Some(self.version(found)?),
            None => None,
        };
        let statements = node.get("Statement").ok_or_else(|| {
            Mistake::new(node.place, "the policy document has no Statement", "add Statement")
        })?;
        let mut reader = Reader {
            scope: self.scope,
            file: self.file,
            policy: &whose.name,
            variables: version.as_deref() == Some("2012-10-17"),
            not_read: Vec::new(),
        };
        let statements = reader.statements(statements)?;
        let not_read = reader.not_read;
        Ok(ReadPolicy {
            file: self.file.to_owned(),
            name: whose.name,
            owner: whose.owner.to_owned(),
            kind: whose.kind,
            place: node.place,
            version,
            statements,
            size: size(node, self.scope),
            not_read,
        })
    }

    fn version(&self, node: &Node) -> Result<String, Mistake> {
        match self.scope.text(node) {
            Some(text) if text == "2012-10-17" || text == "2008-10-17" => Ok(text),
            _ => Err(Mistake::new(
                node.place,
                "this version of the policy language does not exist",
                "write Version: \"2012-10-17\"",
            )),
        }
    }

    /// Stands for policies that belong to an owner but cannot be read.
    fn unread(
        &self,
        name: String,
        owner: &str,
        place: Place,
        not_read: Vec<NotRead>,
    ) -> ReadPolicy {
        ReadPolicy {
            file: self.file.to_owned(),
            name,
            owner: owner.to_owned(),
            kind: Kind::Role,
            place,
            version: Some("2012-10-17".to_owned()),
            statements: Vec::new(),
            size: 0,
            not_read,
        }
    }
}

/// A managed policy that is named but not written in the file.
fn managed(place: Place, name: &str) -> NotRead {
    let what = format!("the managed policy {name}: its text is not in the file");
    NotRead { place, what, may_allow: true }
}

/// A permissions boundary that is named but not written in the file.
fn boundary(place: Place, name: Option<String>) -> NotRead {
    let name = name.unwrap_or_else(|| "named here".to_owned());
    let what = format!("the permissions boundary {name}: it may forbid what these policies allow");
    NotRead { place, what, may_allow: false }
}
