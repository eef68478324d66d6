//! Moves the live data of an Amplify deployment without losing a row.

pub mod amplify;
pub mod backups;
pub mod cli;
pub mod core_table;
pub mod declared;
pub mod engine;
pub mod mask;
pub mod new_file;
pub mod parameter_store;
pub mod profiles;
pub mod report;
pub mod storage_backup;
