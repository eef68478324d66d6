//! What a plan costs: capacity units, money, and the time that it takes at the very least.
//!
//! Units follow <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>.
//! Assumed, since only AWS can tell: that a change in place changes no key of an index, that every index
//! has every record whole, and that what a transaction writes is written to indexes at the ordinary
//! price. Indexes that are sparse or have a part of each record make it cheaper; an edited attribute
//! that is the key of an index costs one more write of that index.

mod money;

use std::iter::Sum;
use std::ops::Add;
use std::time::Duration;

pub use money::{BadPrice, Money, Prices};

/// Bytes of one read unit, consistent.
const READ_UNIT: u64 = 4 * 1024;
/// Bytes of one write unit.
const WRITE_UNIT: u64 = 1024;
/// Most bytes of one page of a scan.
const PAGE: u64 = 1024 * 1024;
/// Bytes from which on a table certainly has another partition.
const PARTITION: u64 = 10 * 1000 * 1000 * 1000;
/// What a partition gives a second.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
const OF_PARTITION: Units = Units { read: 3_000, write: 1_000 };
/// What an on-demand table gives a second from its first day.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html>
const OF_NEW_TABLE: Units = Units { read: 12_000, write: 4_000 };

/// Capacity units, which are request units where a table is on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Read units.
    pub read: u64,
    /// Write units.
    pub write: u64,
}

/// One change of a record, with its size in bytes ([`item_bytes`](super::size::item_bytes)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is put where there was none.
    Put {
        /// Its size.
        after: u64,
    },
    /// It changes under its key.
    Edit {
        /// Its size before.
        before: u64,
        /// Its size after.
        after: u64,
    },
    /// It goes to another key of its table: a put and a delete.
    Move {
        /// Its size before.
        before: u64,
        /// Its size after.
        after: u64,
    },
    /// It goes.
    Delete {
        /// Its size.
        before: u64,
    },
}

/// What a plan does in one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The size of the table.
    pub bytes: u64,
    /// What is read and written there.
    pub units: Units,
}

/// What a consistent scan of a table takes, in so many segments: its bytes by 4 KB, rounded up for each
/// page, of which every segment has one at least.
///
/// ```
/// use migration_tools::engine::price::scan;
///
/// assert_eq!(scan(10 * 1024 * 1024 * 1024, 20).read, 2_621_440);
/// assert_eq!(scan(100, 1).read, 1);
/// ```
#[must_use]
pub fn scan(bytes: u64, segments: u64) -> Units {
    let pages = bytes.div_ceil(PAGE).max(segments).max(1);
    let page = bytes.div_ceil(pages).div_ceil(READ_UNIT).max(1);
    Units { read: pages.saturating_mul(page), write: 0 }
}

/// How a change is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// As an update of a record in place, to which nothing else belongs.
    Alone,
    /// In a transaction, with what belongs to it.
    Together,
}

/// What changes take: one unit for each KB of each record that is written or deleted, rounded up for each,
/// and two in a transaction; and for each index one unit for each KB of each of these records.
///
/// A change in place is counted by the larger of its two sizes.
///
/// ```
/// use migration_tools::engine::price::{Change, Sent, write};
///
/// let small = Change::Move { before: 1000, after: 1000 };
/// assert_eq!(write(small, 0, Sent::Together).write, 4);
/// assert_eq!(write(small, 2, Sent::Together).write, 8);
/// let edit = Change::Edit { before: 1000, after: 1000 };
/// assert_eq!(write(edit, 2, Sent::Alone).write, 3);
/// ```
#[must_use]
pub fn write(change: Change, indexes: u64, sent: Sent) -> Units {
    let own = match sent {
        Sent::Alone => 1,
        Sent::Together => 2,
    };
    let one = |bytes: u64| {
        let kilobytes = bytes.div_ceil(WRITE_UNIT).max(1);
        kilobytes.saturating_mul(indexes.saturating_add(own))
    };
    let write = match change {
        Change::Put { after } => one(after),
        Change::Edit { before, after } => one(before.max(after)),
        Change::Move { before, after } => one(before).saturating_add(one(after)),
        Change::Delete { before } => one(before),
    };
    Units { read: 0, write }
}

