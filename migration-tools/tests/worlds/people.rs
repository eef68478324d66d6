//! Who lives in a world: ids that are made to be confused.

use fastrand::Rng;

use super::Size;

/// Old ids and new ones. None is the old id of one and the new one of another, and none is another one
/// after it was made a key of user storage.
const HOSTILE: [(&str, &str); 17] = [
    ("turing", "turinga1"),
    ("turinga", "x-turinga"),
    ("ada.lovelace@example.edu", "lovelaa1"),
    ("ada.lovelace@example.ed", "ada"),
    ("alan.turing@example.edu", "Alan_T.1"),
    ("grace+h o'pper@example.edu", "ho, \"pper\"+1"),
    ("émilie.日@example.edu", "née 🦀"),
    ("al", "ice"),
    ("alice", "alice.2"),
    ("lovelaa", "lovelaa1.9"),
    ("emmy.noether@example.edu", "emmy.noether@example.edu"),
    ("Cap.Ital@Example.EDU", "cap1"),
    ("100", "200"),
    ("noether", "2025-03-05"),
    ("kurt", "thr"),
    ("shared-with-x", "received"),
    ("z", "this.id.is.as.long.as.people.make.them.when.nobody.stops.them@students.example.edu"),
];

/// Ids that are words in the keys of the application.
const WORDS: [(&str, &str); 3] = [("ast", "asterisk"), ("run", "runner"), ("shares", "sharer")];

/// Users who are not in the map, and a group: parts of ids, and ids with something more.
pub const STRANGERS: [&str; 9] = [
    "turing2",
    "bob",
    "turin",
    "lovelaa1x",
    "ada.lovelace@example.edu.au",
    "Group_1",
    "alicia+1@example.edu",
    "TURING",
    "MathLab_6f",
];

pub fn pairs(rng: &mut Rng, size: &Size) -> Vec<(String, String)> {
    let owned = |(old, new): (&str, &str)| (old.to_owned(), new.to_owned());
    let mut all: Vec<(String, String)> = HOSTILE.into_iter().map(owned).collect();
    rng.shuffle(&mut all);
    if size.words {
        all.splice(0..0, WORDS.into_iter().map(owned));
    }
    let more = (0..size.users.saturating_sub(all.len()))
        .map(|n| (format!("person.{n}@example.edu"), format!("p{n:06}")));
    all.extend(more);
    all.truncate(size.users);
    if size.identity {
        all.iter_mut().for_each(|(old, new)| new.clone_from(old));
    }
    all
}

/// Whose row it is, before and after the migration.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// The id where it is rewritten.
    pub id: &'a str,
    /// The id where it stays.
    pub was: &'a str,
    /// The id that there will be.
    pub new: &'a str,
    /// Somebody else whom the row names, where that is rewritten.
    pub other: &'a str,
    /// Where that stays.
    pub other_was: &'a str,
    pub other_new: &'a str,
    /// What only this row has.
    pub unique: &'a str,
    /// Which of the shapes of the table it has.
    pub shape: usize,
}

impl<'a> Person<'a> {
    pub fn listed(
        pair: &'a (String, String),
        other: &'a (String, String),
        unique: &'a str,
        shape: usize,
    ) -> Self {
        Self {
            id: &pair.0,
            was: &pair.0,
            new: &pair.1,
            other: &other.0,
            other_was: &other.0,
            other_new: &other.1,
            unique,
            shape,
        }
    }

    pub fn stranger(id: &'a str, other: &'a str, unique: &'a str, shape: usize) -> Self {
        let other_new = other;
        Self { id, was: id, new: id, other, other_was: other, other_new, unique, shape }
    }

    /// The same person when all is done.
    pub fn after(&self) -> Self {
        Self { id: self.new, other: self.other_new, ..*self }
    }

    pub fn is_renamed(&self) -> bool {
        self.was != self.new
    }

    /// Whether the row is one from before.
    pub fn is_before(&self) -> bool {
        self.id == self.was
    }
}
