//! `core-table export`: the old tables as files, and back.

use std::fs;

use serde::Serialize;

use super::super::console::Console;
use super::super::end::{End, Failed};
use super::super::interrupt::Interrupt;
use super::super::settings::Settings;
use super::super::storage_backup::{backup, restore};
use super::Export;
use crate::core_table::TableNames;
use crate::engine::read::ReadError;
use crate::storage_backup::Table;

const COMMAND: &str = "core-table export";

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    region: &'d str,
    files: Vec<Written<'d>>,
}

#[derive(Serialize)]
struct Written<'d> {
    table: &'d str,
    file: String,
    rows: u64,
}

pub(super) async fn run(
    settings: &Settings,
    names: &TableNames,
    export: Export,
    console: &Console,
) -> Result<End, Failed> {
    let tables = [names.servers.as_str(), names.memberships.as_str()];
    if let Some(path) = export.restore {
        return restore::of(settings, (COMMAND, &tables), &path, console).await;
    }
    let out = export.out.unwrap_or_default();
    fs::create_dir_all(&out).map_err(|source| Failed::Output { path: out.clone(), source })?;
    let mut files = Vec::new();
    let interrupt = Interrupt::listen();
    for name in tables {
        let table = Table::new(&settings.config, name);
        let region = &settings.region;
        let described = table.describe().await.map_err(|error| match error {
            ReadError::Failed { failure, .. } => {
                Failed::Aws { what: format!("cannot look at the table {name}"), failure }
            }
            error => Failed::Prerequisite(format!(
                "{error} in {region}; give its name (--servers-table, --membership-table)"
            )),
        })?;
        let path = out.join(format!("{name}.jsonl"));
        let of = (&table, name, described.items);
        let written = backup::write(settings, of, (&path, "--out"), console, &interrupt).await?;
        let Some(rows) = written else {
            console.problem("Stopped; run it again with another --out, or remove what is there.");
            return Ok(End::Interrupted);
        };
        console.say(&format!("{}: {rows} rows of {name}, written and read back.", path.display()));
        files.push(Written { table: name, file: path.display().to_string(), rows });
    }
    console.document(&Document { command: COMMAND, region: &settings.region, files });
    Ok(End::Done)
}
