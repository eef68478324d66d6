//! A manifest: what a binary prints when it is started with `--required-env-vars-manifest`.

use std::collections::BTreeMap;

use ops_enums::Operation;
use serde::Deserialize;

use crate::model::{Inventory, Problem, Usage, Use};

const VERSION: u64 = 1;

/// Why a file is not a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Nothing is in it.
    #[error(
        "the file is empty; a manifest is what a binary prints with `--required-env-vars-manifest`"
    )]
    Empty,
    /// Not JSON, or another shape.
    #[error("line {line}, column {column}: not a manifest: {why}")]
    Shape {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What was expected.
        why: String,
    },
    /// Written by a newer runtime.
    #[error(
        "the manifest has format {0}, this tool reads format {VERSION}: use a newer `iam-policies`"
    )]
    Version(u64),
}

#[derive(Deserialize)]
struct Manifest {
    required_env_vars_manifest: u64,
    declarations: Vec<Declaration>,
}

#[derive(Deserialize)]
struct Declaration {
    function: String,
    variable: String,
    operations: Vec<String>,
    declared_at: Option<String>,
}

/// Whether a text looks like a manifest rather than a policy or records.
#[must_use]
pub fn is_manifest(text: &str) -> bool {
    text.contains("\"required_env_vars_manifest\"")
}

/// Reads a manifest. `service` is the `SERVICE_NAME` of the deployment, where it is known.
///
/// # Errors
///
/// [`ManifestError`] where it is none. An operation that this catalogue does not know is in the
/// inventory's problems.
///
/// ```
/// let manifest = r#"{"required_env_vars_manifest": 1, "declarations": [
///     {"function": "api::get", "variable": "T", "operations": ["dynamodb:GetItem"]}
/// ]}"#;
/// let inventory = iam_policies::source::manifest(manifest, Some("files"))?;
/// assert_eq!(inventory.usages[0].function.as_deref(), Some("api::get"));
/// # Ok::<(), iam_policies::source::ManifestError>(())
/// ```
pub fn manifest(text: &str, service: Option<&str>) -> Result<Inventory, ManifestError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(ManifestError::Empty);
    }
    let shape = |error: serde_json::Error| {
        let why = error.to_string();
        let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
        ManifestError::Shape { line: error.line(), column: error.column(), why }
    };
    let manifest: Manifest = serde_json::from_str(text).map_err(shape)?;
    if manifest.required_env_vars_manifest != VERSION {
        return Err(ManifestError::Version(manifest.required_env_vars_manifest));
    }
    let mut inventory = Inventory::default();
    let mut usages: BTreeMap<(String, String), Usage> = BTreeMap::new();
    for declaration in manifest.declarations {
        let key = (declaration.function, declaration.variable);
        let usage = usages.entry(key.clone()).or_insert_with(|| Usage {
            service: service.map(str::to_owned),
            function: Some(key.0.clone()),
            variable: key.1.clone(),
            ..Usage::default()
        });
        usage.declared_at.extend(declaration.declared_at.map(|place| (place, None)));
        for text in declaration.operations {
            match Operation::from_iam(&text) {
                Some(operation) => {
                    usage.declared.insert(Use::Operation(operation), None);
                }
                None => {
                    inventory.problems.insert(Problem {
                        key: format!("{}: {}", key.0, key.1).escape_debug().to_string(),
                        what: format!(
                            "{text:?} is no operation known here; no permission was made of it. \
                            Use an `iam-policies` as new as the binary"
                        ),
                    });
                }
            }
        }
    }
    inventory.usages = usages.into_values().collect();
    Ok(inventory)
}
