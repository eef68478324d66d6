//! Objects in S3: from the older buckets into the consolidation bucket and the user storage.
//!
//! Which objects there are and where they belong is in `facts.rs`; [`place()`] says it for one name. What
//! becomes items is converted by [`item_of`]. [`Objects`] does it in a run: copies, looks whether what
//! records point to is where it is to be, and removes what was copied once nothing points to it.

mod content;
mod conversion;
mod facts;
mod items;
mod kept;
mod look;
mod place;
mod proof;
mod quiet;
mod standing;
mod verify;
mod work;

pub use conversion::{Transient, remove_transient};
pub use facts::{Family, ORIGINS, Origin};
pub use items::{NoItemError, item_of};
pub use kept::Kept;
pub use look::{Looked, look};
pub use place::place;
pub use standing::Standing;
pub use verify::{ObjectsVerified, VerifiedObjects, verify};
pub use work::{Copies, Objects, Setting};
