//! One self-contained page about what is declared, what it needs and how fresh the data is.
//!
//! The page needs no network and no server: style, script and data are in it, and its Content
//! Security Policy lets nothing else run or load. Names and values come from outside; they are in
//! the page as JSON in a data block that they cannot leave, and the script only ever makes text of
//! them.

mod assets;
mod count;
mod data;
mod escape;
mod findings;
mod links;
mod matrix;

use crate::audit::AuditReport;
use crate::model::{Day, Inventory};
use crate::needs::Needed;

/// What the page is about.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Heading of the page.
    pub title: &'a str,
    /// Where the data came from, in one line: `table service-variables in eu-west-1`.
    pub source: &'a str,
    /// What is declared and observed.
    pub inventory: &'a Inventory,
    /// What all of `inventory` needs together.
    pub needed: &'a Needed,
    /// What an audit of existing policies found; `None` where none was made, which the page says.
    pub audit: Option<&'a AuditReport>,
    /// Newest day in the data, from which ages are counted; see [`newest_day`]. `None` where the
    /// source has no days: then the page says that ages are not known.
    pub newest: Option<&'a str>,
}

/// The page, as UTF-8 text of one HTML file.
///
/// Pure: the same input gives the same bytes, on any day. Of 10,000 usages the page has about
/// 10 MB and stays usable.
#[must_use]
pub fn html(input: &Input<'_>) -> String {
    let data = data::build(input);
    let summary = escape::rows(&count::lines(&data["counts"], input.newest));
    assets::fill(|name| match name {
        "title" => escape::html(input.title),
        "source" => escape::html(input.source),
        "fresh" => escape::html(&count::freshness(input.newest)),
        "summary" => summary.clone(),
        "data" => escape::data_block(&data),
        _ => String::new(),
    })
}

/// The newest day that anything in the inventory was seen on; `None` where it has no days. Texts
/// that are no days such as `2026-11-21` do not count.
#[must_use]
pub fn newest_day(inventory: &Inventory) -> Option<&str> {
    let days = inventory.usages.iter().flat_map(|usage| {
        let texts =
            [&usage.values, &usage.sources, &usage.declared_at, &usage.versions, &usage.regions];
        let of_texts = texts.into_iter().flat_map(|seen| seen.values());
        let of_uses = usage.declared.values().chain(usage.observed.values());
        of_texts.chain(of_uses).chain([&usage.last_seen]).filter_map(Option::as_ref)
    });
    days.filter(|day| crate::day::number(day).is_some()).max().map(Day::as_str)
}
