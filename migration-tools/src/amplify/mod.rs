//! The Amplify deployments: what exists in them, and how it is named.

mod deployment;
mod names;
mod resources;

pub use deployment::{Deployment, DeploymentError};
pub use names::check_name;
pub use resources::{Kind, RESOURCES, Resource};
