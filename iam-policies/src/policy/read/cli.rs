//! Policy documents alone, and as the AWS CLI prints them.

use percent_encoding::percent_decode_str;

use super::{Source, Whose};
use crate::policy::model::{Kind, ReadPolicy};
use documents::{Mistake, Node};

impl Source<'_> {
    /// A document, or an answer of `get-role-policy`, `get-user-policy`, `get-group-policy` or
    /// `get-policy-version`.
    pub(super) fn plain(&self, root: &Node) -> Result<Vec<ReadPolicy>, Mistake> {
        let text = |key: &str| root.get(key).and_then(Node::text);
        let answer =
            [("RoleName", Kind::Role), ("UserName", Kind::User), ("GroupName", Kind::Group)]
                .into_iter()
                .find_map(|(key, kind)| Some((text(key)?, kind)));
        if let Some(document) = root.get("PolicyDocument") {
            let policy = text("PolicyName").unwrap_or(self.file);
            let (owner, kind) = answer.unwrap_or((policy, Kind::Document));
            let name =
                if owner == policy { policy.to_owned() } else { format!("{owner}/{policy}") };
            return self.printed(document, Whose { name, owner, kind });
        }
        let version = root.get("PolicyVersion").unwrap_or(root);
        if let Some(document) = version.get("Document") {
            let whose = Whose { name: self.file.to_owned(), owner: self.file, kind: Kind::Managed };
            return self.printed(document, whose);
        }
        if root.get("Statement").is_none() {
            return Err(Mistake::new(
                root.place,
                "the file holds neither a policy nor a template",
                "give a policy document (Statement), an answer of `aws iam get-role-policy` or \
                 `get-policy-version`, a template (Resources) or a serverless.yml (provider)",
            ));
        }
        let whose = Whose { name: self.file.to_owned(), owner: self.file, kind: Kind::Document };
        Ok(vec![self.document(root, whose)?])
    }

    /// A document that may stand in a text, with percent signs as IAM's API sends it.
    fn printed(&self, node: &Node, whose: Whose<'_>) -> Result<Vec<ReadPolicy>, Mistake> {
        let Some(text) = node.text() else {
            return Ok(vec![self.document(node, whose)?]);
        };
        let decoded = if text.trim_start().starts_with('{') {
            text.to_owned()
        } else {
            percent_decode_str(text).decode_utf8_lossy().into_owned()
        };
        let inner = Node::read("document.json", decoded.as_bytes()).map_err(|error| {
            let what = format!("the policy in this text cannot be read: {}", error.what);
            Mistake::new(node.place, what, error.remedy)
        })?;
        Ok(vec![self.document(&inner.moved_to(node.place), whose)?])
    }
}
