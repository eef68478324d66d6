//! Patterns mean exactly the texts that IAM says they do, and policies allow exactly what IAM allows.

#[path = "evaluate/patterns.rs"]
mod patterns;
