//! The table as a file.

use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::{bad, described, name};
use crate::cli::console::Console;
use crate::cli::end::{End, Failed};
use crate::cli::interrupt::Interrupt;
use crate::cli::settings::Settings;
use crate::new_file::NewFile;
use crate::storage_backup::{
    BackupError, BackupReader, BackupWriter, FORMAT, Header, Table, VERSION, WriteError,
};

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    table: &'d str,
    region: &'d str,
    file: String,
    outcome: &'static str,
    rows: u64,
}

pub(super) async fn backup(
    settings: &Settings,
    path: Option<PathBuf>,
    console: &Console,
) -> Result<End, Failed> {
    let now = OffsetDateTime::now_utc();
    let path = path.unwrap_or_else(|| default_path(now));
    let name = name(settings).await?;
    let table = Table::new(&settings.config, &name);
    let rows = described(&table, &name, settings).await?.items;
    let interrupt = Interrupt::listen();
    let of = (&table, name.as_str(), rows);
    let written = write(settings, of, (&path, "--output-file"), console, &interrupt).await?;
    let outcome = match written {
        Some(rows) => {
            console
                .say(&format!("{}: {rows} rows of {name}, written and read back.", path.display()));
            "written"
        }
        None => {
            console.problem("Stopped; no backup was written. Run it again.");
            "interrupted"
        }
    };
    console.document(&Document {
        command: "user-storage-backup",
        table: &name,
        region: &settings.region,
        file: path.display().to_string(),
        outcome,
        rows: written.unwrap_or_default(),
    });
    Ok(if written.is_some() { End::Done } else { End::Interrupted })
}

/// Writes a table, about so many rows of it, to a file, and reads that again; answers how many there were,
/// or nothing where the operator wants an end. `flag` is what gives the file another place.
pub(in crate::cli) async fn write(
    settings: &Settings,
    (table, name, rows): (&Table, &str, u64),
    (path, flag): (&Path, &str),
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Option<u64>, Failed> {
    let rows = usize::try_from(rows).unwrap_or_default();
    let cannot_write = |error| cannot_write((path, flag), error);
    let file = NewFile::create(path).map_err(cannot_write)?;
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        table: name.to_owned(),
        region: settings.region.clone(),
        time: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
    };
    let writer = BackupWriter::new(file, &header).map_err(cannot_write)?;
    match copy(table, writer, rows, (path, flag), console, interrupt).await? {
        Some((file, rows)) => {
            publish(file, (path, flag), &header, rows)?;
            Ok(Some(rows))
        }
        None => Ok(None),
    }
}

fn default_path(now: OffsetDateTime) -> PathBuf {
    let format = format_description!("[year][month][day]_[hour][minute][second]");
    let now = now.format(format).unwrap_or_default();
    PathBuf::from(format!("user_storage_backup_{now}.jsonl"))
}

/// Writes all rows; nothing where the operator wants an end.
async fn copy(
    table: &Table,
    mut writer: BackupWriter<NewFile>,
    rows: usize,
    (path, flag): (&Path, &str),
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Option<(NewFile, u64)>, Failed> {
    let mut progress = console.progress("rows read", rows);
    let mut start = None;
    loop {
        if interrupt.requested() {
            progress.end();
            return Ok(None);
        }
        let page = table.page(start).await.map_err(|failure| Failed::Aws {
            what: "the table cannot be read, no backup was written".to_owned(),
            failure,
        })?;
        for item in &page.items {
            writer.row(item).map_err(|error| match error {
                WriteError::Io(source) => cannot_write((path, flag), source),
                WriteError::Row { .. } => Failed::Unkept(error),
            })?;
        }
        progress.add(page.items.len());
        start = page.next;
        if start.is_none() {
            progress.end();
            return writer.finish().map(Some).map_err(|error| cannot_write((path, flag), error));
        }
    }
}

/// Reads what the disk has, and only then calls it a backup.
fn publish(
    mut file: NewFile,
    (path, flag): (&Path, &str),
    header: &Header,
    rows: u64,
) -> Result<(), Failed> {
    let written = file.written().map_err(|error| cannot_write((path, flag), error))?;
    let found = check(written.by_ref(), header).map_err(|error| bad(path, error))?;
    if found != rows {
        let error = BackupError::Count { line: rows + 2, expected: rows, found };
        return Err(bad(path, error));
    }
    file.publish().map_err(|error| cannot_write((path, flag), error))
}

fn check(from: impl Read, header: &Header) -> Result<u64, BackupError> {
    let (mut reader, found) = BackupReader::new(BufReader::new(from))?;
    let mut rows = 0;
    while reader.row()?.is_some() {
        rows += 1;
    }
    if found == *header { Ok(rows) } else { Err(BackupError::NoBackup) }
}

fn cannot_write((path, flag): (&Path, &str), source: std::io::Error) -> Failed {
    match source.kind() {
        ErrorKind::AlreadyExists => Failed::Usage(format!(
            "{} exists, it was left as it is; move it away, or give another {flag}",
            path.display()
        )),
        _ => Failed::Output { path: path.to_owned(), source },
    }
}
