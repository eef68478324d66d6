//! Every allowed shape of an annotated function, without a warning: the strictest lints a user may
//! have.

#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic)]
#![deny(missing_debug_implementations, unnameable_types, unused_qualifications)]
// Of a binary nothing is reachable.
#![allow(unreachable_pub)]

mod attributes;
// The example of the public contract, byte for byte.
#[allow(dead_code)]
#[rustfmt::skip]
mod contract;
mod custom_errors;
mod declared;
mod functions;
mod methods;
mod modules;
mod reexport;
mod without_handle;
