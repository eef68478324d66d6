//! What an attribute declares, after parsing and checking: the model that is expanded.

use ops_enums::Operation;
use syn::{Ident, LitStr, Path};

use crate::family::Family;

/// One pair of the attribute.
pub(crate) struct Variable {
    /// As written; its span is where messages and line numbers point.
    pub(crate) name: LitStr,
    /// The field of the `Env` struct.
    pub(crate) field: Ident,
    /// In the order written, all of one family, none twice. Empty for a plain value.
    pub(crate) operations: Vec<DeclaredOperation>,
    /// The family, where the list has a mistake that leaves open which of its operations are meant.
    pub(crate) open: Option<&'static Family>,
}

/// One operation of a variable.
pub(crate) struct DeclaredOperation {
    pub(crate) operation: Operation,
    pub(crate) family: &'static Family,
    /// As the user wrote it, so that their imports are used.
    pub(crate) path: Path,
}

impl Variable {
    /// The family of the variable's operations; `None` for a plain value.
    pub(crate) fn family(&self) -> Option<&'static Family> {
        self.open.or_else(|| self.operations.first().map(|operation| operation.family))
    }
}
