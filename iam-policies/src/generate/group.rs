//! Which uses share a policy.

use std::collections::BTreeMap;

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

/// The groups of an inventory, by name.
#[must_use]
pub fn groups(inventory: &Inventory, per: Per) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for usage in &inventory.usages {
        let (name, remark) = named(usage, per);
        let new = || Group { name: name.clone(), usages: Vec::new(), remark };
        groups.entry(name.clone()).or_insert_with(new).usages.push(usage);
    }
    groups.into_values().collect()
}

fn named(usage: &Usage, per: Per) -> (String, Option<String>) {
    let service = usage.service.as_deref();
    let whole = || {
        let service = service.unwrap_or("unknown");
        let remark = format!(
            "records of service {service:?} that name no function (the Python and JavaScript \
            writers name none): one policy for the service, at service level"
        );
        (service.to_owned(), Some(remark))
    };
    let function = || {
        let function = usage.function.as_deref()?;
        Some((service.map_or_else(|| function.to_owned(), |s| format!("{s}/{function}")), None))
    };
    match per {
        Per::All => ("all".to_owned(), None),
        Per::Service => (service.unwrap_or("service").to_owned(), None),
        Per::Function => function().unwrap_or_else(whole),
        Per::Lambda => match &usage.lambda {
            Some(lambda) => (lambda.clone(), None),
            None => function().unwrap_or_else(whole),
        },
    }
}
