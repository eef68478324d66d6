//! What is known about the use of variables, whatever source it came from.

use std::collections::{BTreeMap, BTreeSet};

use ops_enums::Operation;

/// A day, UTC, as it stands in the tracking table: `2026-11-21`. Days compare as text.
pub type Day = String;

/// Something that was seen, and the last day on which it was; `None` where the source has no days.
pub type Seen<T> = BTreeMap<T, Option<Day>>;

/// What a declaration or record says is done with a variable's resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// An operation of an API.
    Operation(Operation),
    /// An IAM action that is no operation, `s3:ListBucket`: writers in other languages record such.
    /// In canonical case, and always in the catalogue.
    Action(&'static str),
}

impl Use {
    /// With the IAM prefix: `s3:HeadObject`, `s3:ListBucket`.
    #[must_use]
    pub const fn iam(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.iam(),
            Self::Action(action) => action,
        }
    }
}

impl std::fmt::Display for Use {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.iam())
    }
}

/// What one function of one service does with one variable.
///
/// Records of the Python and JavaScript writers, and manifests, know less than this: what they do
/// not know is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usage {
    /// `SERVICE_NAME`; `None` in a manifest that was read without `--service`.
    pub service: Option<String>,
    /// Path of the annotated function; `None` where the record names no function.
    pub function: Option<String>,
    /// Name of the deployed Lambda, where it is known.
    pub lambda: Option<String>,
    /// Name of the variable.
    pub variable: String,
    /// Operations declared.
    pub declared: Seen<Use>,
    /// Operations of which a request was really sent.
    pub observed: Seen<Use>,
    /// Names, URLs or ARNs of the resource that the variable meant. More than one where versions or
    /// stages differ. Empty for secrets, plain values and manifests.
    pub values: Seen<String>,
    /// Where the value came from: `environment`, `service-parameter`, `shared-parameter`.
    pub sources: Seen<String>,
    /// `file:line` of the declaration.
    pub declared_at: Seen<String>,
    /// `VERSION` of the function.
    pub versions: Seen<String>,
    /// Regions the function ran in.
    pub regions: Seen<String>,
    /// Last day on which the function ran.
    pub last_seen: Option<Day>,
    /// Path of the service's own parameter: `/amplify/dev/files/FILES_TABLE`.
    pub parameter_path: Option<String>,
}

/// Everything that one run of the tool works on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Sorted, one for each service, function, Lambda and variable.
    pub usages: Vec<Usage>,
    /// What could not be understood. Never turned into a permission.
    pub problems: BTreeSet<Problem>,
}

/// Something in the source that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Key of the record or name of the variable: `files#FILES_TABLE`.
    pub key: String,
    /// What is wrong with it, and what that means.
    pub what: String,
}
