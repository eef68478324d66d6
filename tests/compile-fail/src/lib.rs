//! Compile-time behaviour of `#[required_env_vars]`: `tests/ui/fail` has one case for each message
//! and `tests/shapes` has the allowed shapes.
