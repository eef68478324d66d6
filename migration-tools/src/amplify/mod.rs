//! The Amplify deployments: what exists in them, and how it is named.

mod deployment;
mod existence;
pub mod generate;
pub mod id_map;
pub mod migration;
mod names;
mod naming;
pub mod objects;
pub mod preflight;
mod resources;
pub mod tables;
mod users;

pub use deployment::{Deployment, DeploymentError};
pub use existence::{Existence, Inspector};
pub use names::check_name;
pub use naming::{NameSource, Named, NamesError, derived_names, names};
pub use resources::{Kind, RESOURCES, Resource};
pub use users::{UsersError, identities, user_ids};
