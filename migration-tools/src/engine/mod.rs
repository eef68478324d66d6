//! One way to change stored data safely. It knows no Amplify: what to change is handed to it as pure
//! functions from a record to a [`Rewrite`](rewrite::Rewrite).

mod alone;
pub mod apply;
pub mod cleanup;
pub mod entry;
pub mod events;
pub mod guard;
pub mod images;
pub mod item;
pub mod journal;
pub mod keeper;
pub mod lease;
pub mod lookup;
pub mod number;
#[cfg(feature = "cli")]
pub mod objects;
pub mod pace;
pub mod pass;
pub mod patience;
pub mod places;
pub mod price;
pub mod read;
pub mod read_page;
pub mod recorder;
pub mod reverse;
pub mod rewrite;
pub mod settle;
pub mod size;
pub mod standing;
pub mod stop;
pub mod stored;
pub mod table;
pub mod timeline;
pub mod typed_json;
pub mod undo;
pub mod write;
pub mod writer;
