//! Maps with chains and swaps, taken apart into maps without.
//!
//! A record that holds an id which is both an old and a new one does not tell whether it was renamed
//! already: a run that was killed could rename it twice when it goes on. Phases have no such ids. Each
//! is a map of its own that is done completely, in all tables, before the next one begins, and together
//! they rename everybody once.
//!
//! Of `a -> b -> c`, first `b` becomes `c`, then `a` becomes `b`. A circle is opened by a temporary id:
//! of `a -> b -> a`, `a` becomes the temporary one, `b` becomes `a`, the temporary one becomes `b`. Each
//! phase reads all tables; where it would take more than [`MAX_PHASES`], ids go by temporary ones, which
//! takes two.

use std::collections::HashMap;
use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::check;
use super::map::{IdMap, Rules};
use super::pairs::Pair;
use super::problem::Problems;

/// Most phases of a map.
pub const MAX_PHASES: usize = 8;
/// Of temporary ids: another namespace would give other ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x7c1f_0d5a_2e64_5b0f_9a3b_61c7_f0a4_8d25);

/// A part of a map that has no chains, to be done before the next one.
#[derive(Debug)]
pub struct Phase<'m> {
    map: Part<'m>,
    temporary: usize,
}

/// A map without chains is its own only phase; it is not copied.
enum Part<'m> {
    Whole(&'m IdMap),
    Own(Box<IdMap>),
}

/// What a phase does with a pair.
#[derive(Clone, Copy)]
enum Step {
    /// The old id becomes the new one.
    Whole,
    /// The old id becomes a temporary one.
    Out,
    /// The temporary id becomes the new one.
    In,
}

impl Phase<'_> {
    /// Who is renamed in this phase, to what. Identities of the whole map are in every phase, and lines
    /// are those of the whole map.
    #[must_use]
    pub fn map(&self) -> &IdMap {
        match &self.map {
            Part::Whole(map) => map,
            Part::Own(map) => map,
        }
    }

    /// How many of its ids, old or new, are temporary.
    #[must_use]
    pub fn temporary(&self) -> usize {
        self.temporary
    }

    /// SHA-256 of its pairs, in the order of their old ids: the same for any order of the file, and for
    /// another file if and only if this phase does the same.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut pairs: Vec<Pair<'_>> = self.map().pairs().collect();
        pairs.sort_unstable_by_key(|pair| pair.old);
        digest(pairs.into_iter())
    }
}

