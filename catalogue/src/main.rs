//! Writes the tables of AWS operations that `ops-enums` commits.
//!
//! ```text
//! pip download --no-deps botocore
//! cargo run -p catalogue -- operations --botocore botocore-*.whl            # write
//! cargo run -p catalogue -- operations --botocore botocore-*.whl --check    # compare
//! ```
//!
//! With `--check` nothing is written, and the exit code is 1 when a committed table differs.
//!
//! `wheel` finds the models, `model` reads one, `rules` judges its operations, `table` makes rows,
//! `render` makes source. Only this file and the reading of the wheel touch the disk.

mod model;
mod render;
mod rules;
mod snake;
mod table;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use table::{ENUMS, Enum};
use wheel::Wheel;

const USAGE: &str = "usage: cargo run -p catalogue -- operations --botocore FILE.whl [--check]";

/// What went wrong, on which file, and what to do.
#[derive(Debug, thiserror::Error)]
enum CatalogueError {
    #[error("{0}\n{USAGE}")]
    Arguments(String),
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{}`: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("`{}`: {source}", path.display())]
    Wheel { path: PathBuf, source: wheel::WheelError },
    #[error(
        "the model of `{service}` has another form than expected: {source}; adapt \
        `catalogue/src/model.rs`"
    )]
    Model { service: &'static str, source: serde_json::Error },
}

struct Arguments {
    wheel: PathBuf,
    check: bool,
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<ExitCode, CatalogueError> {
    let arguments = parse(arguments)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops-enums/src/operations");
    let bytes = std::fs::read(&arguments.wheel)
        .map_err(|source| CatalogueError::Read { path: arguments.wheel.clone(), source })?;
    let mut wheel = Wheel::open(bytes)
        .map_err(|source| CatalogueError::Wheel { path: arguments.wheel.clone(), source })?;
    let mut stale = false;
    for table in ENUMS {
        let expected = generate(table, &mut wheel, &arguments.wheel)?;
        let path = folder.join(table.file);
        if arguments.check {
            stale |= !is_current(&path, &expected)?;
        } else {
            std::fs::write(&path, expected)
                .map_err(|source| CatalogueError::Write { path: path.clone(), source })?;
        }
    }
    Ok(if stale {
        eprintln!("The committed tables differ: run the same command without `--check`.");
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, CatalogueError> {
    let wrong = |text: String| Err(CatalogueError::Arguments(text));
    match arguments.next().as_deref() {
        Some("operations") => {}
        Some(other) => return wrong(format!("unknown command `{other}`")),
        None => return wrong("a command is missing".to_owned()),
    }
    let (mut wheel, mut check) = (None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => check = true,
            "--botocore" => wheel = arguments.next().map(PathBuf::from),
            other => return wrong(format!("unknown argument `{other}`")),
        }
    }
    match wheel {
        Some(wheel) => Ok(Arguments { wheel, check }),
        None => wrong("`--botocore` with a file is missing".to_owned()),
    }
}

fn generate(
    table: &'static Enum,
    wheel: &mut Wheel,
    path: &Path,
) -> Result<String, CatalogueError> {
    let mut apis = Vec::new();
    for api in table.apis {
        let json = wheel
            .model(api.botocore)
            .map_err(|source| CatalogueError::Wheel { path: path.to_owned(), source })?;
        let operations = model::operations(&json)
            .map_err(|source| CatalogueError::Model { service: api.botocore, source })?;
        apis.push((api, operations));
    }
    let origin =
        format!("Source: botocore {}, wheel with SHA-256\n//! `{}`.", wheel.version, wheel.sha256);
    Ok(render::source(table, &table::rows(&apis), &origin))
}

/// Compares a committed file with what it should be, and says what differs.
fn is_current(path: &Path, expected: &str) -> Result<bool, CatalogueError> {
    let committed = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => {
            return Err(CatalogueError::Read { path: path.to_owned(), source });
        }
    };
    let changes = render::changes(&committed, expected);
    if !changes.is_empty() {
        eprintln!("{}:", path.display());
        for change in &changes {
            eprintln!("  {change}");
        }
    }
    Ok(changes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Arguments, CatalogueError> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_are_understood_in_any_order() {
        let arguments = parsed("operations --check --botocore a.whl").unwrap();
        assert!(arguments.check);
        assert_eq!(arguments.wheel, Path::new("a.whl"));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (text, expected) in [
            ("", "a command is missing"),
            ("tables", "unknown command `tables`"),
            ("operations --chek", "unknown argument `--chek`"),
            ("operations --botocore", "`--botocore` with a file is missing"),
        ] {
            let error = parsed(text).err().unwrap().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
