//! What two versions of the code declare.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::Inventory;

/// A function declares an operation on a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Declaration {
    /// `SERVICE_NAME`, where it is known.
    pub service: Option<String>,
    /// Path of the annotated function, where it is known.
    pub function: Option<String>,
    /// Name of the variable.
    pub variable: String,
    /// `s3:HeadObject`; `None` for a variable that is declared without operations.
    pub operation: Option<String>,
}

/// What changed between two versions of the code; sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeclarationChanges {
    /// Declared by the new version only.
    pub added: Vec<Declaration>,
    /// Declared by the old version only.
    pub removed: Vec<Declaration>,
    /// What the new version says and this tool does not understand, unless the old one said it too.
    pub not_understood: Vec<String>,
}

impl DeclarationChanges {
    /// Whether the new version declares more, or may do so in what is not understood.
    #[must_use]
    pub fn widens(&self) -> bool {
        !self.added.is_empty() || !self.not_understood.is_empty()
    }
}

/// Compares declarations by service, function, variable and operation; where they stand in the
/// code does not matter.
#[must_use]
pub fn manifests(old: &Inventory, new: &Inventory) -> DeclarationChanges {
    let problems = new.problems.difference(&old.problems);
    let not_understood =
        problems.map(|problem| format!("{}: {}", problem.key, problem.what)).collect();
    let (old, new) = (declarations(old), declarations(new));
    DeclarationChanges {
        not_understood,
        added: new.difference(&old).cloned().collect(),
        removed: old.difference(&new).cloned().collect(),
    }
}

fn declarations(inventory: &Inventory) -> BTreeSet<Declaration> {
    let each = inventory.usages.iter().flat_map(|usage| {
        let declare = |operation: Option<String>| Declaration {
            service: usage.service.clone(),
            function: usage.function.clone(),
            variable: usage.variable.clone(),
            operation,
        };
        let operations = usage.declared.keys().map(move |used| Some(used.iam().to_owned()));
        let bare = usage.declared.is_empty().then_some(None);
        operations.chain(bare).map(declare).collect::<Vec<_>>()
    });
    each.collect()
}
