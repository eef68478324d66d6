//! What is wrong with an id map, in words and by lines.

use std::fmt;

/// How many problems of a file are told; the rest are counted.
pub const MAX_SHOWN: usize = 50;

/// One of the two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `old_id`.
    Old,
    /// `new_id`.
    New,
}

/// Why an id map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// Reading failed.
    #[error("the id map cannot be read: {0}; check the file and the disk")]
    Read(#[from] std::io::Error),
    /// The first line does not name the two columns.
    #[error(
        "line {line} of the id map must name the columns `old_id` and `new_id`, and {found}; write \
         `old_id,new_id` there, and save the file as CSV with commas in UTF-8"
    )]
    Header {
        /// The first line that is not empty.
        line: u32,
        /// What is there instead, without its content.
        found: String,
    },
    /// There are no users in it.
    #[error("the id map has no users; write one line `old_id,new_id` for each")]
    NoUsers,
    /// There are lines that cannot be followed.
    #[error("{0}")]
    Invalid(Problems),
}

/// The problems of a file, all found in one reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// The first [`MAX_SHOWN`], by line.
    pub shown: Vec<Problem>,
    /// How many there are.
    pub total: usize,
}

/// A line that cannot be followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong with it.
    pub what: What,
    /// The id it is about.
    pub(super) id: Option<String>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It has bytes that are not UTF-8.
    NotUtf8,
    /// It has another number of values than there are columns.
    Values {
        /// How many it has.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
    /// It is longer than any two ids can be, or a quotation mark in it is never closed.
    Unclosed,
    /// One id of the two is missing.
    Empty(Column),
    /// The id has a character that no id may have, because keys are split there or nobody sees it.
    Character(Column, char),
    /// The id is longer than a key of DynamoDB may be.
    TooLong(Column),
    /// The id is a word that the application uses for nobody.
    Reserved(Column),
    /// The old id is also that of another line.
    DuplicateOld(u32),
    /// The new id is also that of another line.
    DuplicateNew(u32),
    /// The new id is the old id of another line, maybe only as keys of user storage hold it.
    Chain(u32),
    /// Keys of user storage would not tell this id from that of another line.
    SameSanitised(Column, u32),
    /// It differs from the id of another line in upper and lower case only.
    SameButForCase(Column, u32),
    /// With the identity provider's prefix before it, it is the old id of another line.
    SamePrefixed(u32),
    /// It is the identity provider's prefix before an id of this or another line: keys of user storage
    /// would not tell the two apart.
    NewPrefixed(u32),
}

impl Problems {
    pub(super) fn add(&mut self, line: u32, what: What, id: Option<&str>) {
        self.total += 1;
        if self.shown.len() < MAX_SHOWN {
            self.shown.push(Problem { line, what, id: id.map(str::to_owned) });
        }
    }

    /// As `Display`, with the ids: for the operator's own terminal, never for a log.
    #[must_use]
    pub fn with_ids(&self) -> String {
        self.text(Problem::with_ids)
    }

    fn text(&self, each: impl Fn(&Problem) -> String) -> String {
        let lines = self.shown.iter().map(|problem| format!("\n  {}", each(problem)));
        let more = match self.total - self.shown.len() {
            0 => String::new(),
            more => format!("\n  and {more} more"),
        };
        let total = match self.total {
            1 => "1 problem".to_owned(),
            many => format!("{many} problems"),
        };
        format!("the id map has {total}, nothing was done:{}{more}", lines.collect::<String>())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text(Problem::to_string))
    }
}

impl Problem {
    /// As `Display`, with the id it is about: for the operator's own terminal, never for a log.
    #[must_use]
    pub fn with_ids(&self) -> String {
        match &self.id {
            Some(id) => format!("line {} (`{}`): {}", self.line, id.escape_debug(), self.what),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.what)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Problem({self})")
    }
}

impl What {
    /// The other line that it is about.
    #[must_use]
    pub fn other_line(&self) -> Option<u32> {
        match self {
            Self::DuplicateOld(line)
            | Self::DuplicateNew(line)
            | Self::Chain(line)
            | Self::SameSanitised(_, line)
            | Self::SameButForCase(_, line)
            | Self::SamePrefixed(line)
            | Self::NewPrefixed(line) => Some(*line),
            _ => None,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Old => "`old_id`",
            Self::New => "`new_id`",
        })
    }
}

impl fmt::Display for What {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => write!(out, "it is not UTF-8; save the file in UTF-8"),
            Self::Values { found, expected } => write!(
                out,
                "it has {found} values for {expected} columns; put values with commas in quotation \
                 marks"
            ),
            Self::Unclosed => {
                write!(out, "it never ends; close its quotation mark, the rest was not read")
            }
            Self::Empty(column) => {
                write!(out, "its {column} is empty; fill it in or drop the line")
            }
            Self::Character(column, c) => write!(
                out,
                "its {column} has the character `{}`, which no id may have; correct it",
                c.escape_debug()
            ),
            Self::TooLong(column) => write!(
                out,
                "its {column} has more than {} bytes, too many for a key; shorten it",
                super::MAX_ID_BYTES
            ),
            Self::Reserved(column) => write!(
                out,
                "its {column} is a word that the application uses for nobody; drop the line"
            ),
            Self::DuplicateOld(line) => {
                write!(out, "its `old_id` is also that of line {line}; keep one of them")
            }
            Self::DuplicateNew(line) => write!(
                out,
                "its `new_id` is also that of line {line}, which would make one user of two; give \
                 each another one"
            ),
            Self::Chain(line) => write!(
                out,
                "its `new_id` is the `old_id` of line {line}; rename in two runs, or pass \
                 --allow-chains"
            ),
            Self::SameSanitised(column, line) => write!(
                out,
                "keys of user storage hold its {column} as they hold that of line {line}; rename \
                 one of the two in the application, or migrate it by hand"
            ),
            Self::SameButForCase(column, line) => write!(
                out,
                "its {column} differs from that of line {line} in upper and lower case only; find \
                 out which one is in use, and drop the other"
            ),
            Self::SamePrefixed(line) => write!(
                out,
                "with the identity provider's prefix its `old_id` is that of line {line}; migrate \
                 the two in two runs"
            ),
            Self::NewPrefixed(line) => write!(
                out,
                "with the identity provider's prefix, its `new_id` and an id of line {line} are one \
                 in keys of user storage; give this user another new id"
            ),
        }
    }
}
