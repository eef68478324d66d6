//! Filling placeholders in, as far as that can be done before a deployment.

use std::cell::Cell;

use documents::{Node, Value};

use super::placeholder::{Piece, Placeholder, PlaceholderError, Source, Template};
use crate::amplify::Deployment;

/// Placeholders followed for one value: no real value needs more, and none can take long.
const MAX_STEPS: u32 = 2_000;
/// References that lead to references: deeper than anybody writes.
const MAX_DEPTH: u32 = 32;
/// Longest text in bytes; no parameter may be longer than 8 KB.
const MAX_BYTES: usize = 64 * 1024;

/// What the placeholders of one service file refer to.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The deployment: stage and deployment name.
    pub deployment: &'a Deployment,
    /// Region of the deployment, if it is known.
    pub region: Option<&'a str>,
    /// The service's own name; `None` while that is being found out.
    pub service: Option<&'a str>,
    /// The service file.
    pub document: &'a Node,
    /// The folder the service file is in, below the root; one name.
    pub folder: &'a str,
    /// The deployment's variable file.
    pub variables: &'a Node,
}

/// Why a value cannot be known before the deployment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The text itself cannot be read.
    #[error(transparent)]
    Syntax(#[from] PlaceholderError),
    /// A placeholder that only the deployment can fill, or that leads nowhere.
    #[error("`{written}` {why}")]
    Placeholder {
        /// The placeholder.
        written: String,
        /// Why, as the end of a sentence that starts with the placeholder.
        why: String,
    },
    /// References that go round in circles, or unfold to too much.
    #[error("its placeholders refer to each other without end")]
    Endless,
}

impl Scope<'_> {
    /// The text with all placeholders filled in. Unlike the framework this never takes a fallback for
    /// something that it cannot look up, such as a parameter: only for what is certainly not there.
    ///
    /// # Errors
    ///
    /// With the first placeholder that cannot be filled in.
    pub fn resolve(&self, template: &Template) -> Result<String, Unresolved> {
        Resolver { scope: *self, steps: Cell::new(0), depth: Cell::new(0) }.text(template)
    }
}

/// What a source says.
enum Answer {
    Text(String),
    /// It is certain that there is nothing: the next source counts.
    Missing(String),
}

struct Resolver<'a> {
    scope: Scope<'a>,
    steps: Cell<u32>,
    depth: Cell<u32>,
}

impl<'a> Resolver<'a> {
    fn text(&self, template: &Template) -> Result<String, Unresolved> {
        self.deeper(|| self.pieces(template))
    }

