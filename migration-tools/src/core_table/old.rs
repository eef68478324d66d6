//! Reading the old tables, one page after the other, with what belongs to its rows.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use required_env_vars::Reason;

use super::member::has_unknown_role;
use super::names::{Identity, Names, NamesError};
use super::position::{Position, Step};
use super::reads::{Member, members, user};
use super::tables::{MEMBERSHIPS, SERVERS, Three, USERS};
use super::user::decide;
use crate::engine::item::Item;
use crate::engine::journal::{Finding, Kind};
use crate::engine::read::{ReadError, Reader};
use crate::engine::stop::Stop;
use crate::engine::table::TableRef;
use crate::engine::typed_json::{decode, encode};

/// Calls at once beside the reading of pages: the pool takes 120 a second.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html>
const AT_ONCE: usize = 8;
/// Users who are read together where only some are.
const USERS_AT_ONCE: usize = 25;
/// Users in a page whose names are asked for: a page should not take minutes.
const WITH_NAMES: i32 = 1_000;

/// The old tables.
#[derive(Clone, Copy, Debug)]
pub struct Old<'a> {
    /// What reads.
    pub reader: &'a Reader,
    /// The tables.
    pub tables: &'a Three,
    /// Who knows the names of users.
    pub names: Option<&'a Names>,
    /// Only these users, with their memberships and the servers of those.
    pub users: Option<&'a [String]>,
    /// So many rows in a page at most; nothing means what a megabyte holds.
    pub limit: Option<i32>,
}

/// A page of the old tables, and what is made of it.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Servers.
    pub servers: Vec<Item>,
    /// Memberships.
    pub memberships: Vec<Item>,
    /// Users, as [`decide`] makes them of memberships.
    pub users: Vec<Item>,
    /// What a person should know.
    pub notes: Vec<Finding>,
    /// What [`Position::after`] is behind this page; nothing at the end.
    pub next: Option<String>,
}

