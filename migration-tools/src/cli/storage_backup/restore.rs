//! The rows of a file that the table lacks.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use required_env_vars::Reason;
use serde::Serialize;

use super::{bad, described, name};
use crate::cli::console::Console;
use crate::cli::end::{End, Failed, remedy};
use crate::cli::interrupt::Interrupt;
use crate::cli::settings::Settings;
use crate::storage_backup::{BackupError, BackupReader, Header, Restored, Table, TableError};

/// Writes at once: rows are up to 400 KB, and an on-demand table starts with 4,000 units a second.
const AT_ONCE: usize = 8;

/// What became of the rows. Those that are named are so by their lines.
#[derive(Default, Serialize)]
struct Tally {
    written: u64,
    already_there: u64,
    conflicts: Vec<u64>,
    failed: Vec<u64>,
    not_tried: u64,
    #[serde(skip)]
    failure: Option<TableError>,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    table: &'d str,
    region: &'d str,
    file: String,
    rows: u64,
    #[serde(flatten)]
    tally: &'d Tally,
}

pub(super) async fn restore(
    settings: &Settings,
    path: &Path,
    console: &Console,
) -> Result<End, Failed> {
    let name = name(settings).await?;
    of(settings, ("user-storage-backup", &[&name]), path, console).await
}

/// The rows of a file that its table lacks, which has to be one of these.
pub(in crate::cli) async fn of(
    settings: &Settings,
    (command, names): (&'static str, &[&str]),
    path: &Path,
    console: &Console,
) -> Result<End, Failed> {
    let mut file = File::open(path).map_err(|error| bad(path, error.into()))?;
    let (header, rows) = check(&file, None).map_err(|error| bad(path, error))?;
    let name = header.table.clone();
    let region = &settings.region;
    if !names.contains(&name.as_str()) || header.region != *region {
        return Err(Failed::Usage(format!(
            "{} is a backup of {} in {}, and the table of this deployment is {} in {region}; give the --dep-name, --stage and --region that it was made with",
            path.display(),
            header.table.escape_debug(),
            header.region.escape_debug(),
            names.join(" or ")
        )));
    }
    let table = Table::new(&settings.config, &name);
    let key = described(&table, &name, settings).await?.table.keys;
    let Some(partition_key) = key.first() else {
        return Err(Failed::Prerequisite(format!("the table {name} does not tell its key")));
    };
    rewind(&mut file, path)?;
    check(&file, Some(&key)).map_err(|error| bad(path, error))?;
    rewind(&mut file, path)?;
    let interrupt = Interrupt::listen();
    let (mut reader, _) =
        BackupReader::new(BufReader::new(&file)).map_err(|error| bad(path, error))?;
    let mut run = Run { tally: Tally::default(), stopped: false };
    let mut progress = console.progress("rows restored", usize::try_from(rows).unwrap_or_default());
    let mut in_flight = FuturesUnordered::new();
    loop {
        run.stopped |= interrupt.requested();
        while !run.stopped && in_flight.len() < AT_ONCE {
            match reader.row().map_err(|error| bad(path, error))? {
                None => run.stopped = true,
                Some((line, item)) => {
                    let write = table.restore(item, partition_key);
                    in_flight.push(async move { (line, write.await) });
                }
            }
        }
        let Some((line, outcome)) = in_flight.next().await else { break };
        run.count(line, outcome);
        progress.step();
    }
    progress.end();
    let tally = run.finish(rows);
    tally.report(console, path, &name);
    console.document(&Document {
        command,
        table: &name,
        region,
        file: path.display().to_string(),
        rows,
        tally: &tally,
    });
    Ok(tally.end(interrupt.requested()))
}

struct Run {
    tally: Tally,
    stopped: bool,
}

impl Run {
    fn count(&mut self, line: u64, outcome: Result<Restored, TableError>) {
        let tally = &mut self.tally;
        match outcome {
            Ok(Restored::Written) => tally.written += 1,
            Ok(Restored::AlreadyThere) => tally.already_there += 1,
            Ok(Restored::Conflict) => tally.conflicts.push(line),
            Err(failure) => {
                tally.failed.push(line);
                // A row that is refused says nothing about the next one; anything else does.
                self.stopped |= !is_refused(&failure);
                tally.failure.get_or_insert(failure);
            }
        }
    }

    fn finish(self, rows: u64) -> Tally {
        let mut tally = self.tally;
        tally.conflicts.sort_unstable();
        tally.failed.sort_unstable();
        let named = (tally.conflicts.len() + tally.failed.len()) as u64;
        tally.not_tried = rows.saturating_sub(tally.written + tally.already_there + named);
        tally
    }
}

impl Tally {
    fn report(&self, console: &Console, path: &Path, name: &str) {
        if !self.conflicts.is_empty() {
            console.problem(&format!(
                "The table has other rows in place of those of {}; they were left as they are. Compare them, and write by hand what is right.",
                lines(&self.conflicts)
            ));
        }
        if let Some(failure) = &self.failure {
            console.problem(&format!(
                "Not written, {}: {}, and run it again.",
                lines(&self.failed),
                told(failure)
            ));
        }
        if self.not_tried > 0 {
            console.problem(&format!("{} rows were not tried; run it again.", self.not_tried));
        }
        console.say(&format!(
            "{name} from {}: {} rows written, {} already there, {} conflicts, {} failed, {} not tried.",
            path.display(),
            self.written,
            self.already_there,
            self.conflicts.len(),
            self.failed.len(),
            self.not_tried
        ));
    }

    fn end(&self, interrupted: bool) -> End {
        let reason = match &self.failure {
            Some(TableError::Absent) => return End::Prerequisite,
            Some(TableError::Failed(failure)) => Some(failure.reason()),
            None => None,
        };
        match reason {
            Some(Reason::BadCredentials | Reason::AccessDenied) => End::Prerequisite,
            _ if interrupted && self.not_tried > 0 => End::Interrupted,
            Some(_) => End::Partly,
            None if !self.conflicts.is_empty() => End::Partly,
            None => End::Done,
        }
    }
}

/// Whether the service took the call for a wrong one.
fn is_refused(failure: &TableError) -> bool {
    matches!(failure, TableError::Failed(failure) if failure.reason() == Reason::Refused)
}

/// What went wrong, and what to do. A refusal's message may quote what was sent, so only its code is
/// told.
fn told(failure: &TableError) -> String {
    let TableError::Failed(failure) = failure else {
        return "the table does not exist any more; create it".to_owned();
    };
    let (reason, detail) = (failure.reason(), failure.detail());
    let detail = match reason {
        Reason::Refused => detail.split(':').next().unwrap_or_default(),
        _ => detail,
    };
    format!("{reason} ({detail}); {}", remedy(Some(reason)))
}

fn lines(all: &[u64]) -> String {
    let all: Vec<String> = all.iter().map(u64::to_string).collect();
    format!("line{} {}", if all.len() == 1 { "" } else { "s" }, all.join(", "))
}

fn rewind(file: &mut File, path: &Path) -> Result<(), Failed> {
    file.seek(SeekFrom::Start(0)).map(|_| ()).map_err(|error| bad(path, error.into()))
}

/// Reads all of it; every row has to have the attributes of the key.
fn check(file: &File, key: Option<&[String]>) -> Result<(Header, u64), BackupError> {
    let (mut reader, header) = BackupReader::new(BufReader::new(file))?;
    let mut rows = 0;
    while let Some((line, item)) = reader.row()? {
        rows += 1;
        if key.into_iter().flatten().any(|name| !item.contains_key(name)) {
            return Err(BackupError::Key(line));
        }
    }
    Ok((header, rows))
}