    fn deeper<T>(&self, follow: impl FnOnce() -> Result<T, Unresolved>) -> Result<T, Unresolved> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(Unresolved::Endless);
        }
        self.depth.set(self.depth.get() + 1);
        let followed = follow();
        self.depth.set(self.depth.get() - 1);
        followed
    }

    fn pieces(&self, template: &Template) -> Result<String, Unresolved> {
        let mut whole = String::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Placeholder(placeholder) => whole.push_str(&self.placeholder(placeholder)?),
            }
            if whole.len() > MAX_BYTES {
                return Err(Unresolved::Endless);
            }
        }
        Ok(whole)
    }

    fn placeholder(&self, placeholder: &Placeholder) -> Result<String, Unresolved> {
        self.step()?;
        let mut why = String::new();
        let written = placeholder.shown();
        for source in &placeholder.sources {
            match self.source(source, &written)? {
                Answer::Text(text) => return Ok(text),
                // The first source is the one that was meant.
                Answer::Missing(reason) if why.is_empty() => why = reason,
                Answer::Missing(_) => {}
            }
        }
        Err(Unresolved::Placeholder { written, why })
    }

    fn step(&self) -> Result<(), Unresolved> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS { Err(Unresolved::Endless) } else { Ok(()) }
    }

    fn source(&self, source: &Source, written: &str) -> Result<Answer, Unresolved> {
        let unknown = |why: &str| {
            Err(Unresolved::Placeholder { written: written.to_owned(), why: why.to_owned() })
        };
        let (kind, parameters, address) = match source {
            Source::Literal(text) => return Ok(Answer::Text(text.clone())),
            Source::Nothing => return Ok(Answer::Missing("is nothing".to_owned())),
            Source::Nested(inner) => return self.text(inner).map(Answer::Text),
            Source::Address { kind, parameters, address } => (kind, parameters, address),
        };
        let address = self.text(address)?;
        let region = || match self.scope.region {
            Some(region) => Ok(Answer::Text(region.to_owned())),
            None => unknown("is the region, which was not given: use --region"),
        };
        let stage = || Answer::Text(self.scope.deployment.stage().to_owned());
        match (kind.as_str(), address.as_str()) {
            ("sls" | "opt", "stage") => Ok(stage()),
            ("opt" | "aws", "region") => region(),
            ("opt", _) => Ok(Answer::Missing("is an option of the deployment".to_owned())),
            ("self", path) => self.own(path, written),
            ("file", path) => {
                if !self.is_variable_file(parameters.as_ref())? {
                    return unknown("is in a file that is not read here: write the value out");
                }
                self.scalar(self.walk(self.scope.variables, path, written)?, written)
            }
            ("ssm", _) => {
                unknown("is read from Parameter Store: it belongs to the imported variables")
            }
            ("cf", _) => unknown("is an output of a stack, known only when that is deployed"),
            ("env", _) => unknown("is in the environment of whoever deploys"),
            ("aws", _) => unknown("is known to AWS only"),
            _ => unknown("cannot be filled in here: write the value out"),
        }
    }

    /// `self:path`.
    fn own(&self, path: &str, written: &str) -> Result<Answer, Unresolved> {
        let deployment = self.scope.deployment;
        match path {
            "service" | "service.name" => match self.scope.service {
                Some(name) => Ok(Answer::Text(name.to_owned())),
                None => Err(Unresolved::Placeholder {
                    written: written.to_owned(),
                    why: "is the name of a service, which is not known here: write it out"
                        .to_owned(),
                }),
            },
            "provider.stage" => Ok(Answer::Text(deployment.stage().to_owned())),
            "custom.depName" | "custom.stageVars.DEP_NAME" => {
                Ok(Answer::Text(deployment.dep_name().to_owned()))
            }
            _ => self.scalar(self.walk(self.scope.document, path, written)?, written),
        }
    }

    /// The value at a path like `custom.stageVars.LOG_LEVEL`, through placeholders that stand for
    /// whole maps.
    fn walk(
        &self,
        from: &'a Node,
        path: &str,
        written: &str,
    ) -> Result<Option<&'a Node>, Unresolved> {
        let mut node = from;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            self.step()?;
            if let Some(text) = node.text() {
                match self.deeper(|| self.map(text, written))? {
                    Some(map) => node = map,
                    None => return Ok(None),
                }
            }
            match node.get(name) {
                Some(next) => node = next,
                None => return Ok(None),
            }
        }
        Ok(Some(node))
    }

    /// The map that a text stands for: `${file(...)}` or `${self:...}` alone.
    fn map(&self, text: &str, written: &str) -> Result<Option<&'a Node>, Unresolved> {
        let unknown = || Unresolved::Placeholder {
            written: written.to_owned(),
            why: format!("leads through `{text}`, which cannot be followed here"),
        };
        let template = Template::read(text)?;
        let [Piece::Placeholder(placeholder)] = template.pieces.as_slice() else {
            return Ok(None);
        };
        let Some(Source::Address { kind, parameters, address }) = placeholder.sources.first()
        else {
            return Err(unknown());
        };
        let path = self.text(address)?;
        match kind.as_str() {
            "self" => self.walk(self.scope.document, &path, written),
            "file" if self.is_variable_file(parameters.as_ref())? => {
                self.walk(self.scope.variables, &path, written)
            }
            _ => Err(unknown()),
        }
    }

    /// Whether `file(...)` names the variable file of the deployment.
    fn is_variable_file(&self, path: Option<&Template>) -> Result<bool, Unresolved> {
        let Some(path) = path else { return Ok(false) };
        let path = self.text(path)?;
        let mut parts = vec![self.scope.folder];
        for part in path.trim().split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let file = variable_file(self.scope.deployment.stage());
        Ok(parts.join("/") == file)
    }

    fn scalar(&self, node: Option<&Node>, written: &str) -> Result<Answer, Unresolved> {
        let unknown =
            |why: String| Err(Unresolved::Placeholder { written: written.to_owned(), why });
        match node.map(|node| &node.value) {
            None => Ok(Answer::Missing("leads nowhere: there is no such entry".to_owned())),
            Some(Value::Null) => Ok(Answer::Missing("is not set".to_owned())),
            Some(Value::Bool(value)) => Ok(Answer::Text(value.to_string())),
            Some(Value::Number(text)) => Ok(Answer::Text(text.clone())),
            Some(Value::Text(text)) => Ok(Answer::Text(self.text(&Template::read(text)?)?)),
            Some(Value::Tagged { tag, .. }) => {
                unknown(format!("is `!{tag}`, known only when the stack is deployed"))
            }
            Some(other) => unknown(format!("is {}, not a single value", other.kind())),
        }
    }
}

