//! One service: what its `serverless.yml` publishes and reads.

use documents::{Node, Place, ReadError, Value, yaml_comments};

use super::placeholder::Template;
use super::references::{Reference, references};
use super::resolve::{Scope, Unresolved};
use super::sections::{Section, Sections};
use super::variable::{Variable, is_name};
use crate::amplify::Deployment;

/// A service of the project.
#[derive(Clone, Debug)]
pub struct Service {
    /// The folder it is in.
    pub folder: String,
    /// Its file, below the root.
    pub file: String,
    /// Its name, all placeholders filled in.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// What is published, in the order of the file.
    pub variables: Vec<Variable>,
    /// What is imported.
    pub imported: Vec<Imported>,
    /// Everything that is read from Parameter Store, anywhere in the file.
    pub references: Vec<Reference>,
    /// How the file says `/amplify/{stage}/amplify-{dep}`, the beginning of all services' paths.
    pub base_path: String,
    /// Lines of markers outside of `provider.environment`, from which nothing is taken.
    pub stray_markers: Vec<usize>,
    /// Variables that `<<` adds to `provider.environment`, in a file with a section of local variables:
    /// they stand elsewhere, and so in no section.
    pub merged: Vec<(String, Place)>,
}

/// A variable of the section of imported variables, or one that comes from another stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// The line of the name.
    pub place: Place,
    /// The value as it was written, if it is a single one.
    pub written: Option<String>,
}

/// What is the same for all services of a project.
#[derive(Clone, Copy, Debug)]
pub struct ProjectScope<'a> {
    /// The deployment.
    pub deployment: &'a Deployment,
    /// Its region, if it is known.
    pub region: Option<&'a str>,
    /// Its variable file.
    pub variables: &'a Node,
    /// Largest value in bytes.
    pub limit: usize,
}

/// Why a service file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No `service`.
    #[error("{file}: the file has no `service: NAME`; add it, or remove the file")]
    NoName {
        /// The file.
        file: String,
    },
    /// The name cannot be known.
    #[error("{file}:{place}: the name of the service cannot be filled in: {why}; write it out")]
    Name {
        /// The file.
        file: String,
        /// Where the name stands.
        place: Place,
        /// Why.
        why: Unresolved,
    },
    /// The name cannot be part of a parameter's name.
    #[error(
        "{file}:{place}: the service is named `{name}`, which no parameter can have in its name; use letters, digits, `_`, `.` and `-`"
    )]
    BadName {
        /// The file.
        file: String,
        /// Where the name stands.
        place: Place,
        /// The name.
        name: String,
    },
}

impl Service {
    /// Reads one service file.
    ///
    /// # Errors
    ///
    /// When it is no YAML, has a key twice, or no usable name. A variable that cannot be published is
    /// no error of the file.
    pub fn read(
        folder: &str,
        file: &str,
        bytes: &[u8],
        of: &ProjectScope<'_>,
    ) -> Result<Self, ServiceError> {
        let document = Node::read(file, bytes)?;
        let sections = Sections::of(&yaml_comments(file, bytes)?);
        let unnamed = Scope {
            deployment: of.deployment,
            region: of.region,
            service: None,
            document: &document,
            folder,
            variables: of.variables,
        };
        let (name, place) = name(file, &unnamed)?;
        let scope = Scope { service: Some(&name), ..unnamed };
        let environment = document.at(&["provider", "environment"]);
        let entries = environment.and_then(Node::entries).unwrap_or_default();
        let local =
            entries.iter().filter(|(key, _)| sections.at(key.place.line) == Some(Section::Local));
        let variables = local
            .map(|(key, node)| Variable::read(&key.text, key.place, node, &scope, of.limit))
            .collect();
        let imported = entries
            .iter()
            .filter(|(key, node)| is_imported(sections.at(key.place.line), node))
            .map(|(key, node)| Imported {
                name: key.text.clone(),
                place: key.place,
                written: node.text().map(str::to_owned),
            })
            .collect();
        // What a merge key adds comes last, and stands elsewhere.
        let last = entries.iter().map(|(key, _)| key.place.line).max();
        let lines = environment.zip(last).map(|(environment, last)| {
            // The marker may stand right behind the key, before the first entry.
            (environment_line(&document).unwrap_or(environment.place.line), last)
        });
        let has_section = sections.local().next().is_some();
        let first = environment_line(&document).filter(|_| has_section).unwrap_or_default();
        let merged = entries.iter().filter(|(key, _)| key.place.line < first);
        let stray = |line: &usize| lines.is_none_or(|(first, last)| *line < first || *line > last);
        Ok(Self {
            folder: folder.to_owned(),
            file: file.to_owned(),
            place,
            variables,
            imported,
            references: references(&scope),
            base_path: base_path(&scope),
            merged: merged.map(|(key, _)| (key.text.clone(), key.place)).collect(),
            stray_markers: sections.local().filter(stray).collect(),
            name,
        })
    }

