//! The order in which S3 lists keys: by their UTF-8 bytes, with everything up to a delimiter rolled
//! up into one common prefix.
//!
//! A walk costs what it yields, however many keys a common prefix hides.
//! Rules: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html>.

use std::collections::BTreeMap;
use std::ops::Bound;

/// Which part of a bucket is listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    prefix: &'a str,
    delimiter: Option<&'a str>,
    /// Where the last page ended.
    after: &'a str,
    /// Whether the key `after` itself is listed again: a page can end between its versions.
    again: bool,
}

/// One line of a listing.
#[derive(Debug, PartialEq)]
pub(super) enum Group<'a, V> {
    Key(&'a str, &'a V),
    CommonPrefix(&'a str),
}

impl<V> Group<'_, V> {
    /// The text by which lines are ordered, and from which a listing is continued.
    pub(super) fn name(&self) -> &str {
        match self {
            Group::Key(key, _) => key,
            Group::CommonPrefix(prefix) => prefix,
        }
    }
}

impl<'a> Scope<'a> {
    /// Everything below `prefix` that sorts after `after`; an empty delimiter is none.
    pub(super) fn new(
        prefix: Option<&'a str>,
        delimiter: Option<&'a str>,
        after: Option<&'a str>,
    ) -> Self {
        Scope {
            prefix: prefix.unwrap_or_default(),
            delimiter: delimiter.filter(|text| !text.is_empty()),
            after: after.unwrap_or_default(),
            again: false,
        }
    }

    /// The same, with the key `after` listed once more.
    pub(super) fn with_the_last_key_again(mut self) -> Self {
        self.again = true;
        self
    }

    fn start(&self) -> Bound<&'a str> {
        if self.after < self.prefix || self.after.is_empty() {
            Bound::Included(self.prefix)
        } else if self.again {
            Bound::Included(self.after)
        } else {
            Bound::Excluded(self.after)
        }
    }

    /// The common prefix that hides `key`.
    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let tail = key.strip_prefix(self.prefix)?;
        let end = self.prefix.len() + tail.find(delimiter)? + delimiter.len();
        key.get(..end)
    }
}

/// Walks the keys of `map` in `scope`; a key that is not `live` is passed over.
pub(super) fn walk<'a, V>(
    map: &'a BTreeMap<String, V>,
    scope: Scope<'a>,
    live: impl Fn(&V) -> bool + 'a,
) -> impl Iterator<Item = Group<'a, V>> + 'a {
    let mut rest = Some(map.range::<str, _>((scope.start(), Bound::Unbounded)));
    std::iter::from_fn(move || {
        loop {
            let (key, value) = rest.as_mut()?.next()?;
            if !key.starts_with(scope.prefix) {
                return None;
            }
            if !live(value) {
                continue;
            }
            let Some(prefix) = scope.common_prefix(key) else {
                return Some(Group::Key(key, value));
            };
            rest = past(prefix).map(|next| {
                map.range::<str, _>((Bound::Included(next.as_str()), Bound::Unbounded))
            });
            if prefix > scope.after {
                return Some(Group::CommonPrefix(prefix));
            }
        }
    })
}

/// The first text that sorts after everything that starts with `prefix`, if there is one.
fn past(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // The range of `char` steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_map;
    use proptest::prelude::*;

    use super::*;

    /// What the page must hold, the slow way.
    fn expected(
        keys: &BTreeMap<String, bool>,
        prefix: &str,
        delimiter: &str,
        after: &str,
    ) -> Vec<String> {
        let mut names: Vec<String> = keys
            .iter()
            .filter(|(key, live)| **live && key.starts_with(prefix))
            .map(|(key, _)| match key[prefix.len()..].find(delimiter) {
                Some(at) if !delimiter.is_empty() => {
                    key[..prefix.len() + at + delimiter.len()].to_owned()
                }
                _ => key.clone(),
            })
            .filter(|name| name.as_str() > after)
            .collect();
        names.dedup();
        names
    }

    proptest! {
        #[test]
        fn pages_put_together_are_the_sorted_filtered_keys(
            keys in btree_map("[a-c/é\u{10ffff}\u{d7ff}]{1,6}", any::<bool>(), 0..40),
            prefix in "[a-c/\u{10ffff}]{0,2}",
            delimiter in prop_oneof![Just(""), Just("/"), Just("b/"), Just("\u{10ffff}")],
            start in "[a-c/]{0,3}",
            page in 1_usize..7,
        ) {
            let mut names = Vec::new();
            let mut after = start.clone();
            loop {
                let scope = Scope::new(Some(&prefix), Some(delimiter), Some(&after));
                let found: Vec<String> = walk(&keys, scope, |live| *live)
                    .take(page)
                    .map(|group| group.name().to_owned())
                    .collect();
                let Some(last) = found.last() else { break };
                after = last.clone();
                names.extend(found);
            }
            prop_assert_eq!(names, expected(&keys, &prefix, delimiter, &start));
        }
    }

    #[test]
    fn a_common_prefix_costs_one_step_whatever_it_hides() {
        let keys: BTreeMap<String, ()> =
            (0..50_000).map(|n| (format!("{}/{n}", n % 2), ())).collect();
        let looked_at = std::cell::Cell::new(0);
        let scope = Scope::new(None, Some("/"), None);
        let groups = walk(&keys, scope, |()| {
            looked_at.set(looked_at.get() + 1);
            true
        })
        .count();
        assert_eq!((groups, looked_at.get()), (2, 2));
    }
}
