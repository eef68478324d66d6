//! Lambda functions: the Runtime API that a function's process talks to, and a way to invoke it.
//!
//! Facts: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html>. What Lambda does to the
//! process itself is not emulated: it is neither frozen between invocations nor killed at a timeout.

mod api;
mod environment;
mod error;
mod extensions;
mod process;
mod queue;
mod runtime;

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

pub use self::error::InvokeError;
pub use self::process::Process;

use self::api::Listener;
use self::queue::Function;
use crate::{LocalAws, StartError};

/// One emulated function with its own Runtime API.
///
/// A process that is given [`LambdaFunction::environment`] serves it: one spawned here, or the test's
/// own. Any number can poll; each invocation goes to one of them. Clones are the same function.
#[derive(Clone, Debug)]
pub struct LambdaFunction {
    aws: LocalAws,
    function: Arc<Function>,
    listener: Arc<Listener>,
}

impl LocalAws {
    /// A function named `local-function` that nothing serves yet.
    ///
    /// # Errors
    /// If no port is to be had for its Runtime API.
    pub async fn lambda(&self) -> Result<LambdaFunction, StartError> {
        let function = Arc::new(Function::default());
        let listener = Listener::open(&self.runtime(), &function)?;
        Ok(LambdaFunction { aws: self.clone(), function, listener: Arc::new(listener) })
    }
}

impl LambdaFunction {
    /// The same function under another name. Set it before the function is served.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.function.configure(|settings| settings.name = name.to_owned());
        self
    }

    /// The same function with another time limit per invocation: 30 s if this is not called (AWS: 3 s
    /// unless configured, at most 15 minutes).
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.function.configure(|settings| settings.timeout = timeout);
        self
    }

    /// The same function with another limit on how long an invocation waits to be picked up: 60 s if
    /// this is not called.
    #[must_use]
    pub fn with_start_timeout(self, timeout: Duration) -> Self {
        self.function.configure(|settings| settings.start_timeout = timeout);
        self
    }

    /// The same function under SnapStart: its runtime waits for [`LambdaFunction::restore`] before it
    /// takes invocations.
    #[must_use]
    pub fn with_snap_start(self) -> Self {
        self.function.configure(|settings| settings.snap_start = true);
        self
    }

    /// The `host:port` of the Runtime API, for `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn runtime_api(&self) -> String {
        self.listener.addr()
    }

    /// The environment variables that Lambda itself would set.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment::of(&self.function.settings(), self.runtime_api())
    }

    /// Runs a handler binary as a process that serves this function.
    ///
    /// Its environment is [`LocalAws::environment`], [`LambdaFunction::environment`] and `variables`,
    /// later ones winning, plus `PATH`, `HOME` and the like of this process, and nothing else. It has
    /// a Runtime API address of its own, so that its end fails the invocations that it had taken.
    ///
    /// # Errors
    /// If the program cannot be run or no port is to be had.
    pub fn spawn<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        &self,
        program: impl AsRef<Path>,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Process, StartError> {
        let listener = Listener::open(&self.aws.runtime(), &self.function)?;
        let mut command = environment::command(program.as_ref());
        command.envs(self.aws.environment());
        command.envs(environment::of(&self.function.settings(), listener.addr()));
        command.envs(variables);
        Process::spawn(&self.aws.runtime(), command, program.as_ref(), &self.function, listener)
    }

    /// Invokes the function with a JSON event and waits for its JSON answer.
    ///
    /// # Errors
    /// If the function, its start or its process fails, no answer comes in time, or it is not JSON.
    pub async fn invoke(&self, event: Value) -> Result<Value, InvokeError> {
        let answer = self.invoke_bytes(event.to_string().into()).await?;
        serde_json::from_slice(&answer).map_err(|_| InvokeError::NotJson { bytes: answer.len() })
    }

    /// Invokes the function and waits for its answer as it came; a streamed one in one piece.
    ///
    /// # Errors
    /// If the function, its start or its process fails, or no answer comes in time.
    pub async fn invoke_bytes(&self, event: Bytes) -> Result<Bytes, InvokeError> {
        // On the world's runtime, so that the caller's clock may be paused.
        let function = Arc::clone(&self.function);
        let call = async move { function.invoke(event).await };
        self.aws.runtime().spawn(call).await.unwrap_or(Err(InvokeError::Stopped))
    }

    /// Waits until a runtime under SnapStart has reached its snapshot.
    ///
    /// # Errors
    /// If the function's start or its process fails before, or it takes too long.
    pub async fn snapshot(&self) -> Result<(), InvokeError> {
        let function = Arc::clone(&self.function);
        let reached = async move { function.wait_for_snapshot().await };
        self.aws.runtime().spawn(reached).await.unwrap_or(Err(InvokeError::Stopped))
    }

    /// Restores the snapshot: runtimes that wait for it go on.
    pub fn restore(&self) {
        self.function.restore();
    }

    /// Sends `SHUTDOWN` to the extensions that asked for it.
    pub fn shut_down(&self) {
        self.function.shut_down();
    }
}
