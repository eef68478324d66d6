//! The pairs of an id map, kept small: their text in pieces, and indexes that hold positions only.
//!
//! A million pairs of 30 and 36 characters take some 66 MB of text, 16 MB of positions and 10 MB for
//! each index. Pieces are never moved, so that growing does not need the text twice.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// Bytes of one piece of text.
const PIECE: usize = 1 << 20;

/// One user: who he was, who he becomes, and the line that says so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pair<'m> {
    /// The id that he has.
    pub old: &'m str,
    /// The id that he gets; equal to the old one for an identity.
    pub new: &'m str,
    /// The line of the file, counted from 1.
    pub line: u32,
}

impl Pair<'_> {
    /// Whether the id stays, so that no record of this user changes.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.old == self.new
    }
}

impl fmt::Debug for Pair<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pair(line {})", self.line)
    }
}

struct Entry {
    piece: u32,
    start: u32,
    old: u16,
    new: u16,
    line: u32,
}

#[derive(Default)]
pub(super) struct Pairs {
    pieces: Vec<String>,
    entries: Vec<Entry>,
}

impl Pairs {
    /// Adds a pair and says where it is; `None` where it does not fit the numbers kept for it (ids
    /// of 64 KiB, four thousand million pairs).
    pub(super) fn push(&mut self, pair: Pair<'_>) -> Option<u32> {
        let (old, new) = (u16::try_from(pair.old.len()).ok()?, u16::try_from(pair.new.len()).ok()?);
        let bytes = pair.old.len() + pair.new.len();
        let fits = |piece: &String| piece.len() + bytes <= PIECE;
        if !self.pieces.last().is_some_and(fits) {
            self.pieces.push(String::with_capacity(PIECE));
        }
        let piece = self.pieces.last_mut()?;
        let start = u32::try_from(piece.len()).ok()?;
        piece.push_str(pair.old);
        piece.push_str(pair.new);
        let piece = u32::try_from(self.pieces.len() - 1).ok()?;
        let at = u32::try_from(self.entries.len()).ok()?;
        self.entries.push(Entry { piece, start, old, new, line: pair.line });
        Some(at)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The pair at a position that `push` gave.
    pub(super) fn get(&self, at: u32) -> Pair<'_> {
        let entry = &self.entries[at as usize];
        let (start, old, new) = (entry.start as usize, entry.old as usize, entry.new as usize);
        let text = &self.pieces[entry.piece as usize];
        Pair { old: &text[start..start + old], new: &text[start + old..][..new], line: entry.line }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Pair<'_>)> {
        (0u32..).take(self.len()).map(|at| (at, self.get(at)))
    }
}

/// Finds pairs by something that is made of them.
pub(super) struct Index {
    table: HashTable<u32>,
    /// Chosen anew for every map, so that nobody can write a file whose ids all collide. The order of
    /// the table is never used.
    seed: RandomState,
    key: for<'p> fn(Pair<'p>) -> Cow<'p, str>,
}

impl Index {
    pub(super) fn by(key: for<'p> fn(Pair<'p>) -> Cow<'p, str>) -> Self {
        Self { table: HashTable::new(), seed: RandomState::new(), key }
    }

    pub(super) fn find<'p>(&self, pairs: &'p Pairs, wanted: &str) -> Option<Pair<'p>> {
        let found = |at: &u32| (self.key)(pairs.get(*at)) == wanted;
        self.table.find(self.seed.hash_one(wanted), found).map(|at| pairs.get(*at))
    }

    /// Adds the pair at a position, or gives back the one that has the same key already.
    pub(super) fn insert<'p>(&mut self, pairs: &'p Pairs, at: u32) -> Result<(), Pair<'p>> {
        let key = (self.key)(pairs.get(at));
        if let Some(other) = self.find(pairs, &key) {
            return Err(other);
        }
        self.add(pairs, at);
        Ok(())
    }

    /// Adds the pair at a position, whose key is known to be in no other pair.
    pub(super) fn add(&mut self, pairs: &Pairs, at: u32) {
        let (of, seed) = (self.key, &self.seed);
        let hash = |at: &u32| seed.hash_one(&*of(pairs.get(*at)));
        self.table.insert_unique(hash(&at), at, hash);
    }
}
