//! What the commands do to which resource of a deployment, declared as a Lambda declares it, so that
//! `iam-policies` makes the operator's policy of it, as of any other function.
//!
//! One annotated function for each command that is described here, and one for what all of them read.
//! The commands do not call them: names follow from deployment and stage, and a variable is only
//! another name where there is one. [`records`](records()) says what is declared with the names of one
//! deployment, in the form in which the tracking table has it.
//!
//! A program that links this crate and calls `required_env_vars::init` would have to have all of these
//! variables.

mod core_table;
mod generate_csv;
mod id_migration;
mod names;
mod profiles;
mod records;
mod s3_data_migration;
mod storage_backup;

pub use core_table::core_table;
pub use generate_csv::generate_csv;
pub use id_migration::id_migration;
pub use names::names;
pub use profiles::profiles;
pub use records::{LEASES, Place, records};
pub use s3_data_migration::s3_data_migration;
pub use storage_backup::user_storage_backup;

/// The commands that are described, by their names on the command line, each with its function.
pub const COMMANDS: [(&str, &str); 6] = [
    ("core-table", "core_table"),
    ("generate-csv", "generate_csv"),
    ("id-migration", "id_migration"),
    ("profiles", "profiles"),
    ("s3-data-migration", "s3_data_migration"),
    ("user-storage-backup", "user_storage_backup"),
];
