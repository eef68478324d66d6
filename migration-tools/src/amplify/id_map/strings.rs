//! Rewriting the ids in a text: once, with the whole map, and never a part of a longer id.
//!
//! Each function gives `None` where the text stays as it is: no old id in it, or identities only.

use super::map::IdMap;

impl IdMap {
    /// The new id for a text that is an old one.
    #[must_use]
    pub fn whole(&self, text: &str) -> Option<String> {
        self.get(text).filter(|pair| !pair.is_identity()).map(|pair| pair.new.to_owned())
    }

    /// For `{id}{mark}rest`, where the mark starts with `#` or `/`: the text with the new id. No id has
    /// one of these characters, so the id ends at the first one.
    ///
    /// ```
    /// use migration_tools::amplify::id_map::{IdMap, Rules};
    ///
    /// let map = IdMap::from_pairs([("turing", "turinga1")], &Rules::default())?;
    /// assert_eq!(map.up_to("turing#2025-02", "#").as_deref(), Some("turinga1#2025-02"));
    /// assert_eq!(map.up_to("turinga1#2025-02", "#"), None);
    /// assert_eq!(map.up_to("turing/thr/1", "/run/"), None);
    /// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
    /// ```
    #[must_use]
    pub fn up_to(&self, text: &str, mark: &str) -> Option<String> {
        let end = text.find(mark.chars().next()?)?;
        let (id, rest) = text.split_at(end);
        if !rest.starts_with(mark) {
            return None;
        }
        Some(self.whole(id)? + rest)
    }

    /// For a path: the text with the new id in the first `among` segments between `/` that are an old
    /// one.
    #[must_use]
    pub fn segments(&self, path: &str, among: usize) -> Option<String> {
        let mut changed = false;
        let renamed = path.split('/').enumerate().map(|(at, segment)| {
            let new = if at < among { self.whole(segment) } else { None };
            changed |= new.is_some();
            new.unwrap_or_else(|| segment.to_owned())
        });
        let renamed: Vec<String> = renamed.collect();
        changed.then(|| renamed.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{IdMap, Rules};

    fn map(pairs: &[(&str, &str)]) -> IdMap {
        IdMap::from_pairs(pairs.iter().copied(), &Rules::default()).unwrap()
    }

    #[test]
    fn only_a_complete_id_is_rewritten() {
        let map = map(&[("al", "turinga1"), ("same", "same"), ("turing", "turinga2")]);
        for (text, whole, hash, segments) in [
            ("al", Some("turinga1"), None, Some("turinga1")),
            ("al#x#al", None, Some("turinga1#x#al"), None),
            ("al/al/al", None, None, Some("turinga1/turinga1/al")),
            ("alice#x", None, None, None),
            ("nobody/alice/2025/al-1.json", None, None, None),
            ("same#x", None, None, None),
            ("turinga2#x", None, None, None),
            ("AL", None, None, None),
            ("", None, None, None),
        ] {
            assert_eq!(map.whole(text).as_deref(), whole, "{text}");
            assert_eq!(map.up_to(text, "#").as_deref(), hash, "{text}");
            assert_eq!(map.segments(text, 2).as_deref(), segments, "{text}");
        }
    }

    #[test]
    fn a_mark_must_stand_right_behind_the_id() {
        let map = map(&[("al", "turinga1")]);
        assert_eq!(map.up_to("al/thr/1", "/thr/").as_deref(), Some("turinga1/thr/1"));
        assert_eq!(map.up_to("al/x/thr/1", "/thr/"), None);
        assert_eq!(map.up_to("al#1/thr/", "/"), None, "`al#1` is no id");
    }
}
