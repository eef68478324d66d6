//! What is known about the use of variables, whatever source it came from.

use std::collections::{BTreeMap, BTreeSet};

use ops_enums::Operation;

/// A day, UTC, as it stands in the tracking table: `2026-11-21`. Days compare as text.
pub type Day = String;

/// Something that was seen, and the last day on which it was; `None` where the source has no days.
pub type Seen<T> = BTreeMap<T, Option<Day>>;

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
    pub declared: Seen<Operation>,
    /// Operations of which a request was really sent.
    pub observed: Seen<Operation>,
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
