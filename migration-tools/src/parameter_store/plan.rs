//! What has to be written so that Parameter Store says what the project says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use documents::Place;

use super::project::Project;
use super::references::Path;
use super::variable::{NotPublishable, Variable};
use crate::amplify::Deployment;

/// A parameter as it should be.
#[derive(Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its full name.
    pub path: String,
    /// The variable it is for.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its description, as the original writes it.
    pub description: String,
    /// Where the variable stands.
    pub origin: Origin,
}

/// A file and a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, below the root.
    pub file: String,
    /// Where in the file.
    pub place: Place,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.place.line)
    }
}

/// The value may be a secret.
impl fmt::Debug for Parameter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Parameter").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A parameter as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its value; `None` for a SecureString that could not be, or was not, decrypted.
    pub value: Option<String>,
    /// Whether it is a `String`. Others cannot become one.
    pub is_string: bool,
    /// Its version.
    pub version: i64,
}

/// The value may be a secret.
impl fmt::Debug for Stored {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stored").field("version", &self.version).finish_non_exhaustive()
    }
}

/// What becomes of one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It has another value, in this version.
    Update(i64),
    /// It has this value.
    Same,
    /// It has another value, and another type, which cannot be changed.
    OtherType,
}

/// What is stored below the project's paths without a variable that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The full name.
    pub path: String,
    /// The variable that is there but not published, if there is one.
    pub unpublished: bool,
}

/// A variable that is not published.
#[derive(Clone, Debug)]
pub struct Unpublished {
    /// Its name.
    pub name: String,
    /// The name the parameter would have.
    pub path: String,
    /// Where it stands.
    pub origin: Origin,
    /// Why not.
    pub why: NotPublishable,
    /// Whether all services share it.
    pub shared: bool,
}

impl Unpublished {
    /// Whether a person has to do something about it. What is empty, or belongs to one service's
    /// stack, was never meant to be published.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self.why {
            NotPublishable::Unset => false,
            NotPublishable::Function(_) | NotPublishable::NotSingle(_) => self.shared,
            _ => true,
        }
    }
}

/// Everything that a project says should be stored.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Parameters in the order in which they are written: shared ones, then each service's.
    pub parameters: Vec<Parameter>,
    /// Variables that cannot be published.
    pub unpublished: Vec<Unpublished>,
    /// Paths of services, and of shared variables, that are this project's to say.
    own: Vec<String>,
}

impl Wanted {
    /// What the project says.
    #[must_use]
    pub fn of(project: &Project, deployment: &Deployment) -> Self {
        let mut wanted = Self::default();
        let root = format!("/amplify/{}", deployment.stage());
        let description = "Shared variable used across all services";
        wanted.add(&root, description, &project.variable_file, true, &project.shared);
        for service in &project.services {
            let path = format!("{root}/{}", service.name);
            let description = format!("Locally defined variable from {} service", service.name);
            wanted.add(&path, &description, &service.file, false, &service.variables);
            wanted.own.push(path + "/");
        }
        let shared = super::SHARED.iter().map(|name| format!("{root}/{name}"));
        wanted.own.extend(shared);
        wanted
    }

    fn add(
        &mut self,
        path: &str,
        description: &str,
        file: &str,
        shared: bool,
        variables: &[Variable],
    ) {
        for Variable { name, place, value } in variables {
            let origin = Origin { file: file.to_owned(), place: *place };
            let (path, name) = (format!("{path}/{name}"), name.clone());
            match value.clone() {
                Ok(value) => {
                    let description = description.to_owned();
                    self.parameters.push(Parameter { path, name, value, description, origin });
                }
                Err(why) => {
                    self.unpublished.push(Unpublished { name, path, origin, why, shared });
                }
            }
        }
    }

