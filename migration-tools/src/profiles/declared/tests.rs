use aws_sdk_dynamodb::types::AttributeValue::{self, Bool, L, M, N, S};
use proptest::prelude::*;

use super::super::{Profile, Registry};
use super::{DeclaredError, declared};

const NOW: &str = "2026-11-21T10:00:00.000Z";

fn steps(steps: &str) -> String {
    format!("[[migration]]\nfrom = 1\nto = 2\ndescription = \"d\"\nsteps = [\n{steps}\n]\n")
}

fn errors(text: &str) -> DeclaredError {
    declared(text).err().unwrap_or_else(|| panic!("nothing is wrong with\n{text}"))
}

/// What becomes of a profile with these fields, by these steps; without the version.
fn after(
    own: &str,
    fields: &[(&str, AttributeValue)],
) -> Result<Profile, super::super::MigrationError> {
    let registry = Registry::new(declared(&steps(own)).unwrap()).unwrap();
    let mut profile = Profile::default();
    for (path, value) in fields {
        profile.set(*path, value.clone()).unwrap();
    }
    let mut done = registry.applied(profile, NOW)?;
    done.remove("version");
    Ok(done)
}

fn text(text: &str) -> AttributeValue {
    S(text.to_owned())
}

#[track_caller]
fn becomes(own: &str, before: &[(&str, AttributeValue)], then: &[(&str, AttributeValue)]) {
    let mut expected = Profile::default();
    for (path, value) in then {
        expected.set(*path, value.clone()).unwrap();
    }
    let done = after(own, before).unwrap();
    assert!(done == expected, "{own}: {:?}", done.item());
}

