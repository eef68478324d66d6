//! Which lines of a service file belong to its own variables, and which to imported ones.
//!
//! The sections are comments: `# Locally Defined Variables` and `# Imported Variables`, at any
//! indentation. A section ends at the next of the two; the caller takes only what is an entry of
//! `provider.environment`, so that nothing behind that map, and no environment of a single function,
//! is ever in one.

use documents::Comment;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Variables that the service defines, and that are published.
    Local,
    /// Variables that it reads from Parameter Store.
    Imported,
}

const LOCAL: &str = "Locally Defined Variables";
const IMPORTED: &str = "Imported Variables";

/// The sections of one file.
#[derive(Clone, Debug, Default)]
pub struct Sections(Vec<(usize, Section)>);

impl Sections {
    /// Finds the markers among the comments, which are in the order of their lines.
    #[must_use]
    pub fn of(comments: &[Comment]) -> Self {
        let section = |comment: &Comment| {
            // `## Imported Variables ##` is one too.
            let text = comment.text.trim_start_matches(['#', ' ', '\t']);
            if text.starts_with(LOCAL) {
                Some((comment.line, Section::Local))
            } else if text.starts_with(IMPORTED) {
                Some((comment.line, Section::Imported))
            } else {
                None
            }
        };
        Self(comments.iter().filter_map(section).collect())
    }

    /// The section that a line is in.
    #[must_use]
    pub fn at(&self, line: usize) -> Option<Section> {
        let before = self.0.iter().take_while(|(marker, _)| *marker < line);
        before.last().map(|(_, section)| *section)
    }

    /// The lines that start a section of local variables.
    pub fn local(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter(|(_, section)| *section == Section::Local).map(|(line, _)| *line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(line: usize, text: &str) -> Comment {
        Comment { line, text: text.to_owned() }
    }

    #[test]
    fn a_section_reaches_to_the_next_marker_and_other_comments_do_not_end_it() {
        let sections = Sections::of(&[
            comment(3, "Locally Defined Variables"),
            comment(5, "OLD_TABLE: ${self:custom.stageVariables.X}"),
            comment(6, ""),
            comment(9, "Imported Variables from Parameter Store"),
            comment(12, "see the Imported Variables above"),
            comment(20, "# Locally Defined Variables (more)"),
        ]);
        let at = |line| sections.at(line);
        assert_eq!((at(2), at(3)), (None, None));
        assert_eq!((at(4), at(8)), (Some(Section::Local), Some(Section::Local)));
        assert_eq!((at(10), at(19)), (Some(Section::Imported), Some(Section::Imported)));
        assert_eq!(at(21), Some(Section::Local));
        assert_eq!(sections.local().collect::<Vec<_>>(), [3, 20]);
    }
}