    /// What becomes of each parameter, in order.
    #[must_use]
    pub fn actions(&self, stored: &BTreeMap<String, Stored>) -> Vec<Action> {
        let action = |parameter: &Parameter| match stored.get(&parameter.path) {
            None => Action::Create,
            Some(found) if found.value.as_ref() == Some(&parameter.value) => Action::Same,
            Some(found) if !found.is_string => Action::OtherType,
            Some(found) => Action::Update(found.version),
        };
        self.parameters.iter().map(action).collect()
    }

    /// What is stored where the project has the say, but not said by it. What a variable says that
    /// is wrong is not stale: the services live on it until the variable is put right.
    #[must_use]
    pub fn stale(&self, stored: &BTreeMap<String, Stored>) -> Vec<Stale> {
        let wanted: BTreeSet<&str> = self.parameters.iter().map(|one| one.path.as_str()).collect();
        let (wrong, unpublished): (Vec<&Unpublished>, Vec<&Unpublished>) =
            self.unpublished.iter().partition(|one| one.is_failure());
        let paths = |of: &[&Unpublished]| of.iter().map(|one| one.path.clone()).collect();
        let (wrong, unpublished): (BTreeSet<String>, BTreeSet<String>) =
            (paths(&wrong), paths(&unpublished));
        let is_own = |path: &str| {
            self.own.iter().any(|own| path == own || (own.ends_with('/') && path.starts_with(own)))
        };
        let is_said = |path: &String| wanted.contains(path.as_str()) || wrong.contains(path);
        let stale = stored.keys().filter(|path| !is_said(path) && is_own(path));
        stale
            .map(|path| Stale {
                path: path.clone(),
                unpublished: unpublished.contains(path.as_str()),
            })
            .collect()
    }
}

/// A reference that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dangling {
    /// The parameters it names.
    pub paths: Vec<String>,
    /// As it was written.
    pub written: String,
    /// Where it stands.
    pub origin: Origin,
}

/// What became of the references of a project.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Lead to a parameter.
    pub found: usize,
    /// Lead nowhere, but have something that stands in.
    pub defaults: usize,
    /// Cannot be looked at from here: as they were written, where, and why.
    pub unchecked: Vec<(String, Origin, String)>,
    /// Lead nowhere.
    pub dangling: Vec<Dangling>,
}

/// Names outside of the stage's path that references lead to: they have to be looked for one by one.
/// A path without a slash in front is none that Parameter Store answers to.
#[must_use]
pub fn outside(project: &Project, deployment: &Deployment) -> BTreeSet<String> {
    let root = format!("/amplify/{}/", deployment.stage());
    let is_whole = |name: &str| name.starts_with('/') || !name.contains('/');
    let paths = project.services.iter().flat_map(|one| &one.references).flat_map(|one| &one.paths);
    paths
        .filter_map(|path| match path {
            Path::Known(name) if !name.starts_with(&root) && is_whole(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}

/// Checks every reference against what exists. `hidden` are names that could not be looked for, and why.
#[must_use]
pub fn verify(
    project: &Project,
    exists: impl Fn(&str) -> bool,
    hidden: &BTreeMap<String, String>,
) -> Verified {
    let mut verified = Verified::default();
    for service in &project.services {
        for reference in &service.references {
            let origin = Origin { file: service.file.clone(), place: reference.place };
            let known = |path: &Path| matches!(path, Path::Known(name) if exists(name));
            if reference.paths.iter().any(known) {
                verified.found += 1;
                continue;
            }
            if reference.has_default {
                verified.defaults += 1;
                continue;
            }
            let unknown = reference.paths.iter().find_map(|path| match path {
                Path::Known(name) => hidden.get(name).cloned(),
                Path::Elsewhere(what) => Some(format!("it leads to {what}")),
                Path::Unknown(why) => Some(why.clone()),
            });
            let written = reference.written.clone();
            if let Some(why) = unknown {
                verified.unchecked.push((written, origin, why));
                continue;
            }
            let names = reference.paths.iter().filter_map(|path| match path {
                Path::Known(name) => Some(name.clone()),
                _ => None,
            });
            verified.dangling.push(Dangling { paths: names.collect(), written, origin });
        }
    }
    verified
}
