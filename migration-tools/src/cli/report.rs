//! `report`: what a run did, as text or as a page.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::looking;
use super::status::{keep, tell};
use crate::new_file::NewFile;
use crate::report::{self, MARK};

const ABOUT: &str = "\
It looks at the journal only, and calls nobody. The page needs no network and no script, and can be printed; \
it takes the place of an earlier report, and of no other file. It has no ids of users, unless --show-values \
is given: then it is as confidential as the tables.

Exit codes: 0, it was told or written; 2, there is no such run, or the file is none of these reports; 3, \
there is no journal or no run in it, another command is using it, or it cannot be read.";

#[derive(Args, Debug)]
#[command(after_long_help = ABOUT)]
pub(super) struct Report {
    /// The run [default: the last one]
    #[arg(long, value_name = "ID")]
    run: Option<u64>,
    /// Write the report to this file, as one page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Tell the keys of records that have to be seen to
    #[arg(long)]
    show_values: bool,
}

impl Report {
    pub(super) fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let (journal, runs) = looking::journal(global)?;
        let run = match self.run {
            Some(number) => looking::run(&runs, number)?,
            None => runs.last().ok_or_else(|| {
                Failed::Prerequisite("there is no run in the journal yet".to_owned())
            })?,
        };
        let shown = if self.html.is_some() { report::NAMED } else { report::SHOWN };
        let keep = keep(global, shown, self.show_values);
        let report = report::Report::of(&journal, &runs, run, keep, &looking::way(global))?;
        match &self.html {
            None => tell(console, &report),
            Some(path) => {
                write(path, &report::html(&report))?;
                console.say(&format!(
                    "The report of run {} is in {}.",
                    report.run.run,
                    path.display()
                ));
            }
        }
        console.document(&report);
        Ok(End::Done)
    }
}

/// Writes the page as a whole or not at all, in the place of an earlier one or of nothing.
fn write(path: &Path, page: &str) -> Result<(), Failed> {
    let failed = |source| Failed::Output { path: path.to_owned(), source };
    let taken = || {
        Failed::Usage(format!(
            "{} is no report of migration-tools and was left as it is; move it away, or give another --html",
            path.display()
        ))
    };
    let replaces = match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && is_report(path).map_err(failed)? => true,
        Ok(_) => return Err(taken()),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(source) => return Err(failed(source)),
    };
    let mut file = NewFile::create_beside(path).map_err(failed)?;
    file.write_all(page.as_bytes()).map_err(failed)?;
    let written = if replaces { file.replace() } else { file.publish() };
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => taken(),
        _ => failed(source),
    })
}

fn is_report(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    let length = u64::try_from(MARK.len()).unwrap_or(u64::MAX);
    File::open(path)?.take(length).read_to_end(&mut start)?;
    Ok(start == MARK.as_bytes())
}
