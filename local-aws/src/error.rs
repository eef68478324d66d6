//! Why a server did not start.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why an endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}; choose another port, or port 0 for a free one")]
    Bind {
        /// The address asked for.
        addr: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// No thread or reactor for the server could be made.
    #[error("cannot start the server thread of the local AWS: {0}")]
    Thread(std::io::Error),
    /// A handler binary cannot be run.
    #[error("cannot run {}: {source}; is the path right and the binary built?", program.display())]
    Spawn {
        /// The program asked for.
        program: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The in-memory DynamoDB could not be opened.
    #[error("cannot open the in-memory DynamoDB: {0}")]
    Database(String),
}

/// What a service answered to a call made in process.
#[derive(Debug, thiserror::Error)]
#[error("{service}:{operation} was refused with {code}: {message}")]
#[non_exhaustive]
pub struct RefusedError {
    /// The service's signing name.
    pub service: &'static str,
    /// The API operation.
    pub operation: String,
    /// The error code, such as `ResourceNotFoundException`.
    pub code: String,
    /// The service's message.
    pub message: String,
}
