//! Needs as the Rust source that is committed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::needs::{Need, Needs, Tier};
use super::render_actions::{BEGIN, constant, module};
use super::tables::Operation;
use crate::committed::File;
use crate::operations::Enum;

/// The file of an enum, one line for each need. `assumed` are the operations of which some need is
/// not clearly documented.
pub(crate) fn file(
    table: &Enum,
    rows: &[(Operation, Needs)],
    assumed: &[&str],
    origin: &str,
) -> File {
    let Enum { name, title, .. } = table;
    let prefixes: BTreeSet<String> =
        rows.iter().filter_map(|(_, needs)| needs.as_ref().ok()).flatten().map(prefix).collect();
    let mut table_text = String::new();
    let mut without = String::new();
    for (Operation { name, .. }, needs) in rows {
        // Writing to a string cannot fail.
        match needs {
            Ok(needs) => {
                let lines: String =
                    needs.iter().map(|need| format!("            {},\n", line(need))).collect();
                let _ = write!(table_text, "        {name} [\n{lines}        ]\n");
            }
            Err(why) => {
                let _ = writeln!(table_text, "        {name} []");
                let _ = writeln!(without, "        {name}: {why:?};");
            }
        }
    }
    let imports: String = prefixes
        .iter()
        .map(|prefix| format!("use crate::iam::actions::{};\n", module(prefix)))
        .collect();
    let assumed: String = assumed
        .iter()
        .map(|name| format!("//! Partly assumed, not documented: `{name}`.\n"))
        .collect();
    let text = format!(
        "//! What the operations of {title} need.\n//!\n//! {BEGIN}\n//!\n//! {origin}\n{assumed}\n\
        {imports}use crate::iam::need::needs;\n\
        use crate::iam::need::table::*;\n\n\
        needs! {{\n    {name} {{\n{table_text}    }}\n    without {{\n{without}    }}\n}}\n"
    );
    File { path: format!("iam/needs/{}", table.file), text }
}

fn prefix(need: &Need) -> String {
    need.action.split(':').next().unwrap_or_default().to_owned()
}

fn line(need: &Need) -> String {
    let (prefix, name) = need.action.split_once(':').unwrap_or_default();
    let module = module(prefix);
    let resource = match &need.resource {
        Some(kind) => format!("Some({module}::on::{})", constant(kind)),
        None => "None".to_owned(),
    };
    let holder = match &need.other {
        Some(which) => format!("Other({which:?})"),
        None => "Variable".to_owned(),
    };
    let what = format!("{module}::{name}, {resource}, {holder}");
    match &need.tier {
        Tier::Required => format!("required({what})"),
        Tier::Option { when } => format!("option({what}, {when:?})"),
        Tier::Forwarded { via, when } => format!("forwarded({what}, {via:?}, {when:?})"),
        Tier::PassRole { to, when } => format!("pass_role({what}, {to:?}, {when:?})"),
    }
}

/// The list of the enums' files.
pub(crate) fn list(tables: &[Enum]) -> File {
    let mut modules: Vec<&str> =
        tables.iter().map(|table| table.file.trim_end_matches(".rs")).collect();
    modules.sort_unstable();
    let lines: String = modules.iter().map(|module| format!("mod {module};\n")).collect();
    let text = format!("//! What each operation needs.\n//!\n//! {BEGIN}\n\n{lines}");
    File { path: "iam/needs/mod.rs".to_owned(), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_is_a_line() {
        let need = |tier| Need {
            action: "cognito-idp:TagResource".to_owned(),
            resource: Some("userpool".to_owned()),
            other: None,
            tier,
        };
        let when = "tags are given".to_owned();
        for (need, expected) in [
            (
                need(Tier::Required),
                "required(cognito_idp::TagResource, Some(cognito_idp::on::USERPOOL), Variable)",
            ),
            (
                Need { resource: None, ..need(Tier::Option { when: when.clone() }) },
                "option(cognito_idp::TagResource, None, Variable, \"tags are given\")",
            ),
            (
                Need {
                    other: Some("the pool".to_owned()),
                    ..need(Tier::PassRole { to: "x.amazonaws.com".to_owned(), when: None })
                },
                "pass_role(cognito_idp::TagResource, Some(cognito_idp::on::USERPOOL), \
                Other(\"the pool\"), \"x.amazonaws.com\", None)",
            ),
        ] {
            assert_eq!(line(&need), expected);
        }
    }
}
