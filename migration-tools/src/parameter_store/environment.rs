//! The `environment:` block with which a service reads its imported variables from Parameter Store.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::placeholder::Template;
use super::project::Project;
use super::service::{Imported, Service};
use crate::amplify::Deployment;

/// Where a variable is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Import {
    /// The line as it should be: the value of the entry.
    Value(String),
    /// It has to be decided or made first: what is to be done.
    Open(String),
}

/// The service that an operator means: by folder, by name, or by the end of its name.
///
/// # Errors
///
/// What is wrong with its file, or the names of the services there are.
pub fn service<'p>(
    project: &'p Project,
    wanted: &str,
    of: &Deployment,
) -> Result<&'p Service, String> {
    let full = of.service(wanted);
    let wanted = wanted.trim_end_matches('/');
    let by = |is: &dyn Fn(&&Service) -> bool| project.services.iter().find(is);
    by(&|one| one.name == wanted)
        .or_else(|| by(&|one| one.folder == wanted))
        .or_else(|| by(&|one| one.name == full))
        .ok_or_else(|| {
            let in_folder =
                |file: &str| file.rsplit_once('/').is_some_and(|(folder, _)| folder == wanted);
            if let Some(failed) = project.failed.iter().find(|one| in_folder(&one.file)) {
                return failed.why.clone();
            }
            let names: Vec<&str> = project.services.iter().map(|one| one.name.as_str()).collect();
            format!("there is no service `{wanted}`; the services are {}", names.join(", "))
        })
}

/// The block, ready to paste below `provider:`. References that are there stay as they are, defaults
/// included; what comes from another stack is replaced by the parameter of the service that publishes
/// it. What nobody publishes, or several do, is a comment.
#[must_use]
pub fn environment(project: &Project, service: &Service, of: &Deployment) -> String {
    let mut publishers: BTreeMap<&str, Vec<&Service>> = BTreeMap::new();
    for one in &project.services {
        for variable in &one.variables {
            publishers.entry(&variable.name).or_default().push(one);
        }
    }
    let mut block = "  environment:\n    # Imported Variables from Parameter Store\n".to_owned();
    for imported in &service.imported {
        let from = publishers.get(imported.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = match import(project, service, imported, from, of) {
            Import::Value(value) => writeln!(block, "    {}: {}", imported.name, scalar(&value)),
            Import::Open(what) => writeln!(block, "    # {}: {what}", imported.name),
        };
    }
    block
}

fn import(
    project: &Project,
    service: &Service,
    imported: &Imported,
    from: &[&Service],
    of: &Deployment,
) -> Import {
    let has = |kind: &str| {
        let written = imported.written.as_deref().unwrap_or_default();
        Template::find(written).iter().any(|one| one.written.starts_with(kind))
    };
    if let Some(written) = &imported.written
        && has("${ssm")
        && !has("${cf")
    {
        return Import::Value(written.clone());
    }
    let name = &imported.name;
    let is_published = |one: &&&Service| {
        one.variables.iter().any(|variable| variable.name == *name && variable.value.is_ok())
    };
    let published: Vec<&Service> = from.iter().filter(is_published).copied().collect();
    match published.as_slice() {
        [one] if one.name == service.name => {
            Import::Value(format!("${{ssm:/amplify/${{sls:stage}}/${{self:service}}/{name}}}"))
        }
        [one] => {
            let base = match one.name.strip_prefix(&of.service("")) {
                Some(short) => format!("{}-{short}", service.base_path),
                None => format!("/amplify/${{sls:stage}}/{}", one.name),
            };
            Import::Value(format!("${{ssm:{base}/{name}}}"))
        }
        [] if project.shared.iter().any(|one| one.name == *name) => {
            Import::Value(format!("${{ssm:/amplify/${{sls:stage}}/{name}}}"))
        }
        [] if !from.is_empty() => {
            let names: Vec<&str> = from.iter().map(|one| one.name.as_str()).collect();
            let (names, has) = (
                names.join(" and "),
                if names.len() == 1 { "has it but does" } else { "have it but do" },
            );
            Import::Open(format!("{names} {has} not publish it; see why with --dry-run"))
        }
        [] => Import::Open(
            "no service publishes it; add it to the local variables of the one that owns it"
                .to_owned(),
        ),
        several => {
            let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
            Import::Open(format!("published by {}; name the right one", names.join(" and ")))
        }
    }
}

/// A YAML scalar with this content.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '$')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains('\n')
        && !text.ends_with([':', ' ']);
    if plain {
        text.to_owned()
    } else if text.contains('\n') {
        // In double quotes as JSON writes them.
        serde_json::Value::from(text).to_string()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