impl IdMap {
    /// The phases of this map, in the order in which they are to be done: [`MAX_PHASES`] at most. One,
    /// which is the map itself, where it has no chains.
    ///
    /// They depend on the pairs alone, not on their order.
    ///
    /// ```
    /// use migration_tools::amplify::id_map::{IdMap, Rules};
    ///
    /// let rules = Rules { allow_chains: true, ..Rules::default() };
    /// let map = IdMap::from_pairs([("a", "b"), ("b", "c"), ("x", "y")], &rules)?;
    /// let phases = map.phases();
    /// assert_eq!(phases.len(), 2);
    /// assert_eq!(phases[0].map().whole("b").as_deref(), Some("c"));
    /// assert_eq!(phases[0].map().whole("x").as_deref(), Some("y"));
    /// assert_eq!(phases[1].map().whole("a").as_deref(), Some("b"));
    /// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
    /// ```
    #[must_use]
    pub fn phases(&self) -> Vec<Phase<'_>> {
        if self.chains() == 0 {
            return vec![Phase { map: Part::Whole(self), temporary: 0 }];
        }
        let mut phases: Vec<Vec<(u32, Step)>> = Vec::new();
        for path in self.paths() {
            for (phase, at, step) in path.steps() {
                if phases.len() <= phase {
                    phases.resize_with(phase + 1, Vec::new);
                }
                phases[phase].push((at, step));
            }
        }
        let identities = || self.pairs.iter().filter(|(_, pair)| pair.is_identity());
        phases
            .into_iter()
            .map(|mut steps| {
                steps.extend(identities().map(|(at, _)| (at, Step::Whole)));
                steps.sort_unstable_by_key(|(at, _)| *at);
                self.phase(&steps)
            })
            .collect()
    }

    /// SHA-256 of all pairs, in the order of the file: that this is the map of an earlier run.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(self.pairs())
    }

    /// SHA-256 of all pairs, in the order of their old ids: the same for any order of the file.
    #[must_use]
    pub fn digest_of_pairs(&self) -> [u8; 32] {
        let mut pairs: Vec<Pair<'_>> = self.pairs().collect();
        pairs.sort_unstable_by_key(|pair| pair.old);
        digest(pairs.into_iter())
    }

    /// Phases of this map that follow each other, as one map: with chains, as this one.
    #[must_use]
    pub fn composed(&self, phases: &[Phase<'_>]) -> Self {
        let mut ends: HashMap<&str, &str> = HashMap::new();
        // From the end: what an id becomes in a phase, and then in those after it. What it becomes only
        // for a while is nobody's id before.
        for phase in phases.iter().rev() {
            let renamed = phase.map().pairs().filter(|pair| !pair.is_identity());
            let steps: Vec<(&str, &str)> =
                renamed.map(|pair| (pair.old, ends.remove(pair.new).unwrap_or(pair.new))).collect();
            ends.extend(steps);
        }
        let mut map = Self::empty(&Rules::default());
        map.idp_prefix.clone_from(&self.idp_prefix);
        self.pairs().filter(Pair::is_identity).for_each(|pair| map.add(pair));
        for pair in phases.iter().flat_map(|phase| phase.map().pairs()) {
            if let Some(new) = ends.remove(pair.old) {
                map.add(Pair { new, ..pair });
            }
        }
        let rules = Rules { allow_chains: true, ..Rules::default() };
        check::together(&mut map, &rules, &mut Problems::default());
        map
    }

    fn phase(&self, steps: &[(u32, Step)]) -> Phase<'_> {
        let mut map = Self::empty(&Rules::default());
        map.idp_prefix.clone_from(&self.idp_prefix);
        let mut temporary = 0;
        for (at, step) in steps {
            let pair = self.pairs.get(*at);
            match step {
                Step::Whole => map.add(pair),
                Step::Out => map.add(Pair { new: &self.temporary(pair), ..pair }),
                Step::In => map.add(Pair { old: &self.temporary(pair), ..pair }),
            }
            temporary += usize::from(!matches!(step, Step::Whole));
        }
        // Nothing can be wrong with a part of a map that was checked; this makes its indexes.
        let rules = Rules { allow_chains: true, ..Rules::default() };
        check::together(&mut map, &rules, &mut Problems::default());
        Phase { map: Part::Own(Box::new(map)), temporary }
    }

    /// The temporary id of a pair: always the same one, and nobody's.
    fn temporary(&self, pair: Pair<'_>) -> String {
        let mut name = format!("{}:{}{}", pair.old.len(), pair.old, pair.new);
        loop {
            let id = Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string();
            let known = self.stored(&id).or_else(|| self.stored_new(&id));
            if known.or_else(|| self.lower_cased(&id)).is_none() {
                return id;
            }
            name.push('+');
        }
    }

    /// Renamed pairs, each in one path: that of which the new id is the old one of another is before it.
    fn paths(&self) -> Vec<Path> {
        let at_line: HashMap<u32, u32> =
            self.pairs.iter().map(|(at, pair)| (pair.line, at)).collect();
        let next = |at: u32| -> Option<u32> {
            let other = check::chained(self, self.pairs.get(at))?;
            at_line.get(&other.line).copied()
        };
        let renamed = || self.pairs.iter().filter(|(_, pair)| !pair.is_identity());
        let mut later = vec![false; self.len()];
        for next in renamed().filter_map(|(at, _)| next(at)) {
            later[next as usize] = true;
        }
        let mut seen = vec![false; self.len()];
        let mut walk = |start: u32| -> Vec<u32> {
            let mut at = Some(start);
            let mut path = Vec::new();
            while let Some(here) =
                at.filter(|here| !std::mem::replace(&mut seen[*here as usize], true))
            {
                path.push(here);
                at = next(here);
            }
            path
        };
        let starts = renamed().filter(|(at, _)| !later[*at as usize]);
        let mut paths: Vec<Path> =
            starts.map(|(at, _)| Path { pairs: walk(at), circle: false }).collect();
        // What is left has no start.
        for (at, _) in renamed() {
            let mut pairs = walk(at);
            let first = (0..pairs.len()).min_by_key(|place| self.pairs.get(pairs[*place]).old);
            if let Some(first) = first {
                // The same one, whichever stands first in the file.
                pairs.rotate_left(first);
                paths.push(Path { pairs, circle: true });
            }
        }
        paths
    }

    pub(super) fn add(&mut self, pair: Pair<'_>) {
        if let Some(at) = self.pairs.push(pair) {
            self.renamed += usize::from(!pair.is_identity());
            self.by_old.add(&self.pairs, at);
            self.by_new.add(&self.pairs, at);
        }
    }
}

/// Pairs of which each becomes what the next one was; in a circle, the last one what the first was.
struct Path {
    pairs: Vec<u32>,
    circle: bool,
}

impl Path {
    /// What is done in which phase.
    fn steps(&self) -> Vec<(usize, u32, Step)> {
        let Some((first, others)) = self.pairs.split_first() else { return Vec::new() };
        let phases = self.pairs.len() + usize::from(self.circle);
        if phases > MAX_PHASES {
            return self.by_temporary();
        }
        let mut steps = Vec::with_capacity(phases);
        if self.circle {
            steps.push((0, *first, Step::Out));
        }
        let in_turn = others.iter().rev().map(|at| (*at, Step::Whole));
        let end = if self.circle { Step::In } else { Step::Whole };
        let in_turn = in_turn.chain([(*first, end)]);
        steps
            .extend((usize::from(self.circle)..).zip(in_turn).map(|(n, (at, step))| (n, at, step)));
        steps
    }

    /// All out of each other's way first; only the last of a path can go at once.
    fn by_temporary(&self) -> Vec<(usize, u32, Step)> {
        let free = if self.circle { None } else { self.pairs.last() };
        let direct = free.map(|at| (0, *at, Step::Whole));
        let others = &self.pairs[..self.pairs.len() - usize::from(free.is_some())];
        let moves = others.iter().flat_map(|at| [(0, *at, Step::Out), (1, *at, Step::In)]);
        direct.into_iter().chain(moves).collect()
    }
}

fn digest<'p>(pairs: impl Iterator<Item = Pair<'p>>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for pair in pairs {
        for id in [pair.old, pair.new] {
            // The length first, so that no two ids run together.
            hash.update((id.len() as u64).to_be_bytes());
            hash.update(id.as_bytes());
        }
    }
    hash.finalize().into()
}

/// Numbers only.
impl fmt::Debug for Part<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(map) => map.fmt(out),
            Self::Own(map) => map.fmt(out),
        }
    }
}

#[cfg(test)]
#[path = "phases_tests.rs"]
mod tests;
