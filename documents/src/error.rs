//! Why a file could not be read.

use crate::Place;

/// A file, or something in it, that cannot be read.
///
/// Holds names of keys and kinds of values; never values, since a `serverless.yml` may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{place}: {what}; {remedy}")]
pub struct ReadError {
    /// Name of the file, as it was given.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// A mistake that does not know yet which file it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where in the file.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Mistake {
    /// What is wrong at a place, and what to do about it.
    pub fn new(place: Place, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place, what: what.into(), remedy: remedy.into() }
    }

    /// `second` repeats the key `name`, which `first` has already.
    #[must_use]
    pub fn duplicate(name: &str, first: Place, second: Place) -> Self {
        Self::new(
            second,
            format!("the key `{name}` stands twice in one map, first at {first}"),
            "remove one of the two: readers disagree about which one counts",
        )
    }

    pub(crate) fn too_deep(place: Place) -> Self {
        Self::new(
            place,
            format!("the file is nested more than {} levels deep", super::MAX_DEPTH),
            "no such file needs that; check that it is the right one",
        )
    }

    pub(crate) fn empty(place: Place) -> Self {
        Self::new(place, "the file holds no value", "check that it was written completely")
    }

    /// As an error of this file.
    #[must_use]
    pub fn within(self, file: &str) -> ReadError {
        ReadError { file: file.to_owned(), place: self.place, what: self.what, remedy: self.remedy }
    }
}
