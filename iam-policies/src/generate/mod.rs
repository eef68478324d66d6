//! From permissions to policies in one of the formats.

mod cloudformation;
mod explain;
mod group;
mod json;
mod names;
mod serverless;
mod statements;
mod terraform;
mod yaml;

pub use explain::{explanation, forced_wildcards};
pub use group::{Group, Per, groups};
pub use statements::{LIMIT, Policy, Statement, policies};

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::arn::Parameter;
use crate::grant::Grants;

/// How policies are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Policy documents. One stands alone, several are members of an object, by name.
    #[default]
    Json,
    /// A CloudFormation (or SAM) template with a managed policy for each.
    CloudFormation,
    /// Terraform resources and policy documents.
    Terraform,
    /// `provider.iam.role.statements` of a serverless.yml, or `iamRoleStatements` of its functions.
    Serverless,
}

impl Format {
    /// Whether it can leave a value open until deployment.
    #[must_use]
    pub const fn has_parameters(self) -> bool {
        !matches!(self, Self::Json)
    }

    /// Usual ending of such a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::CloudFormation | Self::Serverless => "yml",
            Self::Terraform => "tf",
        }
    }
}

/// Writes policies. The text is the same for the same policies, and ends with a line feed.
///
/// In [`Format::Json`] nothing may be open: see [`without_open_parts`].
#[must_use]
pub fn written(policies: &[Policy], format: Format) -> String {
    match format {
        Format::Json => json::written(policies),
        Format::CloudFormation => cloudformation::written(policies),
        Format::Terraform => terraform::written(policies),
        Format::Serverless => serverless::written(policies),
    }
}

/// Whether account, region or partition of a resource is not known.
#[must_use]
pub fn lacks_place(grants: &Grants) -> bool {
    grants.keys().any(names::lacks_place)
}

/// A permission that a policy document cannot say, whole or under some values of its conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Action and resource, and what asked for it.
    pub what: String,
    /// What would have to be known, beside account, region and partition.
    pub parameters: BTreeSet<Parameter>,
}

/// Takes out what a policy document cannot say, because a part of it is not known yet, and says
/// what that was. Where a condition asks for any of several values, those that are known stay.
#[must_use]
pub fn without_open_parts(grants: Grants) -> (Grants, Vec<Open>) {
    let mut known = Grants::new();
    let mut all_open = Vec::new();
    for (permission, reasons) in grants {
        if !names::is_open(&permission) {
            known.insert(permission, reasons);
            continue;
        }
        let mut what = format!("{} on {}", permission.action, names::shown(&permission));
        if let Some(reason) = reasons.iter().next() {
            let _ = write!(what, " (for {}", reason.operation);
            if !reason.by.variable.is_empty() {
                let _ = write!(what, " of {}", reason.by.variable);
            }
            what.push(')');
        }
        all_open.push(Open { what, parameters: names::open_parameters(&permission) });
        if let Some(rest) = names::without_open_values(&permission) {
            known.insert(rest, reasons);
        }
    }
    all_open.dedup();
    (known, all_open)
}
