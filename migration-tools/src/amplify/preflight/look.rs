//! Looking at a deployment. Nothing here writes, and nothing here hands out what could.

use std::path::Path;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::types::Select;
use required_env_vars::Failure;

use super::csv::{self, CsvFile};
use super::facts::{Facts, Rows, Seen};
use super::logins::{Logins, sample};
use super::parameters::Parameters;
use super::probe::{Keyed, MOST_USERS, probe};
use super::recovery::recovery;
use super::stacks;
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::{Find, Group, Table, all};
use crate::amplify::{Deployment, Existence, Inspector, Named, UsersError, user_ids};
use crate::parameter_store::Store;

/// Calls at once: the rate for DescribeTable is a few hundred a second, this leaves it to others.
const AT_ONCE: usize = 8;
const USERS: &str = "COGNITO_USERS_DYNAMODB_TABLE";
const STORAGE: &str = "USER_DATA_STORAGE_TABLE";
const OLD_STORAGE: &str = "OLD_USER_STORAGE_TABLE";
const BUCKET: &str = "S3_CONSOLIDATION_BUCKET_NAME";

/// What to look at.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// The deployment.
    pub deployment: &'w Deployment,
    /// The names of all its tables and buckets.
    pub named: &'w [Named],
    /// The file with the id map.
    pub csv_file: &'w Path,
}

/// Looks at a deployment, and can do nothing else: the clients are its own.
#[derive(Clone, Debug)]
pub struct Eyes {
    inspector: Inspector,
    tables: aws_sdk_dynamodb::Client,
    stacks: aws_sdk_cloudformation::Client,
    parameters: Store,
}

impl Eyes {
    /// Looks where the configuration says.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        // Many things are looked at, and one that does not answer is told, not waited for.
        let retry = RetryConfig::standard().with_max_attempts(4);
        let own = config.to_builder().retry_config(retry).build();
        Self {
            inspector: Inspector::new(config),
            tables: aws_sdk_dynamodb::Client::new(&own),
            stacks: aws_sdk_cloudformation::Client::new(&own),
            parameters: Store::new(config, false),
        }
    }

    /// Looks. Reads the users table as a whole, and of all others at most one row for a few users.
    pub async fn look(&self, at: Wanted<'_>) -> Facts {
        let position = |key: &str| at.named.iter().position(|one| one.resource.key == key);
        let name = |key: &str| {
            let named = position(key).and_then(|index| at.named.get(index));
            named.map(|one| one.name.clone()).unwrap_or_default()
        };
        let of = at.deployment;
        let (storage_name, old_storage_name) = (name(STORAGE), name(OLD_STORAGE));
        let (bucket_name, users_name) = (name(BUCKET), name(USERS));
        let stack_name = format!("{}-{}", of.service("lambda-basic-ops"), of.stage());
        let (parameters, basic_ops, existence) = futures::join!(
            self.parameters(of),
            stacks::basic_ops(&self.stacks, &stack_name),
            self.inspector.all(at.named, AT_ONCE),
        );
        let found = |key: &str| {
            let found = position(key).and_then(|at| existence.get(at));
            found.cloned().unwrap_or(Existence::Absent)
        };
        let prefix = parameters.as_ref().ok().and_then(|found| found.idp_prefix.clone());
        let (csv, map) = csv::read(at.csv_file, prefix);
        let existing: Vec<&Named> = at.named.iter().zip(&existence).filter_map(exists).collect();
        let (storage, old_storage, recovery, logins) = futures::join!(
            self.rows(&storage_name, found(STORAGE)),
            self.rows(&old_storage_name, found(OLD_STORAGE)),
            recovery(&self.tables, &existing),
            self.logins(&users_name, map.as_ref(), &csv, &existing),
        );
        let bucket = found(BUCKET);
        let existing = existing.len();
        Facts {
            stack_name,
            bucket_name,
            storage_name,
            old_storage_name,
            users_name,
            parameters,
            basic_ops,
            bucket,
            storage,
            old_storage,
            existing,
            recovery,
            csv,
            logins,
        }
    }

    async fn parameters(&self, of: &Deployment) -> Seen<Parameters> {
        let stored = self.parameters.below(&format!("/amplify/{}", of.stage())).await?;
        Ok(Parameters::of(&stored, of))
    }

    /// Whether there is a row: a page has one, unless there is none.
    async fn rows(&self, table: &str, existence: Existence) -> Seen<Rows> {
        match existence {
            Existence::Exists => {}
            Existence::Unknown(failure) => return Err(failure),
            Existence::Absent | Existence::Elsewhere(_) => return Ok(Rows::NoTable),
        }
        let scan = self.tables.scan().table_name(table).select(Select::Count).limit(1);
        let answer = scan.send().await.map_err(|error| Failure::of(&error))?;
        Ok(if answer.count > 0 { Rows::Some } else { Rows::None })
    }

    async fn logins(
        &self,
        table: &str,
        map: Option<&IdMap>,
        csv: &CsvFile,
        existing: &[&Named],
    ) -> Seen<Option<Logins>> {
        let ids = match user_ids(&self.tables, table).await {
            Ok(ids) => ids,
            Err(UsersError::Absent) => return Ok(None),
            Err(UsersError::Failed(failure)) => return Err(failure),
        };
        let mut logins = Logins::count(&ids, map);
        let countable = matches!(csv, CsvFile::Good { chains: 0, .. });
        if let Some(map) = map.filter(|_| countable) {
            let old_ids = sample(&ids, map, MOST_USERS);
            logins.probe = Some(probe(&self.tables, &keyed(existing), &old_ids).await);
        }
        Ok(Some(logins))
    }
}

fn exists<'n>((named, existence): (&'n Named, &Existence)) -> Option<&'n Named> {
    matches!(existence, Existence::Exists).then_some(named)
}

/// The tables whose partition key is the id and which every migration works on, except the users
/// table.
fn keyed(existing: &[&Named]) -> Vec<Keyed> {
    let of = |table: &'static Table| {
        let named = existing.iter().find(|one| one.resource.key == table.key)?;
        let key = table.keys.first()?;
        Some(Keyed { name: named.name.clone(), key })
    };
    all()
        .filter(|table| matches!(table.group, Group::IdChange | Group::Always))
        .filter(|table| table.key != USERS)
        .filter(|table| table.find.contains(&Find::Key))
        .filter_map(of)
        .collect()
}
