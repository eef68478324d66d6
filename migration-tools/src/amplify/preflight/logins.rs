//! Which users have switched: login rows under old and new ids.

use std::collections::BTreeSet;

use super::probe::Probe;
use crate::amplify::id_map::IdMap;

/// The rows of the users table, and the id map held against them.
#[derive(Clone, Debug, Default)]
pub struct Logins {
    /// Rows of the table.
    pub rows: usize,
    /// Users who keep their id.
    pub unchanged: usize,
    /// Users with a row under the old id only: to be migrated.
    pub old_only: usize,
    /// Users with a row under the new id only: switched.
    pub new_only: usize,
    /// Users with both: they signed in too early, or old rows were kept.
    pub both: usize,
    /// Users with neither: they never signed in.
    pub neither: usize,
    /// Rows of nobody in the map.
    pub unlisted: usize,
    /// Whether those who switched left data behind, as far as it was looked for.
    pub probe: Option<Probe>,
}

impl Logins {
    /// Counts. With chains in the map a row may be one user's old and another one's new, and the
    /// numbers of renamed users mean little.
    #[must_use]
    pub fn count(ids: &BTreeSet<String>, map: Option<&IdMap>) -> Self {
        let mut counted = Self { rows: ids.len(), ..Self::default() };
        let Some(map) = map else { return counted };
        for pair in map.pairs() {
            let of = match (pair.is_identity(), ids.contains(pair.old), ids.contains(pair.new)) {
                (true, ..) => &mut counted.unchanged,
                (_, true, true) => &mut counted.both,
                (_, true, false) => &mut counted.old_only,
                (_, false, true) => &mut counted.new_only,
                (_, false, false) => &mut counted.neither,
            };
            *of += 1;
        }
        let listed = |id: &&String| map.get(id).is_some() || map.of_new(id).is_some();
        counted.unlisted = ids.iter().filter(|id| !listed(id)).count();
        counted
    }
}

/// Old ids of at most so many users who switched, spread evenly over the file.
pub(super) fn sample(ids: &BTreeSet<String>, map: &IdMap, most: usize) -> Vec<String> {
    let switched = || {
        map.pairs()
            .filter(|pair| !pair.is_identity() && ids.contains(pair.new) && !ids.contains(pair.old))
    };
    let step = switched().count().div_ceil(most.max(1)).max(1);
    switched().step_by(step).map(|pair| pair.old.to_owned()).collect()
}
