//! The page shows what is in the input, nothing in it escapes into markup, and it works in a browser
//! without network, mouse or light.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "report/browser.rs"]
mod browser;
#[path = "report/in_browser.rs"]
mod in_browser;
#[path = "report/looks.rs"]
mod looks;
#[path = "report/page.rs"]
mod page;
#[path = "report/pipe.rs"]
mod pipe;
#[path = "report/sample.rs"]
mod sample;
