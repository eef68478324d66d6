//! Policies of functions in templates of SAM.
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html#sam-function-policies>

use super::{Source, Whose, managed};
use crate::policy::model::{Kind, NotRead, ReadPolicy};
use documents::{Mistake, Node};

impl Source<'_> {
    /// `Policies` of a function. SAM's policy templates and managed policies are not read.
    pub(super) fn sam(&self, properties: &Node, logical: &str) -> Result<Vec<ReadPolicy>, Mistake> {
        let mut policies = Vec::new();
        let mut not_read = Vec::new();
        let written = properties.get("Policies");
        let each =
            written.map_or(&[][..], |node| node.items().unwrap_or(std::slice::from_ref(node)));
        for (index, policy) in each.iter().enumerate() {
            if policy.get("Statement").is_some() {
                let name = match each {
                    [_] => logical.to_owned(),
                    _ => format!("{logical}/{}", index + 1),
                };
                let whose = Whose { name, owner: logical, kind: Kind::Role };
                policies.push(self.document(policy, whose)?);
            } else if !self.scope.is_no_value(policy) {
                not_read.push(self.not_inline(policy)?);
            }
        }
        if let Some(role) = properties.get("Role").filter(|_| written.is_none()) {
            let what = "the policies of the role that is named here".to_owned();
            not_read.push(NotRead { place: role.place, what, may_allow: true });
        }
        not_read.extend(self.named_elsewhere(properties));
        if !not_read.is_empty() {
            let name = format!("{logical}/elsewhere");
            policies.push(self.unread(name, logical, properties.place, not_read));
        }
        Ok(policies)
    }

    fn not_inline(&self, policy: &Node) -> Result<NotRead, Mistake> {
        let place = policy.place;
        if let Some((function, _)) = self.scope.function(policy) {
            let what = format!("the policy that {function} names: its text is not in the template");
            return Ok(NotRead { place, what, may_allow: true });
        }
        if let Some(name) = policy.text() {
            return Ok(managed(place, name));
        }
        match policy.entries() {
            Some([(template, _)]) => {
                let what = format!("SAM's policy template {}: SAM fills it in", template.text);
                Ok(NotRead { place, what, may_allow: true })
            }
            _ => Err(Mistake::new(
                place,
                format!("a policy of a function is {}, without a Statement", policy.kind()),
                "write a policy document, a template of SAM or the name of a managed policy",
            )),
        }
    }
}
