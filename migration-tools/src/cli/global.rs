//! Flags that every command has.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The folder of the journal where no other is given.
pub(super) const DEFAULT_JOURNAL: &str = ".migration-tools";

#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Name of the deployment, such as v6 [env: DEP_NAME]
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) dep_name: Option<String>,
    /// Stage of the deployment, such as dev [env: STAGE]
    #[arg(long, global = true, value_name = "STAGE")]
    pub(super) stage: Option<String>,
    /// Region of every call [env: AWS_REGION]
    #[arg(long, global = true, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Profile of the shared AWS files [env: AWS_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Settings: dep-name, stage, region, profile [default: migration-tools.toml where present]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Folder of the journal: what was changed, and how it was before. As confidential as the tables;
    /// keep it until a migration is verified and cleaned up
    #[arg(long, global = true, value_name = "DIR", default_value = DEFAULT_JOURNAL)]
    pub(super) journal: PathBuf,
    /// Write everything that is said to this file too, with the time (UTC) [default: of a command
    /// that changes records, a file such as id_migration_migration_20250305_101112.log in the working
    /// directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Text for people, or one JSON document on standard output and everything else on standard error
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
    /// Read no more than so many capacity units a second
    #[arg(long, global = true, value_name = "UNITS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_rcu: Option<u32>,
    /// Write no more than so many capacity units a second
    #[arg(long, global = true, value_name = "UNITS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_wcu: Option<u32>,
    /// Seconds until S3 is taken to heed a change of what a bucket sets off, before objects are copied that
    /// must not set anything off, and after
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        default_value_t = 60,
        hide_short_help = true
    )]
    pub(super) notifications_take: u64,
    /// Records that are written at once
    #[arg(long, global = true, value_name = "RECORDS", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) concurrency: u16,
    /// Say more
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
}
