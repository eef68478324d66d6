//! From a table of servers and one of memberships to one table with `PK` and `SK`.
//!
//! | of | is made | under |
//! |---|---|---|
//! | a server | `Type` `Server`, and everything it has but `id` | `SERVER#{id}`, `METADATA` |
//! | a membership | `Type` `UserServer`, `role`, `permissions`, and everything else but both ids and `email` | `USER#{userId}`, `SERVER#{serverId}` |
//! | all memberships of a user | `Type` `User`, `email`, `name` | `USER#{userId}`, `METADATA` |
//!
//! The old tables are only read, and stand until somebody deletes them. What is put into CoreTable is put
//! where nothing stands; where the same row stands already it is left, and where another one stands,
//! which only live traffic can have written, that is a conflict that a person decides. A row that a run
//! has written and nobody has touched since follows its old row when that changes.
//!
//! [`Old`] reads the old tables page by page and makes what belongs together of each: [`Migration`] writes
//! that, [`Comparison`] compares it with what stands in CoreTable, for a dry run and for a verification. Both
//! stop between two pages and go on from a [`Position`], maybe in another process. Pages come one after the
//! other: the rows of one page are written at once, and that is more than one page's reading takes.
//!
//! A user's memberships stand together in a page (see [`Old::page`]), so that memory holds a page and
//! nothing that grows with a table.

mod compare;
mod keys;
mod member;
mod names;
mod old;
mod position;
mod reads;
mod rule;
mod run;
mod server;
mod since;
mod tables;
mod user;

#[cfg(test)]
mod properties;

pub use compare::{Comparison, Tally};
pub use keys::{METADATA, Row, server_key, user_key};
pub use member::{ROLES, membership, permissions};
pub use names::{Identity, Names, NamesError};
pub use old::{Found, Old};
pub use position::{Position, Step};
pub use rule::{CoreRule, fits};
pub use run::{Doing, MAX_PASSES, Migration};
pub use server::server;
pub use tables::{
    CORE, INDEX, MEMBERS_INDEX, MEMBERSHIPS, SERVERS, TableError, TableNames, Three, USERS,
};
pub use user::{Decided, Note, decide, user};
