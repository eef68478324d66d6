//! ARNs with parts that may still be unknown.

/// A part of an ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Text; may contain the wildcards `*` and `?` only where this crate put them.
    Text(String),
    /// A value that the template is given at deployment.
    Parameter(String),
    /// The partition of the deployment.
    Partition,
    /// The region of the deployment.
    Region,
    /// The account of the deployment.
    Account,
}

/// An ARN, part by part; joined they read `arn:aws:s3:::bucket/*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arn(pub Vec<Part>);

impl Arn {
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
