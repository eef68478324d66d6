//! One way to change stored data safely. It knows no Amplify: what to change is handed to it as pure
//! functions from a record to a [`Rewrite`](rewrite::Rewrite).

pub mod item;
pub mod number;
pub mod rewrite;
pub mod size;
pub mod typed_json;
