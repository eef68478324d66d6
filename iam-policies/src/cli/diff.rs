//! `iam-policies diff`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use iam_policies::diff::{self, Change, Changes, Declaration, DeclarationChanges, Side};
use iam_policies::policy::{Values, read};
use iam_policies::source;

use super::audit::pretty;
use super::{CliError, Outcome, output};

/// Compare two manifests or two policies.
#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// Manifest, policy document or template before the change; `-` is standard input
    old: PathBuf,
    /// Manifest, policy document or template after it
    new: PathBuf,
    /// End with exit code 1 if the new one allows or declares more, or may do so in a part that
    /// cannot be read
    #[arg(long)]
    fail_on_widening: bool,
    /// How changes are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: FormatArgument,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArgument {
    /// Lines with `+` and `-`
    Human,
    /// One JSON document
    Json,
}

impl Diff {
    pub(crate) fn run(self) -> Result<Outcome, CliError> {
        if self.old == self.new && self.old == Path::new("-") {
            let text = "only one of the files can be standard input".to_owned();
            return Err(CliError::Usage(text));
        }
        // Standard input can be read once.
        let (old, new) = (output::read(&self.old)?, output::read(&self.new)?);
        let (human, json, widens) = match (source::is_manifest(&old), source::is_manifest(&new)) {
            (true, true) => {
                let read = |path: &Path, text: &str| {
                    let inventory = source::manifest(text, None);
                    inventory.map_err(|source| CliError::Manifest { path: path.to_owned(), source })
                };
                let changes = diff::manifests(&read(&self.old, &old)?, &read(&self.new, &new)?);
                (of_declarations(&changes), pretty(&changes), changes.widens())
            }
            (false, false) => {
                let read = |path: &Path, text: &str| {
                    read(&path.display().to_string(), text.as_bytes(), &Values::new())
                };
                let changes = diff::policies(&read(&self.old, &old)?, &read(&self.new, &new)?);
                (of_policies(&changes), pretty(&changes), changes.widens())
            }
            _ => {
                return Err(CliError::Usage(
                    "one file is a manifest and the other one is not: compare two of a kind"
                        .to_owned(),
                ));
            }
        };
        output::print(match self.format {
            FormatArgument::Human => &human,
            FormatArgument::Json => &json,
        })?;
        Ok(Outcome::of(self.fail_on_widening && widens))
    }
}

fn of_policies(changes: &Changes) -> String {
    let mut out = String::new();
    for (sign, changes) in [('+', &changes.added), ('-', &changes.removed)] {
        for Change { actions, resource, why, statement } in changes {
            let _ = writeln!(
                out,
                "{sign} {} on {resource}\n    {statement}: {why}",
                actions.join(", ")
            );
        }
    }
    if out.is_empty() {
        out.push_str(match changes.unread.is_empty() {
            true => "Both allow the same.\n",
            false => "Both allow the same, as far as they could be read.\n",
        });
    }
    for unread in &changes.unread {
        let who = match unread.side {
            Side::Old => "only before the change",
            Side::New => "only after the change",
            Side::Both => "before and after",
        };
        let of = if unread.owner.is_empty() { "" } else { " of " };
        let wider = if unread.may_widen() { "; this may allow more" } else { "" };
        let _ = writeln!(out, "? {}{of}{} ({who}){wider}", unread.what, unread.owner);
    }
    out
}

fn of_declarations(changes: &DeclarationChanges) -> String {
    let mut out = String::new();
    for (sign, declarations) in [('+', &changes.added), ('-', &changes.removed)] {
        for Declaration { function, variable, operation, .. } in declarations {
            let (function, operation) = (function.as_deref(), operation.as_deref());
            let function = function.unwrap_or("the service");
            let _ = writeln!(
                out,
                "{sign} {function} / {variable}: {}",
                operation.unwrap_or("a plain value")
            );
        }
    }
    for what in &changes.not_understood {
        let _ = writeln!(out, "? {what}");
    }
    if out.is_empty() { "Both declare the same.\n".to_owned() } else { out }
}
