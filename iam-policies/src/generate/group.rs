//! Which uses share a policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Inventory, Usage};

/// What gets a policy of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// Each deployed Lambda: what has a role.
    Lambda,
    /// Each annotated function.
    Function,
    /// Each service.
    #[default]
    Service,
    /// Everything together.
    All,
}

/// Uses that share a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'i> {
    /// Name of the service, function or Lambda, or `all`.
    pub name: String,
    /// Its uses.
    pub usages: Vec<&'i Usage>,
    /// What is to be said about it: records that name no function stand for a whole service.
    pub remark: Option<String>,
}

/// The groups of an inventory, by name, which is unique. A service whose records name no function
/// is never in one group with a function or Lambda that happens to be called as it is.
#[must_use]
pub fn groups(inventory: &Inventory, per: Per) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(String, Scope), Vec<&Usage>> = BTreeMap::new();
    for usage in &inventory.usages {
        groups.entry(named(usage, per)).or_default().push(usage);
    }
    let own = groups.keys().filter(|(_, scope)| *scope == Scope::Own);
    let mut taken: BTreeSet<String> = own.map(|(name, _)| name.clone()).collect();
    let mut groups: Vec<Group<'_>> = groups
        .into_iter()
        .map(|((name, scope), usages)| match scope {
            Scope::Own => Group { name, usages, remark: None },
            Scope::Service => {
                let remark = format!(
                    "records of service {name:?} that name no function (the Python and JavaScript \
                    writers name none): one policy for the service, at service level"
                );
                let mut unique = name;
                while !taken.insert(unique.clone()) {
                    unique.push_str("-service");
                }
                Group { name: unique, usages, remark: Some(remark) }
            }
        })
        .collect();
    groups.sort_by(|left, right| left.name.cmp(&right.name));
    groups
}

/// What a group's name is the name of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// What was asked for.
    Own,
    /// A service, where a function or Lambda was asked for and none is known.
    Service,
}

fn named(usage: &Usage, per: Per) -> (String, Scope) {
    let service = usage.service.as_deref();
    let own = |name: &str| (name.to_owned(), Scope::Own);
    let function = || match (service, usage.function.as_deref()) {
        (Some(service), Some(function)) => (format!("{service}/{function}"), Scope::Own),
        (None, Some(function)) => own(function),
        (service, None) => (service.unwrap_or("unknown").to_owned(), Scope::Service),
    };
    match per {
        Per::All => own("all"),
        Per::Service => own(service.unwrap_or("service")),
        Per::Function => function(),
        Per::Lambda => usage.lambda.as_deref().map_or_else(function, own),
    }
}