#[test]
fn every_step_does_what_it_says() {
    let add = r#"{ add = "a.b", copy = "c", default = "d" }"#;
    becomes(add, &[], &[("a.b", text("d"))]);
    becomes(add, &[("c", text("x"))], &[("c", text("x")), ("a.b", text("x"))]);
    becomes(add, &[("c", text(""))], &[("c", text("")), ("a.b", text("d"))]);
    becomes(add, &[("a.b", text("y"))], &[("a.b", text("y"))]);
    becomes(r#"{ add = "a", now = true }"#, &[], &[("a", text(NOW))]);
    becomes(r#"{ add = "a", copy = "c" }"#, &[], &[]);
    let dotted = after(r#"{ add = ["a.b", "c"], default = true }"#, &[]).unwrap();
    assert_eq!(dotted.get(["a.b", "c"]), Some(&Bool(true)));
    assert_eq!(dotted.get("a.b.c"), None);
}

#[test]
fn fields_move_and_go() {
    let one = text("1");
    let rename = r#"{ rename = "a.b", to = "c" }"#;
    becomes(rename, &[("a.b", one.clone())], &[("a.c", one.clone())]);
    let into = r#"{ move = "a", to = "m.n.a" }, { move = "m.n.a", to = "b" }, { remove = "m" }"#;
    becomes(into, &[("a", one.clone())], &[("b", one.clone())]);
    becomes(r#"{ remove = "a.b" }"#, &[("a.c", one.clone())], &[("a.c", one.clone())]);
    let taken = after(rename, &[("a.b", one.clone()), ("a.c", text("2"))]).unwrap_err();
    assert!(taken.to_string().contains("`a.c` has another value"), "{taken}");
    let flat = after(rename, &[("a", one)]).unwrap();
    assert_eq!(flat.text("a"), Some("1"));
}

#[test]
fn a_table_of_values_is_looked_up() {
    let own = r#"{ set = "tier", by = "plan", table = { free = "basic", "1" = 10, true = [1.50, { x = false }] } }"#;
    becomes(own, &[("plan", text("free"))], &[("plan", text("free")), ("tier", text("basic"))]);
    let ten = N("10".into());
    becomes(own, &[("plan", N("1.0".into()))], &[("plan", N("1.0".into())), ("tier", ten)]);
    let list = L(vec![N("1.5".into()), M([("x".to_owned(), Bool(false))].into())]);
    becomes(own, &[("plan", Bool(true))], &[("plan", Bool(true)), ("tier", list)]);
    becomes(own, &[], &[]);
    let unknown = after(own, &[("plan", text("gold"))]).unwrap_err().to_string();
    assert!(unknown.contains("`plan`") && !unknown.contains("gold"), "{unknown}");
    let own = r#"{ set = "tier", by = "plan", table = { free = "basic" }, default = "other" }"#;
    becomes(own, &[("plan", text("gold"))], &[("plan", text("gold")), ("tier", text("other"))]);
    becomes(own, &[], &[("tier", text("other"))]);
}

#[test]
fn numbers_are_kept_digit_by_digit() {
    for (written, kept) in [
        ("9007199254740993", "9007199254740993"),
        ("0.1", "0.1"),
        ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
        ("1_000", "1000"),
        ("0xff", "255"),
        ("-1e3", "-1000"),
    ] {
        let own = format!("{{ add = \"n\", default = {written} }}");
        becomes(&own, &[], &[("n", N(kept.to_owned()))]);
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, line, said) in [
        ("x = ", 1, ""),
        ("", 1, "there is no migration"),
        ("migration = []", 1, "there is no migration"),
        ("[migration]\nfrom = 1", 1, "write [[migration]]"),
        ("[[migrations]]\nfrom = 1", 1, "`migrations` means nothing"),
        ("[[migration]]\nfrom = 1\nto = 2\ndescription = \"d\"", 1, "names no field"),
        ("[[migration]]\nfrom = 1\nto = 2\ndescription = \"d\"\nsteps = []", 5, "names no field"),
        ("[[migration]]\nfrom = 1\nto = 2\nsteps = [{ remove = \"a\" }]", 1, "no `description`"),
        ("[[migration]]\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"a\" }]", 1, "`from`"),
        (
            "[[migration]]\nfrom = \"1\"\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"a\" }]",
            2,
            "whole number",
        ),
        (
            "[[migration]]\nfrom = 1.5\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"a\" }]",
            2,
            "whole number",
        ),
        (
            "[[migration]]\nfrom = -1\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"a\" }]",
            2,
            "whole number",
        ),
        (
            "[[migration]]\nfrom = 0\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"a\" }]",
            2,
            "whole number",
        ),
        (
            "[[migration]]\nFrom = 1\nfrom = 1\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"a\" }]",
            2,
            "`From` means nothing",
        ),
    ] {
        let errors = errors(text);
        let found = errors.0.iter().any(|one| one.line == line && one.what.contains(said));
        assert!(found, "{text}\n{errors}");
    }
    for (own, said) in [
        ("{ default = 1 }", "names no field"),
        ("\"add\"", "a step is one of"),
        ("{ add = \"\", default = 1 }", "`add` names no field"),
        ("{ add = \"a..b\", default = 1 }", "`add` names no field"),
        ("{ add = [], default = 1 }", "`add` names no field"),
        ("{ add = 7, default = 1 }", "`add` names no field"),
        ("{ add = \"a\" }", "needs a value"),
        ("{ add = \"a\", default = 1, now = true }", "two values"),
        ("{ add = \"a\", now = false }", "`now` is `true`"),
        ("{ add = \"a\", default = nan }", "no such number"),
        ("{ add = \"a\", default = 1.23456789012345678901234567890123456789 }", "38 digits"),
        ("{ add = \"a\", default = 2026-11-21 }", "as text"),
        ("{ add = \"version\", default = 2 }", "`version` is set"),
        ("{ move = \"a\", to = \"version\" }", "`version` is set"),
        ("{ rename = \"a\", to = \"version\" }", "`version` is set"),
        ("{ rename = \"a\", to = \"b.c\" }", "it is a `move`"),
        ("{ rename = \"a\" }", "needs `to`"),
        ("{ move = \"a\" }", "no `to`"),
        ("{ remove = \"a\", add = \"b\", default = 1 }", "two steps"),
        ("{ remove = \"a\", to = \"b\" }", "`to` means nothing"),
        ("{ set = \"a\", by = \"b\" }", "needs a `table`"),
        ("{ set = \"a\", by = \"b\", table = {} }", "a value for each value"),
        ("{ set = \"a\", table = { x = 1 } }", "no `by`"),
    ] {
        let errors = errors(&steps(own));
        let found = errors.0.iter().any(|one| one.line == 6 && one.what.contains(said));
        assert!(found, "{own}\n{errors}");
    }
    let all = errors("[[migration]]\nfrom = 0\nto = 'x'\nname = 'd'\nsteps = [{}, {add = 'a'}]");
    assert_eq!(all.0.len(), 6, "{all}");
    let second = errors("# é\n[[migration]]\n  é = 1");
    assert!(
        second.to_string().contains("line 3, column 3") || second.to_string().contains("line 3"),
        "{second}"
    );
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,80}") {
        let _ = declared(&text);
    }

    #[test]
    fn no_step_panics(step in "[a-z={}\"., \\[\\]0-9]{0,60}") {
        let _ = declared(&steps(&step));
    }
}
