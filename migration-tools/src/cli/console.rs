//! What a command says, and to whom.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use super::end::Failed;
use super::global::{Format, Global};
use super::progress::Progress;

/// Standard output, standard error, and the log file.
///
/// In the human format text is on standard output and problems are on standard error; in JSON, standard
/// output has one document and nothing else. The log has everything. A reader that goes away (`| head`)
/// does not stop the work.
pub(crate) struct Console {
    format: Format,
    verbose: bool,
    log: Option<Mutex<File>>,
}

impl Console {
    pub(super) fn open(global: &Global) -> Result<Self, Failed> {
        let log = global.log.as_deref().map(|path| {
            let failed = |source| Failed::Log { path: path.to_owned(), source };
            appended(path).map_err(failed)
        });
        let log = log.transpose()?.map(Mutex::new);
        Ok(Self { format: global.format, verbose: global.verbose, log })
    }

    /// The same, with a log that nobody has asked for: where it cannot be written, there is none.
    pub(super) fn with_log(self, path: &Path) -> Self {
        match appended(path) {
            Ok(file) => Self { log: Some(Mutex::new(file)), ..self },
            Err(error) => {
                let path = path.display();
                self.problem(&format!(
                    "No log is written: `{path}` cannot be opened: {error}; give another one with --log"
                ));
                self
            }
        }
    }

    pub(super) fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// Says something.
    pub(super) fn say(&self, text: &str) {
        self.record(text);
        self.show(text);
    }

    /// Says what no log may keep.
    pub(super) fn show(&self, text: &str) {
        let _ = match self.format {
            Format::Human => writeln!(io::stdout().lock(), "{text}"),
            Format::Json => writeln!(io::stderr().lock(), "{text}"),
        };
    }

    /// Says something that only those want to know who asked for more; the log has it anyway.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose { self.say(text) } else { self.record(text) }
    }

    /// Says what went wrong.
    pub(super) fn problem(&self, text: &str) {
        self.record(text);
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// The result, in JSON.
    pub(super) fn document(&self, document: &impl Serialize) {
        if self.format == Format::Json {
            self.document_always(document);
        }
    }

    /// The result of a command that is for other programs only: in JSON, whatever the format.
    pub(super) fn document_always(&self, document: &impl Serialize) {
        // Maps with text as keys always become JSON.
        if let Ok(text) = serde_json::to_string_pretty(document) {
            let _ = writeln!(io::stdout().lock(), "{text}");
        }
    }

    /// Shows how far some work is.
    pub(super) fn progress(&self, what: &'static str, total: usize) -> Progress<'_> {
        Progress::new(self, what, total)
    }

    fn record(&self, text: &str) {
        let Some(log) = &self.log else { return };
        let format = format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]"
        );
        let now = OffsetDateTime::now_utc().format(format).unwrap_or_default();
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines() {
            let _ = writeln!(log, "[{now}] {line}");
        }
    }
}

/// A second run must not erase what the first one said.
fn appended(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
