//! What each mistake looks like. `TRYBUILD=overwrite cargo test -p compile-fail --test ui` rewrites
//! the expected messages: read them before they are committed.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}
