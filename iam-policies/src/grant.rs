//! One permission, and why it is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::arn::Arn;

/// What a permission is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// `*`, because AWS accepts nothing narrower.
    Everything {
        /// Why nothing narrower is possible.
        why: String,
    },
    /// These resources.
    Arn(Arn),
}

/// Condition operator and key → values: `("StringEquals", "kms:ViaService")`. Values are made of parts
/// as ARNs are.
pub type Conditions = BTreeMap<(String, String), BTreeSet<Arn>>;

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// In canonical case: `s3:GetObject`.
    pub action: &'static str,
    /// The resource.
    pub on: On,
    /// Under which conditions.
    pub conditions: Conditions,
}

/// Who asks for permissions: one use of a variable, or the runtime for a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asker {
    /// Service.
    pub service: Option<String>,
    /// Annotated function; `None` for records that name none.
    pub function: Option<String>,
    /// Deployed Lambda.
    pub lambda: Option<String>,
    /// Variable; empty for needs of the runtime itself.
    pub variable: String,
    /// `file:line` of the declaration, where it is known.
    pub places: BTreeSet<String>,
}

/// Why a permission is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Who asked for it. Shared by all that one use of a variable needs.
    pub by: Arc<Asker>,
    /// What asked for it: `s3:HeadObject`, or a need of the runtime in words.
    pub operation: String,
    /// Remark of the catalogue: when it is needed, or why the resource has a `*`.
    pub remark: Option<String>,
}

/// Reasons, sorted. Shared, because a large deployment has hundreds of thousands of them, and few
/// permissions have more than one.
pub type Reasons = BTreeSet<Arc<Reason>>;

/// Permissions with their reasons, sorted.
pub type Grants = BTreeMap<Permission, Reasons>;