impl Old<'_> {
    /// The page that begins at a position, whose step is that of servers or memberships.
    ///
    /// A page of memberships has each user who begins in it, with all memberships. A scan gives the rows of
    /// a partition together, in the order of their sort keys, so that only the last user of a page can have
    /// more of them behind it; those are asked for. That DynamoDB scans so is seen and not documented: of a
    /// user who comes twice in one page all memberships are asked for, and nothing else is relied on.
    ///
    /// # Errors
    ///
    /// When a table or the user pool cannot be read, or the position is none of these tables.
    pub async fn page(&self, position: &Position) -> Result<Found, Stop> {
        match (position.step, self.users) {
            (Step::Servers, None) => self.servers(position).await,
            (Step::Memberships, None) => self.memberships(position).await,
            (Step::Memberships, Some(users)) => self.some(users, position).await,
            _ => Ok(Found::default()),
        }
    }

    async fn servers(&self, position: &Position) -> Result<Found, Stop> {
        let table = &self.tables.servers.table;
        let start = start(SERVERS, position)?;
        let page = self.reader.page(&table.name, start, self.limit).await;
        let page = page.map_err(|error| Stop::reading(SERVERS, error))?;
        let notes = self.without_members(&page.items).await?;
        let next = key(page.next.as_ref());
        Ok(Found { servers: page.items, notes, next, ..Found::default() })
    }

    async fn memberships(&self, position: &Position) -> Result<Found, Stop> {
        let table = &self.tables.memberships.table;
        let start = start(MEMBERSHIPS, position)?;
        let before = start.as_ref().and_then(user).map(str::to_owned);
        let few = self.names.map(|_| WITH_NAMES);
        let page = self.reader.page(&table.name, start, self.limit.or(few)).await;
        let page = page.map_err(|error| Stop::reading(MEMBERSHIPS, error))?;
        let mut all = members(&page.items, before.as_deref(), page.next.is_some());
        for member in all.iter_mut().filter(|member| !member.whole) {
            member.rows = self.partition(&member.id).await?;
        }
        let mut found = Found { next: key(page.next.as_ref()), ..Found::default() };
        self.known_servers(&page.items, &mut found.notes).await?;
        self.decided(all, &mut found).await?;
        found.memberships = page.items;
        Ok(found)
    }

    /// Some users, with all that is theirs.
    async fn some(&self, users: &[String], position: &Position) -> Result<Found, Stop> {
        let done: usize = match &position.after {
            None => 0,
            Some(after) => after.parse().map_err(|_| unreadable(MEMBERSHIPS))?,
        };
        let end = users.len().min(done + USERS_AT_ONCE);
        let next = (end < users.len()).then(|| end.to_string());
        let mut found = Found { next, ..Found::default() };
        let mut all = Vec::new();
        for id in users.get(done..end).unwrap_or_default() {
            let rows = self.partition(id).await?;
            if rows.is_empty() {
                found.notes.push(Finding {
                    table: USERS.to_owned(),
                    key: encode(&text_key("userId", id)).unwrap_or_default(),
                    kind: Kind::Noted,
                    reason: "the user has no membership, so that there is nothing to take over"
                        .to_owned(),
                    remedy: "see whether the id in the file is right".to_owned(),
                });
                continue;
            }
            found.memberships.extend(rows.iter().cloned());
            all.push(Member { id: id.clone(), rows, whole: true });
        }
        found.servers = self.known_servers(&found.memberships, &mut found.notes).await?;
        self.decided(all, &mut found).await?;
        Ok(found)
    }

    async fn partition(&self, id: &str) -> Result<Vec<Item>, Stop> {
        let rows = self.reader.partition(&self.tables.memberships.table, id).await;
        rows.map_err(|error| Stop::reading(MEMBERSHIPS, error))
    }

    /// The servers of these memberships; what they lack is noted.
    async fn known_servers(
        &self,
        memberships: &[Item],
        notes: &mut Vec<Finding>,
    ) -> Result<Vec<Item>, Stop> {
        let id = |row: &Item| row.get("serverId").and_then(|id| id.as_s().ok()).cloned();
        let wanted: BTreeSet<String> = memberships.iter().filter_map(id).collect();
        let keys: Vec<Item> = wanted.iter().map(|id| text_key("id", id)).collect();
        let found = self.reader.images(&self.tables.servers.table, &keys).await;
        let found = found.map_err(|error| Stop::reading(SERVERS, error))?;
        let missing = wanted.iter().zip(&found).filter(|(_, server)| server.is_none());
        let missing: HashSet<&String> = missing.map(|(id, _)| id).collect();
        let own = &self.tables.memberships.table;
        for row in memberships {
            let is_orphan = id(row).is_some_and(|id| missing.contains(&id));
            let orphan = (
                "there is no server of this id: the membership is taken over as it is",
                "see whether the server was deleted, and whether the membership should be",
            );
            let role = (
                "the role is none that is known, so that it allows `read` and nothing else",
                "see whether the role should allow more",
            );
            let is = [(is_orphan, orphan), (has_unknown_role(row), role)];
            let is = is.into_iter().filter(|(is, _)| *is);
            notes.extend(is.map(|(_, words)| noted(MEMBERSHIPS, own, row, words)));
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Notes the servers that nobody is a member of, where an index tells.
    async fn without_members(&self, servers: &[Item]) -> Result<Vec<Finding>, Stop> {
        let Some(index) = self.tables.by_server() else { return Ok(Vec::new()) };
        let table = &self.tables.memberships.table.name;
        let asked = servers.iter().filter_map(|server| {
            let id = server.get("id")?.as_s().ok()?;
            let asked = self.reader.has_any(table, (Some(index), "serverId"), id);
            Some(async move { Ok::<_, ReadError>((server, asked.await?)) })
        });
        let all: Vec<(&Item, bool)> = stream::iter(asked)
            .buffered(AT_ONCE)
            .try_collect()
            .await
            .map_err(|error| Stop::reading(MEMBERSHIPS, error))?;
        let words = (
            "nobody who has a role is a member of the server",
            "see whether somebody should be; it is taken over as it is",
        );
        let none = all.into_iter().filter(|(_, has)| !has);
        let own = &self.tables.servers.table;
        Ok(none.map(|(server, _)| noted(SERVERS, own, server, words)).collect())
    }

    /// Who the users are.
    async fn decided(&self, all: Vec<Member>, found: &mut Found) -> Result<(), Stop> {
        let known: Vec<Option<Option<Identity>>> = match self.names {
            None => vec![None; all.len()],
            Some(names) => stream::iter(&all)
                .map(|member| async { names.of(&member.id).await.map(Some) })
                .buffered(AT_ONCE)
                .try_collect()
                .await
                .map_err(unnamed)?,
        };
        let own = TableRef::derived(vec!["userId".to_owned()]);
        for (member, pool) in all.iter().zip(&known) {
            let decided = decide(&member.id, &member.rows, pool.as_ref().map(Option::as_ref));
            let notes = decided.notes.iter();
            let note = notes.map(|note| noted(USERS, &own, &decided.record, note.words()));
            found.notes.extend(note);
            found.users.push(decided.record);
        }
        Ok(())
    }
}

fn noted(
    table: &str,
    own: &TableRef,
    row: &Item,
    (reason, remedy): (&'static str, &'static str),
) -> Finding {
    let key = own.key_of(row).ok().and_then(|key| encode(&key).ok()).unwrap_or_default();
    Finding {
        table: table.to_owned(),
        key,
        kind: Kind::Noted,
        reason: reason.to_owned(),
        remedy: remedy.to_owned(),
    }
}

pub(super) fn text_key(name: &str, value: &str) -> Item {
    [(name.to_owned(), AttributeValue::S(value.to_owned()))].into()
}

/// The key that a page begins behind.
pub(super) fn start(table: &'static str, position: &Position) -> Result<Option<Item>, Stop> {
    let after = position.after.as_deref().map(decode);
    after.transpose().map_err(|_| unreadable(table))
}

/// The key of a page's end, as a position keeps it.
pub(super) fn key(next: Option<&Item>) -> Option<String> {
    next.and_then(|key| encode(key).ok())
}

fn unreadable(table: &'static str) -> Stop {
    let why = "the place to go on from cannot be read; begin anew".to_owned();
    Stop::Table { table, why }
}

fn unnamed(error: NamesError) -> Stop {
    match error {
        NamesError::Failed { failure, .. } if failure.reason() == Reason::BadCredentials => {
            Stop::Credentials(failure)
        }
        error => Stop::Table { table: USERS, why: error.to_string() },
    }
}
