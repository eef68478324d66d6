//! The DevTools protocol over two named pipes, which a shell makes descriptors 3 and 4 of the
//! browser. No port is opened.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A browser process and the way to talk to it; both end with this value.
pub(crate) struct Pipe {
    child: Child,
    to: File,
    messages: Receiver<Value>,
    /// Profile, pipes and pages.
    pub(crate) folder: PathBuf,
    /// Wakes the reader up at the end.
    wake: File,
}

impl Pipe {
    pub(crate) fn start(program: &Path, name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("report-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (to, from) = (folder.join("to"), folder.join("from"));
        let made = Command::new("mkfifo").arg(&to).arg(&from).status().unwrap();
        assert!(made.success(), "mkfifo");
        // Open for both directions, no side waits for the other.
        let open = |path: &Path| OpenOptions::new().read(true).write(true).open(path).unwrap();
        let (to_file, from_file) = (open(&to), open(&from));
        let log = File::create(folder.join("log")).unwrap();
        let child = Command::new("sh")
            .args(["-c", r#"in=$1 out=$2; shift 2; exec "$@" 3<"$in" 4>"$out""#, "sh"])
            .args([&to, &from])
            .arg(program)
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-quic", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--window-size=1280,900"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let wake = from_file.try_clone().unwrap();
        let (send, messages) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(from_file);
            let mut message = Vec::new();
            while reader.read_until(0, &mut message).is_ok_and(|read| read > 1) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                if send.send(value).is_err() {
                    break;
                }
                message.clear();
            }
        });
        Self { child, to: to_file, messages, folder, wake }
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
    }

    /// The next message; panics with what the browser wrote if there is none before `until`.
    pub(crate) fn receive(&mut self, until: Instant) -> Value {
        match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("no answer in time. {}", self.log()),
            Err(RecvTimeoutError::Disconnected) => panic!("the browser is gone. {}", self.log()),
        }
    }

    fn log(&mut self) -> String {
        let state = self.child.try_wait();
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        format!("Process: {state:?}. It wrote:\n{log}")
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Asked to, it ends its helpers as well; they still write to the profile until then.
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let until = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.wake.write_all(&[0]);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
