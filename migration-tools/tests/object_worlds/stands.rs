//! Where things are found that were moved by halves.

use super::bodies::Body;
use super::{Builder, CONSOLIDATION, Person, Place};

/// Where what belongs to one name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// In the older bucket.
    Legacy,
    /// In the consolidation bucket, under the old id.
    Old,
    /// In both, the one in the consolidation bucket being newer.
    Newer,
    /// In the older bucket, and copied already.
    Copied,
    /// Under the old id, and copied already.
    Behind,
    /// In all three.
    Everywhere,
    /// Moved already, by something that has left rows as they were.
    Moved,
    /// In the older bucket, and another one where it belongs.
    Differs,
    /// Under the old id, and another one where it belongs.
    OldDiffers,
}

const STANDS: [Stand; 7] = [
    Stand::Legacy,
    Stand::Old,
    Stand::Newer,
    Stand::Copied,
    Stand::Behind,
    Stand::Everywhere,
    Stand::Moved,
];

/// The names of one thing.
pub(crate) struct At {
    pub(crate) legacy: Place,
    pub(crate) old: Place,
    pub(crate) new: Place,
}

impl Builder {
    /// How the things of somebody stand, each in turn; where nothing moves, those shapes that are then
    /// possible.
    pub(crate) fn stands(&mut self, person: &Person) -> Vec<Stand> {
        let first = self.rng.usize(..STANDS.len());
        let mut all: Vec<Stand> =
            (0..self.much.each).map(|n| STANDS[(first + n) % STANDS.len()]).collect();
        if !person.listed {
            all.iter_mut().enumerate().for_each(|(n, stand)| {
                *stand = [Stand::Legacy, Stand::Old, Stand::Newer][n % 3];
            });
        } else if self.much.conflicts {
            all.extend([Stand::Differs, Stand::OldDiffers]);
        }
        all
    }

    /// Puts what belongs to one name where it stands; answers the content that its owner reads.
    pub(crate) fn spread(&mut self, stand: Stand, at: &At, of: impl Fn(&str) -> Body) -> Body {
        let unique = self.unique();
        let body = of(&unique);
        let other = of(&format!("{unique} other"));
        let (legacy, old, new) = (at.legacy.clone(), at.old.clone(), at.new.clone());
        match stand {
            Stand::Legacy => self.put(legacy, &body),
            Stand::Old => self.put(old, &body),
            Stand::Newer => {
                self.put(old, &body);
                self.put(legacy, &other);
            }
            Stand::Copied => {
                self.put(legacy, &body);
                self.put(new, &body);
            }
            Stand::Behind => {
                self.put(old, &body);
                self.put(new, &body);
            }
            Stand::Everywhere => {
                self.put(legacy, &body);
                self.put(old, &body);
                self.put(new, &body);
            }
            Stand::Moved => self.put(new, &body),
            Stand::Differs => {
                self.put(legacy, &body);
                self.put(new, &other);
            }
            Stand::OldDiffers => {
                self.put(old, &body);
                self.put(new, &other);
            }
        }
        body
    }

    /// The names of something of somebody: `{user}/{rest}`, and with a prefix in the consolidation bucket.
    pub(crate) fn of_user(
        &self,
        (bucket, prefix): (&'static str, &str),
        person: &Person,
        rest: &str,
    ) -> At {
        At {
            legacy: (bucket, format!("{}/{rest}", person.old)),
            old: (CONSOLIDATION, format!("{prefix}{}/{rest}", person.old)),
            new: (CONSOLIDATION, format!("{prefix}{}/{rest}", person.new)),
        }
    }
}
