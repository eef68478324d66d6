//! Whether to look ids up or to read the whole table.

use super::Way;
use crate::engine::price::scan;
use crate::engine::read::Described;

/// Bytes of a read unit.
const READ_UNIT: u64 = 4 * 1024;
/// Look-ups are taken where they are this many times cheaper: how many records an id has is a guess,
/// while a scan takes what it takes.
const MARGIN: u64 = 2;

/// How the records of some ids are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The whole table, once.
    Scan,
    /// Each id.
    Lookups,
}

/// A route and what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The route.
    pub route: Route,
    /// Read units that the scan takes, estimated.
    pub scan: u64,
    /// Read units that looking up takes, estimated; `None` where it does not find everything.
    pub lookups: Option<u64>,
    /// Why, for people.
    pub because: String,
}

/// Chooses the cheaper route for so many ids, each of which has about `average` records in the table
/// for each way. Without ways, or where an index is missing, still being filled or made of another
/// attribute, only the scan finds everything.
#[must_use]
pub fn choose(table: &Described, ways: &[Way<'_>], ids: u64, average: u64) -> Choice {
    let scan = scan(table.bytes, 1).read;
    let whole = |because: String| Choice { route: Route::Scan, scan, lookups: None, because };
    if ways.is_empty() {
        return whole("only reading the whole table finds every record of an id".to_owned());
    }
    if let Some(why) = ways.iter().find_map(|way| obstacle(table, *way)) {
        return whole(format!("{why}, so the whole table is read"));
    }
    let halves = ways.iter().map(|way| half_units(table, *way, average));
    let halves = halves.fold(0, u64::saturating_add).saturating_mul(ids);
    let lookups = halves.div_ceil(2);
    let route = if lookups.saturating_mul(MARGIN) <= scan { Route::Lookups } else { Route::Scan };
    let taken = match route {
        Route::Scan => "the whole table is read",
        Route::Lookups => "they are looked up",
    };
    let because = format!(
        "reading the whole table takes about {scan} read units, looking up {ids} ids about \
         {lookups}: {taken}"
    );
    Choice { route, scan, lookups: Some(lookups), because }
}

/// Why a way does not find everything.
fn obstacle(table: &Described, way: Way<'_>) -> Option<String> {
    let Way::Index { name, attribute } = way else { return None };
    let Some(index) = table.global_indexes.iter().find(|index| index.name == name) else {
        return Some(format!("there is no index `{name}`"));
    };
    if index.keys.first().is_none_or(|key| key != attribute) {
        return Some(format!("the index `{name}` is not by `{attribute}`"));
    }
    (!index.complete).then(|| format!("the index `{name}` is still being made"))
}

/// Half read units for one id: queries of indexes, which are not consistent, take halves. Nothing is
/// found for less than a unit, or a half.
fn half_units(table: &Described, way: Way<'_>, average: u64) -> u64 {
    let record = table.bytes.checked_div(table.items).unwrap_or(0);
    let units = |bytes: u64| bytes.div_ceil(READ_UNIT).max(1);
    let all = units(average.saturating_mul(record));
    match way {
        Way::Key => all.saturating_mul(2),
        // The index as if it had the records whole, then each record.
        Way::Index { .. } => {
            all.saturating_add(average.saturating_mul(units(record)).saturating_mul(2))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read::GlobalIndex;
    use crate::engine::table::TableRef;

    const BY_USER: Way<'_> = Way::Index { name: "UserIndex", attribute: "user" };

    fn table(items: u64, bytes: u64, index: Option<(&str, bool)>) -> Described {
        let keys = vec!["id".to_owned()];
        let table = TableRef::new("T", keys);
        let index = index.map(|(key, complete)| GlobalIndex {
            name: "UserIndex".to_owned(),
            keys: vec![key.to_owned()],
            complete,
        });
        let indexes = usize::from(index.is_some());
        Described {
            table,
            arn: String::new(),
            id: String::new(),
            items,
            bytes,
            indexes,
            global_indexes: index.into_iter().collect(),
        }
    }

    #[test]
    fn the_cheaper_route_is_taken() {
        use Route::{Lookups, Scan};
        // 1,000 records of 1 KB and of 10 KB: 250 and 2,500 units.
        let (small, large) = ((1_000, 1_024_000), (1_000, 10_240_000));
        for ((items, bytes), way, ids, average, scan, lookups, route) in [
            (small, Way::Key, 125, 1, 250, 125, Lookups),
            (small, Way::Key, 126, 1, 250, 126, Scan),
            (small, Way::Key, 10, 9, 250, 30, Lookups),
            // Two halves and nine units.
            (small, BY_USER, 10, 9, 250, 105, Lookups),
            (small, BY_USER, 1, 0, 250, 1, Lookups),
            // 30 KB of the index, and three records of three units.
            (large, BY_USER, 2, 3, 2_500, 26, Lookups),
            (large, Way::Key, 1_000, 3, 2_500, 8_000, Scan),
            ((0, 0), Way::Key, 1, 1, 1, 1, Scan),
            (small, Way::Key, 0, 1, 250, 0, Lookups),
        ] {
            let choice = choose(&table(items, bytes, Some(("user", true))), &[way], ids, average);
            assert_eq!((choice.scan, choice.lookups), (scan, Some(lookups)), "{way:?} {ids}");
            assert_eq!(choice.route, route, "{way:?} {ids}");
        }
        let both =
            choose(&table(1_000, 1_024_000, Some(("user", true))), &[Way::Key, BY_USER], 2, 1);
        assert_eq!(both.lookups, Some(5));
        assert_eq!(
            both.because,
            "reading the whole table takes about 250 read units, looking up 2 ids about 5: they are \
             looked up"
        );
    }

    #[test]
    fn an_index_that_does_not_find_everything_is_not_used() {
        for (index, why) in [
            (None, "there is no index `UserIndex`"),
            (Some(("name", true)), "the index `UserIndex` is not by `user`"),
            (Some(("user", false)), "the index `UserIndex` is still being made"),
        ] {
            let choice = choose(&table(1_000, 1 << 30, index), &[Way::Key, BY_USER], 1, 1);
            assert_eq!((choice.route, choice.lookups), (Route::Scan, None));
            assert!(choice.because.starts_with(why), "{}", choice.because);
        }
        assert_eq!(choose(&table(1_000, 1 << 30, None), &[], 1, 1).route, Route::Scan);
    }
}
