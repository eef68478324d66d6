//! The `iam-policies` command.
fn main() {}
