//! `iam-policies diff`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use iam_policies::diff::{self, Change, Changes, Declaration, DeclarationChanges};
use iam_policies::policy::Values;
use iam_policies::source;

use super::audit::pretty;
use super::policies::from_file;
use super::{CliError, Outcome, output};

/// Compare two manifests or two policies.
#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// Manifest, policy document or template before the change
    old: PathBuf,
    /// Manifest, policy document or template after it
    new: PathBuf,
    /// End with exit code 1 if the new one allows or declares more
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
        let is_manifest =
            |path: &Path| Ok::<_, CliError>(source::is_manifest(&output::read(path)?));
        let (human, json, widens) = match (is_manifest(&self.old)?, is_manifest(&self.new)?) {
            (true, true) => {
                let read = |path: &Path| {
                    let inventory = source::manifest(&output::read(path)?, None);
                    inventory.map_err(|source| CliError::Manifest { path: path.to_owned(), source })
                };
                let changes = diff::manifests(&read(&self.old)?, &read(&self.new)?);
                (of_declarations(&changes), pretty(&changes), !changes.added.is_empty())
            }
            (false, false) => {
                let values = Values::new();
                let changes = diff::policies(
                    &from_file(&self.old, &values)?,
                    &from_file(&self.new, &values)?,
                );
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
    if out.is_empty() { "Both allow the same.\n".to_owned() } else { out }
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
    if out.is_empty() { "Both declare the same.\n".to_owned() } else { out }
}
