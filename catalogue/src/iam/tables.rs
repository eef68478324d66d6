//! The operations, as the committed tables have them.
//!
//! They are read as text and not through `ops-enums`: that crate does not compile while a new
//! operation has no needs, and this is what gives it some.

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) name: String,
    /// A variant of `ops_enums::Resource`.
    pub(crate) kind: String,
}

/// The operations of a table.
pub(crate) fn operations(text: &str) -> Vec<Operation> {
    text.lines()
        .filter_map(|line| {
            let row = line.trim().strip_suffix(';')?;
            let (name, facts) = row.split_once(": ")?;
            let kind = facts.split(", ").nth(1)?;
            Some(Operation { name: name.to_owned(), kind: kind.to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ENUMS;

    #[test]
    fn rows_are_read_and_nothing_else() {
        let text = r#"
            use crate::Target;
            operations! {
                /// The operations of Amazon SQS: all; of them.
                SQSOperation, "sqs" {
                    ListQueues: SQS, Account, Target::None, Some("list_queues");
                }
            }"#;
        let expected = Operation { name: "ListQueues".to_owned(), kind: "Account".to_owned() };
        assert_eq!(operations(text), [expected]);
    }

    #[test]
    fn the_committed_tables_are_read_whole() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops-enums/src");
        for table in ENUMS {
            let text = std::fs::read_to_string(folder.join("operations").join(table.file)).unwrap();
            let rows = text.lines().filter(|line| line.contains(", Target::")).count();
            assert_eq!(operations(&text).len(), rows, "{}", table.name);
            assert!(rows > 0);
        }
    }
}
