//! Policies of services and functions in `serverless.yml`.
//! <https://www.serverless.com/framework/docs/providers/aws/guide/iam>

use super::{Source, boundary, managed};
use crate::policy::model::{Kind, NotRead, ReadPolicy};
use crate::policy::size::size;
use crate::policy::statement::Reader;
use documents::{Mistake, Node, Value};

/// Where the statements of the service stand, the newer place first.
const OF_PROVIDER: [&[&str]; 2] =
    [&["provider", "iam", "role", "statements"], &["provider", "iamRoleStatements"]];
/// Where those of a function stand: with the plugin serverless-iam-roles-per-function, and without.
const OF_FUNCTION: [&[&str]; 2] = [&["iamRoleStatements"], &["iam", "role", "statements"]];
const INHERITS: [&[&str]; 2] = [&["iamRoleStatementsInherit"], &["iam", "inheritStatements"]];
const DEFAULT_INHERITS: [&str; 3] =
    ["custom", "serverless-iam-roles-per-function", "defaultInherit"];

impl Source<'_> {
    /// The service's policy is called `provider`; those of functions are called as the functions.
    pub(super) fn service(&self) -> Result<Vec<ReadPolicy>, Mistake> {
        let root = self.scope.root;
        let provider = match OF_PROVIDER.iter().find_map(|path| root.at(path)) {
            Some(node) => Some(self.statements(node, "provider")?),
            None => None,
        };
        let elsewhere = self.role_elsewhere(root);
        let mut policies = Vec::new();
        for (name, function) in root.get("functions").and_then(Node::entries).unwrap_or_default() {
            if let Some(node) = OF_FUNCTION.iter().find_map(|path| function.at(path)) {
                let mut policy = self.statements(node, &name.text)?;
                if self.inherits(function) {
                    if let Some(inherited) = &provider {
                        policy.statements.extend(inherited.statements.iter().cloned());
                        policy.not_read.extend(inherited.not_read.iter().cloned());
                        policy.size += inherited.size;
                    }
                    policy.not_read.extend(elsewhere.iter().cloned());
                }
                policies.push(policy);
            } else if let Some(role) = function.get("role") {
                let what = "the policies of the role that is named here".to_owned();
                let not_read = NotRead { place: role.place, what, may_allow: true };
                let name = name.text.clone();
                policies.push(self.unread(name.clone(), &name, role.place, vec![not_read]));
            }
        }
        let provider = match provider {
            Some(mut policy) => {
                policy.not_read.extend(elsewhere);
                Some(policy)
            }
            None if elsewhere.is_empty() => None,
            None => Some(self.unread("provider".to_owned(), "provider", root.place, elsewhere)),
        };
        policies.splice(0..0, provider);
        if let Some(template) = root.get("resources") {
            policies.extend(self.resources(template)?);
        }
        Ok(policies)
    }

    /// `resources` is a template, or a list of templates of which some may be in other files.
    fn resources(&self, node: &Node) -> Result<Vec<ReadPolicy>, Mistake> {
        let mut policies = Vec::new();
        for template in node.items().unwrap_or(std::slice::from_ref(node)) {
            if template.text().is_some() {
                let what = "resources that stand in another file; audit that file".to_owned();
                let not_read = NotRead { place: template.place, what, may_allow: true };
                let name = "resources".to_owned();
                policies.push(self.unread(name, "resources", template.place, vec![not_read]));
            } else {
                policies.extend(self.template(template)?);
            }
        }
        Ok(policies)
    }

    fn inherits(&self, function: &Node) -> bool {
        let own = INHERITS.iter().find_map(|path| function.at(path));
        let found = own.or_else(|| self.scope.root.at(&DEFAULT_INHERITS));
        found.is_some_and(|node| node.value == Value::Bool(true))
    }

    /// What the provider's role has apart from statements.
    fn role_elsewhere(&self, root: &Node) -> Vec<NotRead> {
        let mut not_read = Vec::new();
        let role = root.at(&["provider", "iam", "role"]);
        let lists = [
            role.and_then(|role| role.get("managedPolicies")),
            root.at(&["provider", "iamManagedPolicies"]),
        ];
        for list in lists.into_iter().flatten() {
            for policy in list.items().unwrap_or(std::slice::from_ref(list)) {
                let name = self.scope.text(policy).unwrap_or_else(|| "named here".to_owned());
                not_read.push(managed(policy.place, &name));
            }
        }
        let named = root.at(&["provider", "role"]);
        let named = named.or_else(|| role.filter(|role| role.entries().is_none()));
        not_read.extend(named.map(|role| NotRead {
            place: role.place,
            what: "the policies of the role that is named here".to_owned(),
            may_allow: true,
        }));
        let limit = role.and_then(|role| {
            role.get("permissionsBoundary").or_else(|| role.get("permissionBoundary"))
        });
        not_read.extend(limit.map(|node| boundary(node.place, self.scope.text(node))));
        not_read
    }

    /// The framework writes the version and the log permissions of a function itself.
    fn statements(&self, node: &Node, name: &str) -> Result<ReadPolicy, Mistake> {
        let mut reader = Reader {
            scope: self.scope,
            file: self.file,
            policy: name,
            variables: true,
            not_read: Vec::new(),
        };
        let statements = reader.statements(node)?;
        Ok(ReadPolicy {
            file: self.file.to_owned(),
            name: name.to_owned(),
            owner: name.to_owned(),
            kind: Kind::Role,
            place: node.place,
            version: Some("2012-10-17".to_owned()),
            statements,
            size: size(self.scope.referred(node), self.scope)
                + r#"{"Version":"2012-10-17","Statement":}"#.len(),
            not_read: reader.not_read,
        })
    }
}
