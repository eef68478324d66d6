//! The services of a project: found, read, and checked against each other.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use documents::{MAX_BYTES, Node};

use super::resolve::{Scope, variable_file};
use super::service::{ProjectScope, Service, ServiceError};
use super::shared::{VariableFileError, shared, variable_map};
use super::variable::Variable;
use crate::amplify::Deployment;

/// Names of service files that are read, the usual one first.
const SERVICE_FILES: [&str; 2] = ["serverless.yml", "serverless.yaml"];
/// Names of service files that are programs, or have no comments and so no sections.
const OTHER_FILES: [&str; 3] = ["serverless.ts", "serverless.js", "serverless.json"];

/// A project as it is on disk.
#[derive(Debug)]
pub struct Project {
    /// The variable file, below the root.
    pub variable_file: String,
    /// Its content.
    pub variables: Node,
    /// The variables that all services share.
    pub shared: Vec<Variable>,
    /// The services, by folder.
    pub services: Vec<Service>,
    /// Files that could not be used, by file.
    pub failed: Vec<Failed>,
    /// Models for new services, left out: folders.
    pub templates: Vec<String>,
    /// Folders whose service file is of a kind that is not read: files.
    pub unread: Vec<String>,
}

/// A service file that could not be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Failed {
    /// The file, below the root.
    pub file: String,
    /// Why, with the file and the line where there is one.
    pub why: String,
}

/// How a project is read.
#[derive(Clone, Copy, Debug)]
pub struct ProjectOptions<'a> {
    /// The deployment.
    pub deployment: &'a Deployment,
    /// Its region, if it is known.
    pub region: Option<&'a str>,
    /// Take models for new services for services.
    pub include_template: bool,
    /// Largest value in bytes.
    pub limit: usize,
}

/// Why nothing of a project can be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The root cannot be listed.
    #[error("cannot list `{}`: {source}; give the root of the project with --root", path.display())]
    Root {
        /// The root.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No services.
    #[error("no folder in `{}` has a serverless.yml; give the root of the project with --root", path.display())]
    NoServices {
        /// The root.
        path: PathBuf,
    },
    /// No variable file, or not a readable one.
    #[error(
        "cannot read the variable file `{file}`: {source}; nothing was published, because the services need what is in it"
    )]
    NoVariables {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The variable file cannot be used.
    #[error("{0}; nothing was published")]
    Variables(#[from] VariableFileError),
}

impl Project {
    /// Reads `var/{stage}-var.yml` and `*/serverless.yml` below the root. Services are in the order of
    /// their folders' names.
    ///
    /// # Errors
    ///
    /// When the root, its services or the variable file are missing or unusable. A service file that
    /// cannot be used is listed, and the others are read.
    pub fn read(root: &Path, options: &ProjectOptions<'_>) -> Result<Self, ProjectError> {
        let (files, unread) = service_files(root)?;
        let variable_file = variable_file(options.deployment.stage());
        let bytes = read_file(&root.join(&variable_file))
            .map_err(|source| ProjectError::NoVariables { file: variable_file.clone(), source })?;
        let (deployment, region) = (options.deployment, options.region);
        let variables = variable_map(&variable_file, &bytes, deployment, region)?;
        let scope =
            ProjectScope { deployment, region, variables: &variables, limit: options.limit };
        let mut project = Self {
            shared: shared_of(&scope),
            variable_file,
            services: Vec::new(),
            failed: Vec::new(),
            templates: Vec::new(),
            unread,
            variables: variables.clone(),
        };
        for (folder, name) in files {
            let file = format!("{folder}/{name}");
            let read = read_file(&root.join(&file))
                .map_err(|error| format!("{file}: cannot be read: {error}"))
                .and_then(|bytes| {
                    Service::read(&folder, &file, &bytes, &scope)
                        .map_err(|error: ServiceError| error.to_string())
                });
            match read {
                Ok(service) if !options.include_template && service.is_template(deployment) => {
                    project.templates.push(folder);
                }
                Ok(service) => project.services.push(service),
                Err(why) => project.failed.push(Failed { file, why }),
            }
        }
        project.refuse_namesakes();
        Ok(project)
    }

    /// Two services of one name would take turns at one set of parameters: neither is published.
    fn refuse_namesakes(&mut self) {
        let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for Service { name, file, place, .. } in &self.services {
            by_name.entry(name).or_default().push(format!("{file}:{place}"));
        }
        let twice: BTreeMap<String, Vec<String>> = by_name
            .into_iter()
            .filter(|(_, places)| places.len() > 1)
            .map(|(name, places)| (name.to_owned(), places))
            .collect();
        let (failed, services): (Vec<_>, Vec<_>) = std::mem::take(&mut self.services)
            .into_iter()
            .partition(|service| twice.contains_key(&service.name));
        self.services = services;
        self.failed.extend(failed.into_iter().map(|service| {
            let own = format!("{}:{}", service.file, service.place);
            let places = twice.get(&service.name).map(Vec::as_slice).unwrap_or_default();
            let others: Vec<_> = places.iter().filter(|place| **place != own).cloned().collect();
            let why = format!(
                "{own}: the service is named `{}`, and so is {}; give one of them another name",
                service.name,
                others.join(" and ")
            );
            Failed { file: service.file, why }
        }));
    }
}

fn shared_of(scope: &ProjectScope<'_>) -> Vec<Variable> {
    let scope_of_file = Scope {
        deployment: scope.deployment,
        region: scope.region,
        service: None,
        document: scope.variables,
        folder: "var",
        variables: scope.variables,
    };
    shared(&scope_of_file, scope.limit)
}

/// Folders with the names of their service files.
type ServiceFiles = Vec<(String, &'static str)>;

/// The service files, and files of kinds that are not read.
fn service_files(root: &Path) -> Result<(ServiceFiles, Vec<String>), ProjectError> {
    let error = |source| ProjectError::Root { path: root.to_owned(), source };
    let mut files = Vec::new();
    let mut unread = Vec::new();
    for entry in fs::read_dir(root).map_err(error)? {
        let entry = entry.map_err(error)?;
        // A name that is no text cannot be in a message; the original skips hidden folders too.
        let Ok(folder) = entry.file_name().into_string() else { continue };
        if folder.starts_with('.') {
            continue;
        }
        // What cannot be looked at may be a service: the reading of it tells why not.
        let exists = |name: &&&str| match fs::symlink_metadata(entry.path().join(name)) {
            Ok(_) => true,
            Err(error) => {
                !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
            }
        };
        if let Some(name) = SERVICE_FILES.iter().find(exists) {
            files.push((folder, *name));
        } else if let Some(name) = OTHER_FILES.iter().find(exists) {
            unread.push(format!("{folder}/{name}"));
        }
    }
    files.sort();
    unread.sort();
    if files.is_empty() {
        return Err(ProjectError::NoServices { path: root.to_owned() });
    }
    Ok((files, unread))
}

/// The content of a regular file, of one byte more than is ever read at most.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    // To open a pipe would wait for whoever writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    let longest = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}
