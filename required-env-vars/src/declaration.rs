//! What handlers declare, gathered from the whole binary at link time.

use std::sync::{PoisonError, RwLock};

use linkme::distributed_slice;
use ops_enums::Operation;

use crate::binding::Binding;

/// Every annotated function of the binary. The linker fills it; nothing runs before `main`.
#[distributed_slice]
pub static FUNCTIONS: [&'static Function];

/// One variable of one annotated function, as written in the source.
///
/// ```
/// for declaration in required_env_vars::declarations() {
///     println!("{}:{} {}", declaration.file, declaration.line, declaration.variable);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Declaration {
    /// Path of the function, e.g. `my_service::files::get_file`. A method has the path of its
    /// module and its own name, because a macro cannot see the type it stands in.
    pub function: &'static str,
    /// Source file, as `file!()` gives it.
    pub file: &'static str,
    /// Line of the variable's name in the attribute, from 1.
    pub line: u32,
    /// Name of the variable.
    pub variable: &'static str,
    /// Operations declared on it; empty for a plain value.
    pub operations: &'static [Operation],
}

/// Iterates over every declaration linked into the binary, in no particular order.
///
/// Needs no AWS and no runtime, so it can be called in a test or a build step.
///
/// ```
/// let plain = required_env_vars::declarations().filter(|d| d.operations.is_empty());
/// for declaration in plain {
///     println!("{} wants {}", declaration.function, declaration.variable);
/// }
/// ```
pub fn declarations() -> impl Iterator<Item = Declaration> {
    FUNCTIONS.iter().flat_map(|function| {
        function.variables.iter().map(|variable| Declaration {
            function: function.path,
            file: function.file,
            line: variable.line,
            variable: variable.name,
            operations: variable.operations,
        })
    })
}

/// An annotated function: what it declares, and what was resolved for it in this container.
pub struct Function {
    pub(crate) path: &'static str,
    pub(crate) file: &'static str,
    pub(crate) variables: &'static [DeclaredVariable],
    /// Whether its body gets handles that make SDK clients.
    pub(crate) needs_clients: bool,
    binding: RwLock<Option<&'static Binding>>,
}

impl Function {
    /// What the macro writes into a `static`.
    pub const fn new(
        path: &'static str,
        file: &'static str,
        variables: &'static [DeclaredVariable],
        needs_clients: bool,
    ) -> Self {
        Self { path, file, variables, needs_clients, binding: RwLock::new(None) }
    }

    /// What was resolved for it, once it was.
    pub(crate) fn binding(&self) -> Option<&'static Binding> {
        *self.binding.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn bind(&self, binding: Option<&'static Binding>) {
        *self.binding.write().unwrap_or_else(PoisonError::into_inner) = binding;
    }
}

/// One pair of the attribute.
#[derive(Debug)]
pub struct DeclaredVariable {
    pub(crate) name: &'static str,
    pub(crate) line: u32,
    pub(crate) operations: &'static [Operation],
}

impl DeclaredVariable {
    /// What the macro writes into a `static`.
    pub const fn new(name: &'static str, line: u32, operations: &'static [Operation]) -> Self {
        Self { name, line, operations }
    }
}
