//! Where the knowledge comes from: the tracking table, exported records, manifests.

mod field;
mod items;
mod manifest;
mod operations;
mod record;
mod records;
#[cfg(feature = "aws")]
mod table;

pub use manifest::{ManifestError, is_manifest, manifest};
pub use records::{RecordsError, records};
#[cfg(feature = "aws")]
pub use table::{TableError, table};
