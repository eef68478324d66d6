//! ARNs with parts that may still be unknown.

/// A part of an ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Text; may contain the wildcards `*` and `?` only where this crate put them.
    Text(String),
    /// A value that nobody knows yet: the template is given it at deployment.
    Parameter(Parameter),
    /// The partition of the deployment.
    Partition,
    /// The region of the deployment.
    Region,
    /// The account of the deployment.
    Account,
}

/// The name of a resource that could not be found out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parameter {
    /// Service whose variable it is, where there is one.
    pub service: Option<String>,
    /// The variable, or another name for what is missing: `FILES_DYNAMO_TABLE`.
    pub name: String,
    /// What has to be filled in, in words: `name of a table`.
    pub what: String,
}

/// An ARN, part by part; joined they read `arn:aws:s3:::bucket/*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arn(pub Vec<Part>);

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&str> for Arn {
    fn from(text: &str) -> Self {
        Self::new([text.into()])
    }
}

impl Arn {
    /// From parts; neighbouring texts become one, so that equal ARNs are equal values.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
                (_, Part::Text(text)) if text.is_empty() => {}
                (_, part) => joined.push(part),
            }
        }
        Self(joined)
    }

    /// The text, with each part that is not known written by `unknown`.
    pub fn written(&self, unknown: impl Fn(&Part) -> String) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                other => unknown(other),
            })
            .collect()
    }

    /// The text, if every part is known.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}
