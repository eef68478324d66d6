//! The id map, if there is one yet.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::Path;

use crate::amplify::id_map::{IdMap, MapError, Rules};

/// The file with the id map.
#[derive(Clone, PartialEq, Eq)]
pub enum CsvFile {
    /// There is none.
    Missing,
    /// It cannot be used; why, by lines and without ids.
    Bad(String),
    /// It can be used.
    Good {
        /// How many users it has.
        users: usize,
        /// How many of them get another id.
        renamed: usize,
        /// How many new ids are old ids of others.
        chains: usize,
    },
}

/// Numbers only.
impl fmt::Debug for CsvFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => out.write_str("Missing"),
            Self::Bad(_) => out.write_str("Bad"),
            Self::Good { users, renamed, .. } => write!(out, "Good({users}, {renamed} renamed)"),
        }
    }
}

/// Reads the file. Chains are counted, not refused: whether they are meant is said where it is migrated.
pub(super) fn read(path: &Path, idp_prefix: Option<String>) -> (CsvFile, Option<IdMap>) {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return (CsvFile::Missing, None),
        opened => opened.map_err(MapError::from),
    };
    let rules = Rules { allow_chains: true, idp_prefix, ..Rules::default() };
    match file.and_then(|file| IdMap::read(BufReader::new(file), &rules)) {
        Err(error) => (CsvFile::Bad(error.to_string()), None),
        Ok(map) => {
            let (users, renamed, chains) = (map.len(), map.renamed_users(), map.chains());
            (CsvFile::Good { users, renamed, chains }, Some(map))
        }
    }
}
