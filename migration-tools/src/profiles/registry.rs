//! All migrations that are known: a chain from version to version.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::version::VERSION;
use super::{MigrationError, Profile, ProfileMigration, Version, version_of};

/// Migrations from one version to the next, without a gap.
#[derive(Clone, Default)]
pub struct Registry(Vec<Arc<dyn ProfileMigration>>);

/// Everything that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the migrations are no chain: {}", joined(.0))]
pub struct ChainError(pub Vec<ChainProblem>);

/// Something that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainProblem {
    /// There is no version 0.
    #[error("`{0}` begins with version 0; versions begin with 1")]
    Zero(String),
    /// It goes down, or nowhere.
    #[error("`{description}` goes from version {from} to {to}; migrations only go up")]
    Down {
        /// The migration.
        description: String,
        /// From which version.
        from: Version,
        /// To which.
        to: Version,
    },
    /// It leaves versions out.
    #[error(
        "`{description}` goes from version {from} to {to}; profiles between the two would have no way on, so that a migration goes to the next version"
    )]
    Jump {
        /// The migration.
        description: String,
        /// From which version.
        from: Version,
        /// To which.
        to: Version,
    },
    /// Two take profiles of the same version.
    #[error(
        "`{first}` and `{second}` both begin with version {from}; there is one way on from a version"
    )]
    Fork {
        /// The version.
        from: Version,
        /// One of them.
        first: String,
        /// The other one.
        second: String,
    },
    /// A version has no way on, and later ones have.
    #[error("no migration goes from version {from}, and a later one begins with {next}")]
    Gap {
        /// The version.
        from: Version,
        /// With which the next one begins.
        next: Version,
    },
}

/// A target that cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No migration is known.
    #[error("no migration is known")]
    NoMigrations,
    /// It is above everything known.
    #[error("no migration leads to version {asked}; the newest known is {newest}")]
    Unknown {
        /// What was asked for.
        asked: Version,
        /// The newest one.
        newest: Version,
    },
    /// It is below everything known: migrations only go up.
    #[error(
        "no migration leads to version {asked}: they begin with version {oldest} and only go up; a rollback takes back a run"
    )]
    Below {
        /// What was asked for.
        asked: Version,
        /// The version that the first one takes.
        oldest: Version,
    },
}

