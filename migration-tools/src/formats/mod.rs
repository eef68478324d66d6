//! The forms in which the application keeps data outside of tables, and how they become attributes.
//!
//! Everything here is pure and follows what the application's own Python and JavaScript do: what is
//! read is what they wrote, what is written is what they read.

pub mod decimals;
pub mod hash_key;
pub mod json;
pub mod lzw;
pub mod python_literal;
mod surrogates;
