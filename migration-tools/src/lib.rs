//! Moves the live data of an Amplify deployment without losing a row.

#[cfg(feature = "cli")]
pub mod amplify;
#[cfg(feature = "cli")]
pub mod backups;
#[cfg(feature = "cli")]
pub mod cli;
pub mod core_table;
#[cfg(feature = "cli")]
pub mod declared;
pub mod engine;
#[cfg(feature = "cli")]
pub mod formats;
#[cfg(any(feature = "core-table-lambda", feature = "profiles-lambda"))]
pub mod lambda;
pub mod mask;
pub mod new_file;
pub mod own;
#[cfg(feature = "cli")]
pub mod parameter_store;
pub mod profiles;
#[cfg(feature = "cli")]
pub mod report;
pub mod storage_backup;
#[cfg(feature = "cli")]
mod turns;
