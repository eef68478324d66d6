//! Policies in templates of CloudFormation.

use super::{Source, Whose, boundary, managed};
use crate::policy::model::{Kind, NotRead, ReadPolicy};
use documents::{Mistake, Node};

impl Source<'_> {
    /// Every policy among the template's resources.
    pub(super) fn template(&self, template: &Node) -> Result<Vec<ReadPolicy>, Mistake> {
        let resources = template.get("Resources").and_then(Node::entries).unwrap_or_default();
        let mut policies = Vec::new();
        for (logical, resource) in resources {
            let Some(properties) = resource.get("Properties") else { continue };
            let first = policies.len();
            match resource.get("Type").and_then(Node::text).unwrap_or_default() {
                "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" => {
                    policies.extend(self.standing_alone(properties, &logical.text, Kind::Role)?);
                }
                "AWS::IAM::UserPolicy" => {
                    policies.extend(self.standing_alone(properties, &logical.text, Kind::User)?);
                }
                "AWS::IAM::GroupPolicy" => {
                    policies.extend(self.standing_alone(properties, &logical.text, Kind::Group)?);
                }
                "AWS::IAM::ManagedPolicy" => {
                    policies.extend(self.standing_alone(
                        properties,
                        &logical.text,
                        Kind::Managed,
                    )?);
                }
                "AWS::IAM::Role" => {
                    policies.extend(self.identity(properties, &logical.text, Kind::Role)?);
                }
                "AWS::IAM::User" => {
                    policies.extend(self.identity(properties, &logical.text, Kind::User)?);
                }
                "AWS::IAM::Group" => {
                    policies.extend(self.identity(properties, &logical.text, Kind::Group)?);
                }
                "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
                    policies.extend(self.sam(properties, &logical.text)?);
                }
                _ => {}
            }
            if let Some(condition) = resource.get("Condition") {
                let what = format!(
                    "whether {} is created: that depends on the condition {}",
                    logical.text,
                    condition.text().unwrap_or("of the template"),
                );
                for policy in policies.iter_mut().skip(first) {
                    let place = condition.place;
                    policy.not_read.push(NotRead { place, what: what.clone(), may_allow: false });
                }
            }
        }
        Ok(policies)
    }

    /// A policy that is a resource of its own. One that names a single role belongs to it.
    fn standing_alone(
        &self,
        properties: &Node,
        logical: &str,
        kind: Kind,
    ) -> Result<Option<ReadPolicy>, Mistake> {
        let Some(document) = properties.get("PolicyDocument") else { return Ok(None) };
        let named = properties.get("Roles").and_then(Node::items).and_then(|roles| match roles {
            [role] => Some(role),
            _ => None,
        });
        let role = named.or_else(|| properties.get("RoleName"));
        let owner = role.and_then(|role| match self.scope.function(role) {
            Some(("Ref", name)) => name.text().map(str::to_owned),
            _ => self.scope.text(role),
        });
        let owner = match kind {
            Kind::Managed => None,
            _ => owner,
        };
        let name = match &owner {
            Some(owner) => format!("{owner}/{logical}"),
            None => logical.to_owned(),
        };
        let owner = owner.as_deref().unwrap_or(logical);
        self.document(document, Whose { name, owner, kind }).map(Some)
    }

    /// The policies written into a role, user or group.
    fn identity(
        &self,
        properties: &Node,
        logical: &str,
        kind: Kind,
    ) -> Result<Vec<ReadPolicy>, Mistake> {
        let mut policies = Vec::new();
        let mut not_read = Vec::new();
        let written = properties.get("Policies");
        for (index, policy) in written.and_then(Node::items).unwrap_or_default().iter().enumerate()
        {
            match policy.get("PolicyDocument") {
                Some(document) => {
                    let own = policy.get("PolicyName").and_then(|name| self.scope.text(name));
                    let own = own.unwrap_or_else(|| (index + 1).to_string());
                    let name = format!("{logical}/{own}");
                    policies.push(self.document(document, Whose { name, owner: logical, kind })?);
                }
                None if self.scope.is_no_value(policy) => {}
                None => not_read.push(unknown_policies(policy)),
            }
        }
        if let Some(written) = written.filter(|node| node.items().is_none()) {
            not_read.push(unknown_policies(written));
        }
        not_read.extend(self.named_elsewhere(properties));
        if !not_read.is_empty() {
            let name = format!("{logical}/elsewhere");
            policies.push(self.unread(name, logical, properties.place, not_read));
        }
        Ok(policies)
    }

    /// Managed policies and the boundary, whose texts are not in the template.
    pub(super) fn named_elsewhere(&self, properties: &Node) -> Vec<NotRead> {
        let mut not_read = Vec::new();
        if let Some(arns) = properties.get("ManagedPolicyArns") {
            for arn in arns.items().unwrap_or(std::slice::from_ref(arns)) {
                let in_template = match self.scope.function(arn) {
                    Some(("Ref", name)) => name
                        .text()
                        .is_some_and(|name| self.scope.root.at(&["Resources", name]).is_some()),
                    _ => false,
                };
                if !in_template && !self.scope.is_no_value(arn) {
                    let name = self.scope.text(arn).unwrap_or_else(|| "named here".to_owned());
                    not_read.push(managed(arn.place, &name));
                }
            }
        }
        let limit = properties.get("PermissionsBoundary");
        not_read.extend(limit.map(|node| boundary(node.place, self.scope.text(node))));
        not_read
    }
}

fn unknown_policies(node: &Node) -> NotRead {
    let what = "policies that a function gives: only the deployment knows them".to_owned();
    NotRead { place: node.place, what, may_allow: true }
}