/// No plan is done faster than this: as if all tables were worked on at once, each evenly on all of its
/// partitions, and nobody else used them. In whole seconds, rounded up.
///
/// Tables are taken to be on demand, never to have been busier than AWS prepares new ones for, and to
/// have a partition for each 10 GB. One that was busier is faster; one with provisioned capacity has
/// what it was given.
#[must_use]
pub fn shortest(tables: &[Load], max_rcu: Option<u32>, max_wcu: Option<u32>) -> Duration {
    let own = tables.iter().map(|table| {
        let partitions = table.bytes.div_ceil(PARTITION).max(1);
        let given = |of: fn(Units) -> u64| {
            of(OF_NEW_TABLE).max(of(OF_PARTITION).saturating_mul(partitions))
        };
        let read = table.units.read.div_ceil(given(|units| units.read));
        read.max(table.units.write.div_ceil(given(|units| units.write)))
    });
    let all: Units = tables.iter().map(|table| table.units).sum();
    let limited = |units: u64, limit: Option<u32>| {
        limit.map_or(0, |limit| units.div_ceil(u64::from(limit.max(1))))
    };
    let limits = [limited(all.read, max_rcu), limited(all.write, max_wcu)];
    Duration::from_secs(own.chain(limits).max().unwrap_or(0))
}

impl Add for Units {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            read: self.read.saturating_add(other.read),
            write: self.write.saturating_add(other.write),
        }
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    #[test]
    fn scans_are_counted_by_pages() {
        for (bytes, segments, read) in [
            (0, 1, 1),
            (4096, 1, 1),
            (4097, 1, 2),
            (1_048_576, 1, 256),
            // Two pages of half a megabyte and one byte, rounded up each.
            (1_048_577, 1, 258),
            (3_145_728, 1, 768),
            // Each segment has a page of its own, however little is in it.
            (100, 8, 8),
            (8 * 5_000, 8, 16),
        ] {
            assert_eq!(scan(bytes, segments), Units { read, write: 0 }, "{bytes} {segments}");
        }
    }

    #[test]
    fn writes_are_counted_by_records_and_indexes() {
        for (change, indexes, write_units) in [
            (Change::Put { after: 1024 }, 0, 2),
            (Change::Put { after: 1025 }, 0, 4),
            (Change::Put { after: 0 }, 1, 3),
            (Change::Edit { before: 1024, after: 1025 }, 1, 6),
            (Change::Edit { before: 5000, after: 10 }, 0, 10),
            (Change::Edit { before: 900, after: 900 }, 3, 5),
            // 1 KB and 2 KB: 2 + 4, and for each of two indexes 1 + 2.
            (Change::Move { before: 1000, after: 1100 }, 2, 12),
            (Change::Delete { before: 409_600 }, 1, 1200),
        ] {
            let together = write(change, indexes, Sent::Together).write;
            assert_eq!(together, write_units, "{change:?} {indexes}");
        }
        for (change, indexes, write_units) in [
            (Change::Edit { before: 1024, after: 1025 }, 1, 4),
            (Change::Edit { before: 5000, after: 10 }, 0, 5),
            (Change::Edit { before: 900, after: 900 }, 3, 4),
        ] {
            let alone = write(change, indexes, Sent::Alone).write;
            assert_eq!(alone, write_units, "{change:?} {indexes}");
        }
    }

    #[test]
    fn the_slowest_table_or_limit_tells_the_time() {
        let load = |bytes, read, write| Load { bytes, units: Units { read, write } };
        for (tables, max_rcu, max_wcu, seconds) in [
            (vec![], None, None, 0),
            (vec![load(0, 1, 0)], None, None, 1),
            (vec![load(GB, 120_000, 0)], None, None, 10),
            (vec![load(GB, 0, 120_000)], None, None, 30),
            // Both at once.
            (vec![load(GB, 120_000, 120_000)], None, None, 30),
            // Four partitions give what a new table gives, nine give more.
            (vec![load(40 * GB, 0, 120_000)], None, None, 30),
            (vec![load(85 * GB, 0, 120_000)], None, None, 14),
            (vec![load(85 * GB, 270_000, 0)], None, None, 10),
            // Tables do not slow each other down, limits do.
            (vec![load(GB, 120_000, 0), load(GB, 0, 40_000)], None, None, 10),
            (vec![load(GB, 120_000, 0), load(GB, 30_000, 40_000)], Some(1000), None, 150),
            (vec![load(GB, 120_000, 0), load(GB, 30_000, 40_000)], None, Some(100), 400),
            (vec![load(GB, 7, 0)], Some(0), None, 7),
        ] {
            let time = shortest(&tables, max_rcu, max_wcu);
            assert_eq!(time, Duration::from_secs(seconds), "{tables:?} {max_rcu:?} {max_wcu:?}");
        }
    }

    #[test]
    fn nothing_overflows() {
        let all = [
            scan(u64::MAX, u64::MAX),
            write(Change::Put { after: u64::MAX }, u64::MAX, Sent::Alone),
        ];
        let sum: Units = all.into_iter().chain(all).sum();
        assert_eq!(sum, Units { read: u64::MAX, write: u64::MAX });
        assert!(shortest(&[Load { bytes: u64::MAX, units: sum }], Some(1), Some(1)).as_secs() > 0);
        assert!(Prices::of("us-east-1").cost(sum).to_string().starts_with('$'));
    }
}
