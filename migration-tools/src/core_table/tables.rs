//! The three tables: their names, and whether they are what they should be.

use std::fmt;

use crate::engine::read::{Described, ReadError, Reader};
use crate::engine::table::{TableRef, Tables};

/// The table of servers, as plans and reports call it.
pub const SERVERS: &str = "servers";
/// The table of memberships.
pub const MEMBERSHIPS: &str = "memberships";
/// The users, who are made of memberships: no table in AWS.
pub const USERS: &str = "users";
/// CoreTable.
pub const CORE: &str = "core";
/// The index of CoreTable that lists a server's members.
pub const INDEX: &str = "SK-PK-index";
/// The index of the memberships by server.
pub const MEMBERS_INDEX: &str = "ServerMembership-Index";

/// The names of the three tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNames {
    /// Of the servers.
    pub servers: String,
    /// Of the memberships.
    pub memberships: String,
    /// Of CoreTable.
    pub core: String,
}

/// The three tables as they are described.
#[derive(Clone, Debug)]
pub struct Three {
    /// The servers, by `id`.
    pub servers: Described,
    /// The memberships, by `userId` and `serverId`.
    pub memberships: Described,
    /// CoreTable, by `PK` and `SK`.
    pub core: Described,
}

/// Why there is nothing to work on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TableError {
    /// It cannot be asked for, or does not exist.
    #[error("the table of {what}: {source}")]
    Unread {
        /// Which one.
        what: &'static str,
        /// Why.
        source: ReadError,
    },
    /// It is another kind of table.
    #[error(
        "the table `{name}` has the key {found}, and the table of {what} has {wanted}; give the name of that one"
    )]
    OtherKey {
        /// Which one.
        what: &'static str,
        /// Its name.
        name: String,
        /// Its key.
        found: Keys,
        /// What it should be.
        wanted: Keys,
    },
    /// Two of them are one.
    #[error("`{0}` was given for two of the three tables; they are three")]
    Twice(String),
}

/// Names of key attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(Vec<String>);

impl fmt::Display for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "({})", self.0.join(", "))
    }
}

impl TableNames {
    /// `{project}-{env}-ServersTable`, `…-UserMembership` and `…-CoreTable`.
    #[must_use]
    pub fn of(project: &str, env: &str) -> Self {
        let name = |table: &str| format!("{project}-{env}-{table}");
        Self {
            servers: name("ServersTable"),
            memberships: name("UserMembership"),
            core: name("CoreTable"),
        }
    }
}

impl Three {
    /// Asks for the three tables.
    ///
    /// # Errors
    ///
    /// Where one does not exist, cannot be asked for, or has another key.
    pub async fn describe(reader: &Reader, names: &TableNames) -> Result<Self, TableError> {
        let all = [&names.servers, &names.memberships, &names.core];
        for (at, name) in all.iter().enumerate() {
            if all.iter().skip(at + 1).any(|other| other == name) {
                return Err(TableError::Twice((*name).clone()));
            }
        }
        Ok(Self {
            servers: described(reader, SERVERS, &names.servers, &["id"]).await?,
            memberships: described(
                reader,
                MEMBERSHIPS,
                &names.memberships,
                &["userId", "serverId"],
            )
            .await?,
            core: described(reader, CORE, &names.core, &["PK", "SK"]).await?,
        })
    }

    /// For the engine: the three, and the users.
    #[must_use]
    pub fn tables(&self) -> Tables {
        [
            (SERVERS, self.servers.table.clone().only_read()),
            (MEMBERSHIPS, self.memberships.table.clone().only_read()),
            (CORE, self.core.table.clone()),
            (USERS, TableRef::derived(vec!["userId".to_owned()])),
        ]
        .into()
    }

    /// What tells these tables from others of the same names: who copies from one into the other twice
    /// has to know that they are the same.
    #[must_use]
    pub fn identity(&self) -> String {
        let one = |of: &Described| format!("{} ({})", of.table.name, of.id);
        let (servers, memberships) = (one(&self.servers), one(&self.memberships));
        format!("{servers} and {memberships} into {}", one(&self.core))
    }

    /// The index that lists a server's members in the new table, if it can be relied on.
    #[must_use]
    pub fn has_index(&self) -> bool {
        self.core
            .global_indexes
            .iter()
            .any(|index| index.name == INDEX && index.complete && index.keys == ["SK", "PK"])
    }

    /// An index of the memberships that finds those of a server.
    #[must_use]
    pub fn by_server(&self) -> Option<&str> {
        let all = self.memberships.global_indexes.iter();
        let mut all = all.filter(|index| {
            index.complete && index.keys.first().is_some_and(|key| key == "serverId")
        });
        all.next().map(|index| index.name.as_str())
    }
}

async fn described(
    reader: &Reader,
    what: &'static str,
    name: &str,
    keys: &[&str],
) -> Result<Described, TableError> {
    let described = reader.describe(name).await;
    let described = described.map_err(|source| TableError::Unread { what, source })?;
    if described.table.keys != keys {
        return Err(TableError::OtherKey {
            what,
            name: name.to_owned(),
            found: Keys(described.table.keys),
            wanted: Keys(keys.iter().map(|key| (*key).to_owned()).collect()),
        });
    }
    Ok(described)
}
