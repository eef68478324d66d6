//! One way to change stored data safely. It knows no Amplify: what to change is handed to it as pure
//! functions from a record to a [`Rewrite`](rewrite::Rewrite).

pub mod apply;
pub mod guard;
pub mod item;
pub mod journal;
pub mod lease;
pub mod lookup;
pub mod number;
pub mod pace;
pub mod price;
pub mod read;
pub mod rewrite;
pub mod size;
pub mod typed_json;
pub mod write;
