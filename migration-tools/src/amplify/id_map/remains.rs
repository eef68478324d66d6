//! What of a map records still tell once it is done.

use std::collections::HashSet;

use super::check;
use super::map::{IdMap, Rules};
use super::problem::Problems;

impl IdMap {
    /// The part of this map that must not be found in any record once all of its phases are done: ids
    /// that nobody has got, and temporary ones. All of it, where it has no chains.
    ///
    /// An id that is another's new one says nothing: a record under it may be of whoever got it.
    ///
    /// ```
    /// use migration_tools::amplify::id_map::{IdMap, Rules};
    ///
    /// let rules = Rules { allow_chains: true, ..Rules::default() };
    /// let map = IdMap::from_pairs([("a", "b"), ("b", "c"), ("x", "y")], &rules)?;
    /// let remains = map.remains();
    /// assert_eq!(remains.pairs().map(|pair| pair.old).collect::<Vec<_>>(), ["a", "x"]);
    /// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
    /// ```
    #[must_use]
    pub fn remains(&self) -> Self {
        let got: HashSet<u32> = self
            .pairs()
            .filter(|pair| !pair.is_identity())
            .filter_map(|pair| check::chained(self, pair))
            .map(|other| other.line)
            .collect();
        let mut map = Self::empty(&Rules::default());
        map.idp_prefix.clone_from(&self.idp_prefix);
        self.pairs().filter(|pair| !got.contains(&pair.line)).for_each(|pair| map.add(pair));
        for phase in self.phases() {
            let renamed = phase.map().pairs().filter(|pair| !pair.is_identity());
            // What no line has is temporary.
            renamed.filter(|pair| self.get(pair.old).is_none()).for_each(|pair| map.add(pair));
        }
        let rules = Rules { allow_chains: true, ..Rules::default() };
        check::together(&mut map, &rules, &mut Problems::default());
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remaining(pairs: &[(&str, &str)]) -> (Vec<String>, usize) {
        let rules = Rules { allow_chains: true, ..Rules::default() };
        let map = IdMap::from_pairs(pairs.iter().copied(), &rules).unwrap();
        let remains = map.remains();
        let is_known = |old: &str| pairs.iter().any(|(known, _)| *known == old);
        let known = remains.pairs().filter(|pair| is_known(pair.old));
        let temporary = remains.pairs().filter(|pair| !is_known(pair.old)).count();
        assert_eq!(remains.chains(), 0);
        (known.map(|pair| pair.old.to_owned()).collect(), temporary)
    }

    #[test]
    fn what_somebody_has_got_says_nothing() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(remaining(&[("a", "b"), ("c", "c")]), (ids(&["a", "c"]), 0));
        assert_eq!(remaining(&[("b", "c"), ("a", "b")]), (ids(&["a"]), 0));
        assert_eq!(remaining(&[("a", "b"), ("b", "a"), ("x", "y")]), (ids(&["x"]), 1));
        // More than there are phases for: all by temporary ids.
        let names: Vec<String> = (0..12).map(|n| format!("id-{n}")).collect();
        let long: Vec<(&str, &str)> =
            names.windows(2).map(|two| (two[0].as_str(), two[1].as_str())).collect();
        assert_eq!(remaining(&long), (ids(&["id-0"]), 10));
    }
}