/// The variable file of a stage, below the root of the project.
#[must_use]
pub fn variable_file(stage: &str) -> String {
    format!("var/{stage}-var.yml")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOCUMENT: &str = "
service: amplify-${self:custom.depName}-files
custom:
  stageVars: ${file(../var/${self:provider.stage}-var.yml)}
  depName: ${self:custom.stageVars.DEP_NAME}
  base: /amplify/${sls:stage}/amplify-${self:custom.depName}
  count: 012
  on: TRUE
  nothing:
  list: [1]
  topic: !Ref Topic
  a: ${self:custom.b}
  b: ${self:custom.a}
  c: ${self:custom.c.x}
  other: ${file(./more.yml)}
provider:
  stage: ${opt:stage, 'dev'}
  region: ${self:custom.stageVars.DEP_REGION}
  environment:
    POLICY: ${self:service}-${sls:stage}-policy
";

    fn resolve(text: &str) -> Result<String, String> {
        let deployment = Deployment::new("v6", "dev").unwrap();
        let document = Node::read("serverless.yml", DOCUMENT.as_bytes()).unwrap();
        let variables = b"DEP_REGION: eu-west-1\nLIMIT: 1e3\nEMPTY: ''\n";
        let variables = Node::read("dev-var.yml", variables).unwrap();
        let scope = Scope {
            deployment: &deployment,
            region: Some("eu-west-1"),
            service: Some("amplify-v6-files"),
            document: &document,
            folder: "files",
            variables: &variables,
        };
        let template = Template::read(text).map_err(|error| error.to_string())?;
        scope.resolve(&template).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_that_is_known_before_a_deployment_is_filled_in() {
        for (text, expected) in [
            ("plain", "plain"),
            ("${self:service}-${sls:stage}-t", "amplify-v6-files-dev-t"),
            ("${opt:stage, 'x'}", "dev"),
            ("${self:provider.stage}", "dev"),
            ("${self:custom.depName}${self:custom.stageVars.DEP_NAME}", "v6v6"),
            ("${self:custom.base}-lambda", "/amplify/dev/amplify-v6-lambda"),
            ("${self:provider.environment.POLICY}-s3", "amplify-v6-files-dev-policy-s3"),
            (
                "${self:provider.region}/${aws:region}/${opt:region}",
                "eu-west-1/eu-west-1/eu-west-1",
            ),
            ("${self:custom.stageVars.LIMIT}", "1e3"),
            ("${file(../var/dev-var.yml):LIMIT}", "1e3"),
            ("${self:custom.stageVars.EMPTY}", ""),
            ("${self:custom.count}", "012"),
            ("${self:custom.on}", "true"),
            ("${self:custom.absent, 'fallback'}", "fallback"),
            ("${self:custom.nothing, ${self:custom.count}}", "012"),
            ("${opt:colour, self:custom.count}", "012"),
        ] {
            assert_eq!(resolve(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_only_a_deployment_knows_is_told_and_no_fallback_stands_in_for_it() {
        for (text, why) in [
            ("${ssm:/amplify/dev/A, 'x'}", "is read from Parameter Store"),
            ("${cf:stack.Output, 'x'}", "is an output of a stack"),
            ("${env:HOME, 'x'}", "is in the environment"),
            ("${aws:accountId}", "is known to AWS only"),
            ("${self:custom.absent}", "leads nowhere"),
            ("${self:custom.nothing}", "is not set"),
            ("${self:custom.list}", "is a list"),
            ("${self:custom.topic}", "is `!Ref`"),
            ("${self:custom.other.x}", "leads through `${file(./more.yml)}`"),
            ("${file(../../etc/passwd):x}", "is in a file that is not read here"),
            ("${self:custom.a}", "refer to each other without end"),
            ("${self:custom.c.x}", "refer to each other without end"),
            ("${opt:colour}", "is an option of the deployment"),
            ("${strToBool(true)}", "cannot be filled in here"),
            ("${opt:colour, null}", "is an option of the deployment"),
        ] {
            let error = resolve(text);
            assert!(error.as_ref().is_err_and(|error| error.contains(why)), "{text}: {error:?}");
        }
    }

    #[test]
    fn a_bomb_of_references_ends_soon() {
        let lines: Vec<String> = (0..60)
            .map(|n| format!("  a{n}: {}", format!("${{self:custom.a{}}}", n + 1).repeat(9)))
            .collect();
        let document = format!("custom:\n{}\n  a60: x\n", lines.join("\n"));
        let document = Node::read("serverless.yml", document.as_bytes()).unwrap();
        let deployment = Deployment::new("v6", "dev").unwrap();
        let scope = Scope {
            deployment: &deployment,
            region: None,
            service: None,
            document: &document,
            folder: "files",
            variables: &document,
        };
        let bomb = Template::read("${self:custom.a0}").unwrap();
        assert_eq!(scope.resolve(&bomb), Err(Unresolved::Endless));
    }

    proptest! {
        #[test]
        fn nothing_that_is_resolved_has_a_placeholder_left(
            text in r#"(\$\{(self:custom\.[a-z]{1,5}|sls:stage|ssm:/x)(, 'd')?\}|[a-z{}$]){0,6}"#,
        ) {
            if let Ok(resolved) = resolve(&text) {
                prop_assert!(!resolved.contains("${"), "{}", resolved);
            }
        }
    }
}