fn joined(problems: &[ChainProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Registry {
    /// A chain of these migrations, in whatever order they come. It may begin with a later version than 1:
    /// older profiles are then named and stay as they are.
    ///
    /// # Errors
    ///
    /// Where they are no chain, with everything that is wrong.
    pub fn new(
        migrations: impl IntoIterator<Item = Box<dyn ProfileMigration>>,
    ) -> Result<Self, ChainError> {
        Self::default().with(migrations)
    }

    /// The same with more migrations, such as those of a file.
    ///
    /// # Errors
    ///
    /// As [`Registry::new`].
    pub fn with(
        self,
        migrations: impl IntoIterator<Item = Box<dyn ProfileMigration>>,
    ) -> Result<Self, ChainError> {
        let mut all = self.0;
        all.extend(migrations.into_iter().map(Arc::from));
        all.sort_by_key(|one| one.from_version());
        let problems = problems(&all);
        if problems.is_empty() { Ok(Self(all)) } else { Err(ChainError(problems)) }
    }

    /// The newest version that is known; nothing where no migration is.
    #[must_use]
    pub fn newest(&self) -> Option<Version> {
        self.0.last().map(|one| one.to_version())
    }

    /// The version that the first migration takes.
    #[must_use]
    pub fn oldest(&self) -> Option<Version> {
        self.0.first().map(|one| one.from_version())
    }

    /// The version to migrate to: the one that was asked for, else the newest.
    ///
    /// # Errors
    ///
    /// Where no migration leads there.
    pub fn target(&self, asked: Option<Version>) -> Result<Version, TargetError> {
        let (Some(oldest), Some(newest)) = (self.oldest(), self.newest()) else {
            return Err(TargetError::NoMigrations);
        };
        match asked {
            None => Ok(newest),
            Some(asked) if asked > newest => Err(TargetError::Unknown { asked, newest }),
            Some(asked) if asked < oldest => Err(TargetError::Below { asked, oldest }),
            Some(asked) => Ok(asked),
        }
    }

    /// The migrations that lead from one version to another.
    pub fn steps(&self, from: Version, to: Version) -> impl Iterator<Item = &dyn ProfileMigration> {
        let all = self.0.iter().map(AsRef::as_ref);
        all.filter(move |one| one.from_version() >= from && one.to_version() <= to)
    }

    /// What becomes of a profile that all migrations are applied to: for tests of one's own.
    ///
    /// # Errors
    ///
    /// Where nothing can become of it.
    pub fn applied(&self, profile: Profile, now: &str) -> Result<Profile, MigrationError> {
        let from = version_of(profile.item()).map_err(|error| MigrationError(error.to_string()))?;
        let newest = self.newest().unwrap_or(from);
        self.migrate(profile, (from, newest), now)
    }

    /// What becomes of a profile of one version on the way to another. Each step sets the version that it
    /// leads to. A migration that panics is one that failed.
    ///
    /// # Errors
    ///
    /// Where nothing can become of it.
    pub fn migrate(
        &self,
        profile: Profile,
        (from, to): (Version, Version),
        now: &str,
    ) -> Result<Profile, MigrationError> {
        let mut profile = profile;
        for step in self.steps(from, to) {
            let (from, next) = (step.from_version(), step.to_version());
            let failed = |why: &dyn fmt::Display| {
                MigrationError(format!(
                    "the migration from version {from} to {next} (`{}`): {why}",
                    step.description()
                ))
            };
            let stepped = catch_unwind(AssertUnwindSafe(|| step.migrate(profile, now)));
            profile = match stepped {
                Ok(Ok(profile)) => profile,
                Ok(Err(error)) => return Err(failed(&error)),
                Err(_) => return Err(failed(&"it panicked")),
            };
            let version = AttributeValue::N(next.to_string());
            profile.item_mut().insert(VERSION.to_owned(), version);
        }
        Ok(profile)
    }
}

fn problems(sorted: &[Arc<dyn ProfileMigration>]) -> Vec<ChainProblem> {
    let mut problems = Vec::new();
    let mut known: BTreeMap<Version, &str> = BTreeMap::new();
    for one in sorted {
        let (from, to) = (one.from_version(), one.to_version());
        let description = one.description().to_owned();
        if from == 0 {
            problems.push(ChainProblem::Zero(description.clone()));
        }
        if to <= from {
            problems.push(ChainProblem::Down { description, from, to });
        } else if to > from + 1 {
            problems.push(ChainProblem::Jump { description, from, to });
        }
        if let Some(first) = known.insert(from, one.description()) {
            let (first, second) = (first.to_owned(), one.description().to_owned());
            problems.push(ChainProblem::Fork { from, first, second });
        }
    }
    let versions: Vec<Version> = known.into_keys().collect();
    for pair in versions.windows(2) {
        if let [before, next] = *pair
            && next != before + 1
        {
            problems.push(ChainProblem::Gap { from: before + 1, next });
        }
    }
    problems
}

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Registry({:?} to {:?})", self.oldest(), self.newest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Step(Version, Version);

    impl ProfileMigration for Step {
        fn from_version(&self) -> Version {
            self.0
        }
        fn to_version(&self) -> Version {
            self.1
        }
        fn description(&self) -> &'static str {
            "a step"
        }
        fn migrate(&self, mut profile: Profile, now: &str) -> Result<Profile, MigrationError> {
            assert!(!profile.has("panics"), "it was asked for");
            if profile.has("fails") {
                return Err("it fails".into());
            }
            profile.set(["steps", self.0.to_string().as_str()], now)?;
            Ok(profile)
        }
    }

    fn of(steps: &[(Version, Version)]) -> Result<Registry, ChainError> {
        Registry::new(steps.iter().map(|(from, to)| Box::new(Step(*from, *to)) as _))
    }

    #[test]
    fn only_a_chain_is_one() {
        for steps in [&[][..], &[(1, 2)], &[(2, 3), (1, 2), (3, 4)], &[(7, 8), (8, 9)]] {
            assert!(of(steps).is_ok(), "{steps:?}");
        }
        for (steps, said) in [
            (
                &[(1, 2), (3, 4)][..],
                "no migration goes from version 2, and a later one begins with 3",
            ),
            (&[(1, 2), (1, 2)], "both begin with version 1"),
            (&[(1, 2), (1, 3), (2, 3)], "both begin with version 1"),
            (&[(1, 3)], "profiles between the two"),
            (&[(2, 1)], "only go up"),
            (&[(2, 2)], "only go up"),
            (&[(0, 1)], "versions begin with 1"),
        ] {
            let error = of(steps).unwrap_err().to_string();
            assert!(error.contains(said), "{steps:?}: {error}");
        }
        assert_eq!(of(&[(0, 1), (1, 1), (1, 5), (9, 10)]).unwrap_err().0.len(), 5);
    }

    #[test]
    fn a_target_is_one_that_can_be_reached() {
        let registry = of(&[(2, 3), (3, 4)]).unwrap();
        assert_eq!((registry.target(None), registry.target(Some(2))), (Ok(4), Ok(2)));
        let unknown = TargetError::Unknown { asked: 5, newest: 4 };
        assert_eq!(registry.target(Some(5)), Err(unknown));
        assert_eq!(registry.target(Some(1)), Err(TargetError::Below { asked: 1, oldest: 2 }));
        assert_eq!(Registry::default().target(None), Err(TargetError::NoMigrations));
    }

    #[test]
    fn only_the_steps_between_are_applied_and_the_version_is_that_of_the_last() {
        let registry = of(&[(1, 2), (2, 3), (3, 4)]).unwrap();
        let done = registry.migrate(Profile::default(), (2, 3), "now").unwrap();
        let mut expected = Profile::default();
        expected.set("steps.2", "now").unwrap();
        expected.set("version", 3).unwrap();
        assert_eq!(done, expected);
        assert_eq!(
            registry.applied(done, "now").unwrap().get("version").unwrap().as_n().unwrap(),
            "4"
        );
    }

    #[test]
    fn what_fails_is_told_with_the_step() {
        let registry = of(&[(1, 2), (2, 3)]).unwrap();
        for (field, said) in [("fails", "to 2 (`a step`): it fails"), ("panics", "it panicked")] {
            let mut profile = Profile::default();
            profile.set(field, true).unwrap();
            let error = registry.applied(profile, "now").unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
