//! The command as people run it, and clients, on the embedded AWS.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use local_aws::{Call, Fault, LocalAws, Trigger};
use migration_tools::engine::journal::{self, Journal};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::table::Tables;
use migration_tools::engine::writer::{Old, Writer};
use serde_json::Value;

/// The way of SDK clients to an embedded AWS.
pub async fn config(aws: &LocalAws) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(aws.endpoint_url())
        .test_credentials()
        .http_client(aws_clients::http_client())
        .load()
        .await
}

/// What writes records, alone or in a transaction.
pub const WRITES: [&str; 4] = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"];

/// Calls that write records, and neither leases nor journals.
pub fn writes(aws: &LocalAws) -> usize {
    let is_one =
        |call: &Call| WRITES.contains(&call.operation.as_str()) && of_record(&call.request);
    aws.calls().iter().filter(|call| is_one(call)).count()
}

/// What happens to such calls.
pub fn on_write() -> Trigger {
    let is_write = |body: &[u8]| has(body, "\"ConditionExpression\"") && of_record(body);
    Fault::on_service("dynamodb").matching(is_write)
}

fn of_record(body: &[u8]) -> bool {
    !has(body, "-leases\"") && !has(body, "MigrationJournal\"")
}

fn has(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Everything that was said.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A command with nothing of this process's environment.
pub fn command(aws: Option<&LocalAws>, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migration-tools"));
    command.current_dir(folder).args(arguments).env_clear();
    command.envs(aws.map(LocalAws::environment).into_iter().flatten());
    command.env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null());
    command
}

pub fn run(aws: Option<&LocalAws>, folder: &Path, arguments: &[&str]) -> Run {
    finish(
        command(aws, folder, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    )
}

pub fn finish(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder that is gone with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("migration-tools-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A copy of the sample project.
    pub fn sample() -> Self {
        let folder = Self::new();
        copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/serverless")), &folder.0);
        folder
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// Replaces a text that must be in the file.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from}");
        self.write(file, text.replace(from, to));
    }

    pub fn remove(&self, file: &str) {
        fs::remove_file(self.0.join(file)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every parameter: its value and type.
pub fn parameters(aws: &LocalAws) -> BTreeMap<String, (String, &'static str)> {
    let ssm = aws.ssm();
    ssm.names()
        .into_iter()
        .map(|name| {
            let stored = (ssm.value(&name).unwrap(), ssm.kind(&name).unwrap());
            (name, stored)
        })
        .collect()
}

/// The writing half of a run, with a journal of its own in a folder.
pub async fn writer(client: &Client, tables: Tables, old: Old) -> (Folder, Writer) {
    let folder = Folder::new();
    let own = Arc::new(Journal::open(folder.path(), "a test").unwrap());
    let run = own.begin(&journal::Run::default()).unwrap();
    let holder = folder.path().display().to_string();
    let lease = Keeper::take(client, &holder, &holder).await.unwrap();
    let recorder = Recorder::new(own, run);
    (folder, Writer::new((client.clone(), Pace::new(None, None)), tables, recorder, lease, old))
}
