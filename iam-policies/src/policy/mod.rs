//! IAM policies as they stand in files, and what they allow.

pub(crate) mod catalogue;
pub mod context;
pub mod evaluate;
mod model;
mod operator;
pub mod pattern;
mod read;
mod size;
mod statement;
mod values;

pub use model::{
    Condition, ConditionValue, Effect, Entries, Entry, Kind, NotRead, ReadPolicy, Statement,
    StatementRef,
};
pub use read::{read, read_node};
pub use values::Values;
