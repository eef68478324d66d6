//! What would make policies grant more than the committed needs do.
//!
//! The committed files are compared as text: a need is one line of them.

use std::collections::{BTreeMap, BTreeSet};

/// For each operation that both texts have, the needs that are new and either required or on a
/// resource the operation needed nothing of that kind on. What is needed of a new operation widens
/// nothing, nobody uses it yet.
pub(crate) fn widened(committed: &str, expected: &str) -> Vec<String> {
    let before = needs(committed);
    needs(expected)
        .into_iter()
        .filter_map(|(operation, needs)| Some((before.get(operation)?, operation, needs)))
        .flat_map(|(before, operation, needs)| {
            needs
                .into_iter()
                .filter(|need| !before.contains(need) && widens(before, need))
                .map(move |need| format!("{operation} {need}"))
        })
        .collect()
}

fn widens(before: &BTreeSet<&str>, need: &str) -> bool {
    let subject = subject(need);
    need.starts_with("required(") || !before.iter().any(|old| self::subject(old) == subject)
}

/// The action and the resource type: the first two arguments of a line.
fn subject(need: &str) -> Option<(&str, &str)> {
    let (_, arguments) = need.split_once('(')?;
    let mut arguments = arguments.split(", ");
    Some((arguments.next()?, arguments.next()?))
}

/// The lines of needs, by operation.
fn needs(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut all = BTreeMap::<&str, BTreeSet<&str>>::new();
    let mut operation = None;
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" [").filter(|(_, rest)| rest.len() < 2) {
            operation = Some(name);
            all.entry(name).or_default();
        } else if line == "]" {
            operation = None;
        } else if let Some(operation) = operation {
            all.entry(operation).or_default().insert(line);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(needs: &[&str]) -> String {
        let lines: String = needs.iter().map(|need| format!("            {need},\n")).collect();
        format!(
            "needs! {{\n    S3Operation {{\n        GetObject [\n{lines}        ]\n    }}\n}}\n"
        )
    }

    const GET: &str = "required(s3::GetObject, Some(s3::on::OBJECT), Variable)";
    const VERSION: &str =
        "option(s3::GetObjectVersion, Some(s3::on::OBJECT), Variable, \"a version id is given\")";

    #[test]
    fn more_of_what_is_required_or_on_is_widening() {
        let before = table(&[GET, VERSION]);
        for new in [
            "required(s3::GetObjectTagging, Some(s3::on::OBJECT), Variable)",
            "required(s3::GetObjectVersion, Some(s3::on::OBJECT), Variable)",
            "required(s3::GetObject, Some(s3::on::BUCKET), Variable)",
            "option(s3::GetObjectVersion, Some(s3::on::BUCKET), Variable, \"a version id is given\")",
            "option(s3::GetObjectAcl, Some(s3::on::OBJECT), Variable, \"so\")",
        ] {
            let widened = widened(&before, &table(&[GET, VERSION, new]));
            assert_eq!(widened, [format!("GetObject {new},")]);
        }
    }

    #[test]
    fn less_and_other_words_are_none() {
        let before = table(&[GET, VERSION]);
        assert!(widened(&before, &table(&[VERSION])).is_empty());
        let worded = VERSION.replace("a version id is given", "the call names a version");
        assert!(widened(&before, &table(&[GET, &worded])).is_empty());
        assert!(widened("", &before).is_empty());
    }

    #[test]
    fn an_operation_that_needed_nothing_is_widened_by_anything() {
        let before = "needs! {\n    S3Operation {\n        GetObject []\n    }\n}\n";
        assert_eq!(widened(before, &table(&[GET])).len(), 1);
    }
}