    /// Whether this is no service of the deployment but the model for new ones: its name does not have
    /// the deployment's in it.
    #[must_use]
    pub fn is_template(&self, deployment: &Deployment) -> bool {
        let dep = deployment.dep_name();
        let own = self.name.starts_with(&format!("{dep}-"))
            || self.name.contains(&format!("-{dep}-"))
            || self.name.ends_with(&format!("-{dep}"))
            || self.name == dep;
        !own
    }
}

fn name(file: &str, scope: &Scope<'_>) -> Result<(String, Place), ServiceError> {
    let no_name = || ServiceError::NoName { file: file.to_owned() };
    let service = scope.document.get("service").ok_or_else(no_name)?;
    let node = service.get("name").unwrap_or(service);
    let place = node.place;
    let written = node.scalar().ok_or_else(no_name)?;
    let name = Template::read(written).map_err(Unresolved::from).and_then(|t| scope.resolve(&t));
    let file = file.to_owned();
    match name {
        Err(why) => Err(ServiceError::Name { file, place, why }),
        Ok(name) if !is_name(&name) => Err(ServiceError::BadName { file, place, name }),
        Ok(name) => Ok((name, place)),
    }
}

/// The line of the key `environment`.
fn environment_line(document: &Node) -> Option<usize> {
    let entries = document.get("provider")?.entries()?;
    entries.iter().find(|(key, _)| key.text == "environment").map(|(key, _)| key.place.line)
}

fn is_imported(section: Option<Section>, node: &Node) -> bool {
    let from_another_stack = match &node.value {
        Value::Text(text) => Template::find(text)
            .iter()
            .any(|one| one.written.starts_with("${ssm") || one.written.starts_with("${cf")),
        Value::Tagged { tag, .. } => tag == "ImportValue",
        Value::Map(entries) => entries.iter().any(|(key, _)| key.text == "Fn::ImportValue"),
        _ => false,
    };
    section != Some(Section::Local) && (from_another_stack || section == Some(Section::Imported))
}

fn base_path(scope: &Scope<'_>) -> String {
    let (stage, dep) = (scope.deployment.stage(), scope.deployment.dep_name());
    let says = |text: &str, expected: &str| {
        let known = Template::read(text).ok().and_then(|template| scope.resolve(&template).ok());
        known.is_some_and(|known| known == expected)
    };
    let base = "${self:custom.ssmBasePath}";
    if says(base, &format!("/amplify/{stage}/amplify-{dep}")) {
        return base.to_owned();
    }
    // Without the deployment's name, so that the file serves all of them.
    let has = |path: &[&str]| scope.document.at(path).is_some();
    let dep = if has(&["custom", "depName"]) {
        "${self:custom.depName}"
    } else if has(&["custom", "stageVars"]) {
        "${self:custom.stageVars.DEP_NAME}"
    } else {
        dep
    };
    format!("/amplify/${{sls:stage}}/amplify-{dep}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Service {
        let deployment = Deployment::new("v6", "dev").unwrap();
        let variables = Node::read("dev-var.yml", b"DEP_NAME: v6").unwrap();
        let scope = ProjectScope {
            deployment: &deployment,
            region: None,
            variables: &variables,
            limit: super::super::STANDARD_BYTES,
        };
        Service::read("x", "x/serverless.yml", yaml.as_bytes(), &scope).unwrap()
    }

    #[test]
    fn a_service_with_the_deployments_name_anywhere_in_its_own_is_no_model() {
        let deployment = Deployment::new("v6", "dev").unwrap();
        for (name, is_template) in [
            ("amplify-v6-files", false),
            ("amplify-v6", false),
            ("files-v6", false),
            ("v6", false),
            ("v6-files", false),
            ("example-service", true),
            ("amplify-v61-files", true),
        ] {
            let service = read(&format!("service: {name}"));
            assert_eq!(service.is_template(&deployment), is_template, "{name}");
        }
    }

    #[test]
    fn a_section_that_is_read_is_not_told_to_be_elsewhere() {
        let service = read(
            "service: amplify-v6-x
custom:
  common: &common
    A: a
provider:
  environment:
    # Locally Defined Variables
    B: b
    <<: *common
",
        );
        let names: Vec<&str> = service.variables.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((names, service.stray_markers), (vec!["B"], vec![]));
        let merged: Vec<_> =
            service.merged.iter().map(|(name, at)| (name.as_str(), at.line)).collect();
        assert_eq!(merged, [("A", 4)], "told, since it looks as if it were published");
    }
}
