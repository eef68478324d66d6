//! Migrations as Lambda functions: one file for each handler, and what they share.
//!
//! A function has minutes, and its container may be gone before the next invocation. So:
//!
//! - **Time** ([`Budget`]): a run begins nothing new when little time is left, ends what is in flight, says
//!   in its answer that it is not complete, and goes on at the next invocation with the same event.
//! - **Journal** ([`Ledger`]): the engine's own, in a file under `/tmp`, of which every change is first
//!   written to a table. A container that does not have the file makes it from the table. So a Lambda can do
//!   all that the command can: go on without doing work twice, follow rows that change, roll back, and be
//!   killed at any moment. How far a run has come is kept in it, too, so that no answer has to be handed back
//!   in an event.
//! - **Lease**: one run at a time, by the table that the command takes its lease from.
//! - **Answers** ([`Answer`]) are short however much there is to say: what is left out is counted.
//!
//! A container serves one invocation at a time; two containers are told apart by the lease, and by the
//! ledger, which takes no change from one that has not seen all others'.

mod answer;
mod budget;
#[cfg(feature = "core-table-lambda")]
pub mod core_table;
mod event;
mod ledger;
mod log;
#[cfg(feature = "profiles-lambda")]
pub mod profiles;
mod session;

pub use answer::{Answer, Capped, MAX_GROUPS, MAX_ROWS};
pub use budget::Budget;
pub use event::{EventError, fields, kind, word};
pub use ledger::{Ledger, LedgerError};
pub use session::{Session, Way};
