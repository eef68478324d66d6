//! Moves the live data of an Amplify deployment without losing a row.

pub mod amplify;
