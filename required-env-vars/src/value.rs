//! A resolved value and where it came from.

use std::fmt;

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The process environment.
    Environment,
    /// Parameter Store, `/amplify/{STAGE}/{SERVICE_NAME}/{NAME}`.
    ServiceParameter,
    /// Parameter Store, `/amplify/{STAGE}/{NAME}`.
    SharedParameter,
}

impl Source {
    /// The spelling used in the tracking table.
    pub(crate) const fn recorded(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::ServiceParameter => "service-parameter",
            Self::SharedParameter => "shared-parameter",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "environment",
            Self::ServiceParameter => "service parameter",
            Self::SharedParameter => "shared parameter",
        })
    }
}

/// One resolved variable of the container.
pub(crate) struct Value {
    pub(crate) name: &'static str,
    pub(crate) text: Box<str>,
    pub(crate) source: Source,
    /// It was a SecureString: never shown, never recorded.
    pub(crate) secure: bool,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.secure { "<redacted>" } else { &self.text };
        f.debug_struct("Variable")
            .field("name", &self.name)
            .field("value", &shown)
            .field("source", &self.source)
            .finish()
    }
}
