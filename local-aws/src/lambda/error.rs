//! Why an invocation has no answer.

use std::time::Duration;

/// Why an invocation has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// The handler returned an error or panicked.
    #[error("the function failed: {error_type}: {message}")]
    Function {
        /// The type that the runtime reported.
        error_type: String,
        /// The message that the runtime reported.
        message: String,
    },
    /// The runtime reported that the function cannot start.
    #[error("the function did not start: {error_type}: {message}")]
    Init {
        /// The type that the runtime reported.
        error_type: String,
        /// The message that the runtime reported.
        message: String,
    },
    /// The runtime reported that the function cannot go on from its snapshot.
    #[error("the function was not restored: {error_type}: {message}")]
    Restore {
        /// The type that the runtime reported.
        error_type: String,
        /// The message that the runtime reported.
        message: String,
    },
    /// The handler took longer than the function's time limit.
    #[error("the function did not answer within {0:?}; see LambdaFunction::with_timeout")]
    Timeout(Duration),
    /// No runtime picked the invocation up.
    #[error("no runtime took the invocation within {0:?}; is the handler running?")]
    NotTaken(Duration),
    /// The handler's process ended before it answered.
    #[error(
        "the process of the function ended before it answered ({status}); it said last:\n{stderr}"
    )]
    Exited {
        /// The exit status in words.
        status: String,
        /// The end of what the process wrote to standard error.
        stderr: String,
    },
    /// The answer is not JSON.
    #[error("the answer of the function is not JSON ({bytes} bytes); use invoke_bytes")]
    NotJson {
        /// The length of the answer in bytes.
        bytes: usize,
    },
    /// The answer is larger than Lambda returns.
    #[error("the answer of the function has {bytes} bytes; Lambda returns at most {limit}")]
    TooLarge {
        /// The length of the answer in bytes.
        bytes: usize,
        /// The most that Lambda returns.
        limit: usize,
    },
    /// The local AWS has been stopped.
    #[error("the local AWS has been stopped")]
    Stopped,
}
