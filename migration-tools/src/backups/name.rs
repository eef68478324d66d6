//! What backups are named.

use std::fmt;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

/// Longest name of a backup:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html>.
const LONGEST: usize = 255;
/// Longest common part: leaves room for what tells tables apart.
const LONGEST_PREFIX: usize = 200;
/// Hexadecimal digits that stand for the part of a table's name that has no room.
const DIGITS: usize = 16;

/// What the backups of one run have in common: the start of their names, and that of the file that keeps
/// the state before. 1 to 200 letters, digits, `_`, `-` and `.`, the first of them no `.` or `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupName(String);

/// Why backups cannot be named so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the backup name `{}` {rule}", name.escape_debug())]
pub struct BackupNameError {
    name: String,
    rule: String,
}

impl BackupName {
    /// A name that an operator chose.
    ///
    /// # Errors
    ///
    /// With the rule that it breaks.
    pub fn new(name: &str) -> Result<Self, BackupNameError> {
        let refuse = |rule: String| Err(BackupNameError { name: name.to_owned(), rule });
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
            let bad = bad.escape_debug();
            return refuse(format!(
                "has the character `{bad}`; letters, digits, `_`, `-` and `.` are allowed"
            ));
        }
        if name.is_empty() || name.len() > LONGEST_PREFIX {
            let length = name.len();
            return refuse(format!("has {length} characters; 1 to {LONGEST_PREFIX} are allowed"));
        }
        if name.starts_with(['.', '-']) {
            return refuse("starts with a dot or a hyphen; start it with a letter".to_owned());
        }
        Ok(Self(name.to_owned()))
    }

    /// The name of a run that was given none: `id-migration-backup-{YYYYMMDD-HHMMSS}`, in UTC.
    #[must_use]
    pub fn of_moment(now: OffsetDateTime) -> Self {
        let format = format_description!("[year][month][day]-[hour][minute][second]");
        let now = now.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_default();
        Self(format!("id-migration-backup-{now}"))
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a table's backup: `{name}-{table}`. Where that is too long, the end of the table's
    /// name and a part of its SHA-256 stand for the whole.
    ///
    /// ```
    /// use migration_tools::backups::BackupName;
    ///
    /// let name = BackupName::new("before")?.of_table("amplify-v6-lambda-dev-accounts");
    /// assert_eq!(name, "before-amplify-v6-lambda-dev-accounts");
    /// # Ok::<(), migration_tools::backups::BackupNameError>(())
    /// ```
    #[must_use]
    pub fn of_table(&self, table: &str) -> String {
        let whole = format!("{}-{table}", self.0);
        if whole.len() <= LONGEST {
            return whole;
        }
        let digest: String =
            Sha256::digest(table).iter().take(DIGITS / 2).map(|b| format!("{b:02x}")).collect();
        let room = LONGEST.saturating_sub(self.0.len() + 2 + DIGITS);
        let skipped = table.chars().count().saturating_sub(room);
        let end: String = table.chars().skip(skipped).collect();
        format!("{}-{end}-{digest}", self.0)
    }
}

impl fmt::Display for BackupName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_aws_or_a_file_system_would_refuse_is_refused_with_the_rule() {
        let long = "a".repeat(201);
        for (name, rule) in [
            ("a b", "the character ` `"),
            ("../a", "the character `/`"),
            ("", "has 0 characters"),
            (long.as_str(), "has 201 characters; 1 to 200"),
            (".hidden", "starts with a dot"),
            ("-x", "starts with a dot or a hyphen"),
        ] {
            let error = BackupName::new(name).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|text| text.contains(rule)), "{error:?}");
        }
    }

    #[test]
    fn a_run_without_a_name_is_named_by_its_moment() {
        let moment = OffsetDateTime::from_unix_timestamp(1_762_000_205).unwrap();
        let name = BackupName::of_moment(moment);
        assert_eq!(name.as_str(), "id-migration-backup-20251101-123005");
        assert_eq!(BackupName::new(name.as_str()), Ok(name));
    }

    proptest! {
        #[test]
        fn every_table_has_a_name_of_its_own_that_dynamodb_takes(
            prefix in "[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}",
            tables in proptest::collection::btree_set("[A-Za-z0-9_.-]{3,255}", 2..6),
            shared in "[a-z-]{0,250}",
        ) {
            let name = BackupName::new(&prefix).unwrap();
            let mut all = std::collections::BTreeSet::new();
            for table in &tables {
                // Long names that differ at their start, and those that differ at their end.
                let start: String = format!("{table}-{shared}").chars().take(255).collect();
                for table in [table, &start] {
                    let made = name.of_table(table);
                    prop_assert!((3..=255).contains(&made.len()), "{made}");
                    let mut characters = made.chars();
                    prop_assert!(characters.all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)));
                    let start = format!("{prefix}-");
                    prop_assert!(made.starts_with(&start));
                    prop_assert_eq!(&made, &name.of_table(table), "the same each time");
                    all.insert((table.clone(), made));
                }
            }
            let names: std::collections::BTreeSet<_> = all.iter().map(|(_, made)| made).collect();
            prop_assert_eq!(names.len(), all.len());
        }
    }
}
