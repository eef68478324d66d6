//! Generated files and the committed ones: write, or compare.

use std::collections::HashSet;
use std::path::Path;

use crate::CatalogueError;

/// A generated file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Below `ops-enums/src`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The committed text; empty if there is none.
pub(crate) fn text(path: &Path) -> Result<String, CatalogueError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(CatalogueError::Read { path: path.to_owned(), source }),
    }
}

/// Writes the files below `folder`.
pub(crate) fn write(folder: &Path, files: &[File]) -> Result<(), CatalogueError> {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::write(&path, &file.text)
            .map_err(|source| CatalogueError::Write { path, source })?;
    }
    Ok(())
}

/// Whether the committed files are these; says what differs.
pub(crate) fn are_current(folder: &Path, files: &[File]) -> Result<bool, CatalogueError> {
    let mut current = true;
    for file in files {
        let path = folder.join(&file.path);
        let changes = changes(&text(&path)?, &file.text);
        if !changes.is_empty() {
            current = false;
            eprintln!("{}:", path.display());
            for change in &changes {
                eprintln!("  {change}");
            }
        }
    }
    Ok(current)
}

/// The lines that one text has and the other has not, marked `+` (to come) and `-` (to go).
fn changes(committed: &str, expected: &str) -> Vec<String> {
    let lines = |text| str::lines(text).collect::<HashSet<_>>();
    let (old, new) = (lines(committed), lines(expected));
    let gone = committed
        .lines()
        .filter(|line| !new.contains(line))
        .map(|line| format!("- {}", line.trim()));
    let come = expected
        .lines()
        .filter(|line| !old.contains(line))
        .map(|line| format!("+ {}", line.trim()));
    let mut changes: Vec<String> = gone.chain(come).collect();
    if changes.is_empty() && committed != expected {
        changes.push("the same lines in another order or number".to_owned());
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_name_what_comes_and_what_goes() {
        assert_eq!(changes("a\n  b\n", "a\n  c\n"), ["- b", "+ c"]);
        assert!(changes("a\n", "a\n").is_empty());
        assert_eq!(changes("a\nb\n", "b\na\n").len(), 1);
    }
}
