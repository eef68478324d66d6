//! A handler binary as a child process: its output, its end.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::api::Listener;
use super::error::InvokeError;
use super::queue::Function;
use crate::StartError;

/// How much of each output stream is kept.
const OUTPUT_LIMIT: usize = 64 * 1024 * 1024;

/// How many lines of standard error a failed invocation quotes.
const QUOTED_LINES: usize = 20;

/// How long output may still come in after the end; a grandchild can hold the pipes open.
const DRAIN: Duration = Duration::from_secs(1);

/// A running handler process; killed on drop.
pub struct Process {
    program: PathBuf,
    id: Option<u32>,
    stdout: Output,
    stderr: Output,
    kill: Arc<Notify>,
    end: watch::Receiver<Option<ExitStatus>>,
}

type Output = Arc<Mutex<Vec<u8>>>;

impl Process {
    pub(super) fn spawn(
        runtime: &Handle,
        mut command: Command,
        program: &Path,
        function: &Arc<Function>,
        listener: Listener,
    ) -> Result<Self, StartError> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let _context = runtime.enter();
        let failed = |source| StartError::Spawn { program: program.to_owned(), source };
        let mut child = command.spawn().map_err(failed)?;
        function.process_started(listener.door);
        let (ended, end) = watch::channel(None);
        let process = Process {
            program: program.to_owned(),
            id: child.id(),
            stdout: Output::default(),
            stderr: Output::default(),
            kill: Arc::new(Notify::new()),
            end,
        };
        let stdout = runtime.spawn(copy(child.stdout.take(), Arc::clone(&process.stdout)));
        let stderr = runtime.spawn(copy(child.stderr.take(), Arc::clone(&process.stderr)));
        let (function, kill) = (Arc::clone(function), Arc::clone(&process.kill));
        let said = Arc::clone(&process.stderr);
        runtime.spawn(async move {
            // All of it, not just its number: the address stays open while the process lives.
            let listener = listener;
            let status = wait(child, &kill).await;
            let _ = timeout(DRAIN, async { tokio::join!(stdout, stderr) }).await;
            let error = InvokeError::Exited {
                status: status.map_or_else(|| "unknown status".to_owned(), |s| s.to_string()),
                stderr: last_lines(&text(&said)),
            };
            function.process_ended(listener.door, &error);
            ended.send_replace(status);
        });
        Ok(process)
    }

    /// The program that is run.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The process id; after its end it may be that of another process.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.id
    }

    /// What it has written to standard output so far, up to 64 MiB.
    #[must_use]
    pub fn stdout(&self) -> String {
        text(&self.stdout)
    }

    /// What it has written to standard error so far, up to 64 MiB.
    #[must_use]
    pub fn stderr(&self) -> String {
        text(&self.stderr)
    }

    /// Everything it has written so far: standard output, then standard error.
    #[must_use]
    pub fn output(&self) -> String {
        self.stdout() + &self.stderr()
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn status(&self) -> Option<ExitStatus> {
        *self.end.borrow()
    }

    /// Waits for its end; `None` if the local AWS stopped before.
    pub async fn wait(&self) -> Option<ExitStatus> {
        let mut end = self.end.clone();
        end.wait_for(Option::is_some).await.ok().and_then(|status| *status)
    }

    /// Ends it at once.
    pub fn kill(&self) {
        self.kill.notify_one();
    }
}

/// Without the output: it is the handler's own.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("program", &self.program)
            .field("id", &self.id)
            .field("status", &self.status())
            .finish()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn wait(mut child: Child, kill: &Notify) -> Option<ExitStatus> {
    tokio::select! {
        status = child.wait() => status.ok(),
        () = kill.notified() => {
            // It may have ended by itself just now.
            let _ = child.start_kill();
            child.wait().await.ok()
        }
    }
}

async fn copy(source: Option<impl AsyncRead + Unpin>, output: Output) {
    let Some(mut source) = source else { return };
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = source.read(&mut buffer).await {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        let room = OUTPUT_LIMIT.saturating_sub(output.len());
        output.extend_from_slice(&buffer[..read.min(room)]);
    }
}

fn text(output: &Output) -> String {
    let output = output.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&output).into_owned()
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_quoted() {
        let text: String = (0..50).map(|n| format!("line {n}\n")).collect();
        let quoted = last_lines(&text);
        assert!(quoted.starts_with("line 30\n") && quoted.ends_with("line 49"), "{quoted}");
        assert_eq!(last_lines(""), "");
    }
}
