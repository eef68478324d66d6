//! Flags that every command has.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// Folder of the journal: what was changed, and how it was before. As confidential as the tables
    #[arg(long, global = true, value_name = "DIR", default_value = ".migration-tools")]
    pub(super) journal: PathBuf,
    /// Write everything that is said to this file too, with the time (UTC)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Text for people, or one JSON document on standard output and everything else on standard error
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
    /// Say more
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
}
