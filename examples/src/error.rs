//! What can go wrong when an example is run.

use std::path::PathBuf;

/// Why an example does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program could not be built.
    #[error("`cargo build --bin {name}` failed ({status}); its message stands above")]
    Build {
        /// The program.
        name: String,
        /// How Cargo ended.
        status: String,
    },
    /// The program is not there, and there is no Cargo to build it with.
    #[error("{} is not there; run this with `cargo run`, or first `cargo build -p examples`", .0.display())]
    NoProgram(PathBuf),
    /// There is no such example.
    #[error("there is no example `{0}`; there are: {1}")]
    NoExample(String, String),
    /// The operating system refused something.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// The embedded AWS did not start, or refused to be filled.
    #[error("the embedded AWS: {0}")]
    Aws(String),
    /// The Lambda failed.
    #[error(transparent)]
    Invoke(#[from] local_aws::InvokeError),
    /// An event file of the examples is not JSON.
    #[error("examples/events/{file}: {source}")]
    Event {
        /// The file.
        file: &'static str,
        /// Where it is wrong.
        source: serde_json::Error,
    },
    /// What should be tracking records is something else.
    #[error("the tracking table: {0}")]
    Records(#[from] iam_policies::source::RecordsError),
    /// A command of this workspace failed.
    #[error("the command failed: {0}")]
    Command(String),
    /// What should be a policy is none.
    #[error(transparent)]
    Policy(#[from] iam_policies::documents::ReadError),
}

impl From<local_aws::StartError> for Error {
    fn from(error: local_aws::StartError) -> Self {
        Self::Aws(error.to_string())
    }
}

impl From<local_aws::RefusedError> for Error {
    fn from(error: local_aws::RefusedError) -> Self {
        Self::Aws(error.to_string())
    }
}
