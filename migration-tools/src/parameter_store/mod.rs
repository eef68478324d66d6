//! Variables of serverless projects in Parameter Store.

mod environment;
mod placeholder;
mod plan;
mod project;
mod references;
mod resolve;
mod sections;
mod service;
mod shared;
mod store;
mod variable;

pub use environment::{environment, service};
pub use placeholder::{Piece, Placeholder, PlaceholderError, Source, Template};
pub use plan::{
    Action, Dangling, Origin, Parameter, Stale, Stored, Unpublished, Verified, Wanted, outside,
    verify,
};
pub use project::{Failed, Project, ProjectError, ProjectOptions};
pub use references::{Path, Reference, references};
pub use resolve::{Scope, Unresolved, variable_file};
pub use sections::{Section, Sections};
pub use service::{Imported, ProjectScope, Service, ServiceError};
pub use shared::{SHARED, VariableFileError, derived, shared, variable_map};
pub use store::{Seen, Store, WriteError, Written};
pub use variable::{ADVANCED_BYTES, NotPublishable, STANDARD_BYTES, Variable, is_name};
