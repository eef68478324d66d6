//! Reading `migration_users.csv`: RFC 4180, columns `old_id` and `new_id` in any order, others
//! ignored.
//!
//! Spaces around ids and a byte order mark are left out, blank lines skipped, and a line that repeats
//! an earlier one word for word counts once. Everything else that is wrong is told, all at once.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader};

use super::check;
use super::map::{IdMap, Remarks, Rules};
use super::pairs::Pair;
use super::problem::{MapError, Problems, What};

/// Longest record read, in bytes: far more than two ids and what people note beside them.
const MAX_RECORD_BYTES: usize = 64 * 1024;

impl IdMap {
    /// Reads a map.
    ///
    /// # Errors
    ///
    /// Where reading fails, where there is no line with the names of both columns, where there are no
    /// users, and with all lines that cannot be followed.
    pub fn read(from: impl BufRead, rules: &Rules) -> Result<Self, MapError> {
        let mut records = Records::new(from);
        let (line, header) = records.read()?.ok_or(MapError::NoUsers)?;
        let columns = Columns::of(line, &header)?;
        let mut builder = Builder::new(rules);
        while let Some((line, record)) = records.read()? {
            match record {
                Ok(values) => builder.record(line, &values, &columns),
                Err(what) => {
                    let stop = what == What::Unclosed;
                    builder.problems.add(line, what, None);
                    if stop {
                        break;
                    }
                }
            }
        }
        builder.finish(rules)
    }

    /// A map of pairs that come from elsewhere; the first one counts as line 1. They are checked as
    /// those of a file are.
    ///
    /// # Errors
    ///
    /// Where there are no pairs, and with all of them that cannot be followed.
    pub fn from_pairs<A: AsRef<str>, B: AsRef<str>>(
        pairs: impl IntoIterator<Item = (A, B)>,
        rules: &Rules,
    ) -> Result<Self, MapError> {
        let mut builder = Builder::new(rules);
        for (line, (old, new)) in (1..).zip(pairs) {
            builder.pair(line, old.as_ref(), new.as_ref());
        }
        builder.finish(rules)
    }
}

struct Columns {
    old: usize,
    new: usize,
    all: usize,
}

impl Columns {
    fn of(line: u32, header: &Result<Vec<String>, What>) -> Result<Self, MapError> {
        let refuse = |found: &str| Err(MapError::Header { line, found: found.to_owned() });
        let Ok(header) = header else { return refuse("is not readable") };
        let all = |name: &str| -> Vec<usize> {
            (0..header.len()).filter(|at| header[*at].trim() == name).collect()
        };
        match (all("old_id").as_slice(), all("new_id").as_slice()) {
            ([old], [new]) => Ok(Self { old: *old, new: *new, all: header.len() }),
            ([], [_]) => refuse("does not name `old_id`"),
            ([_], []) => refuse("does not name `new_id`"),
            ([], []) => refuse("names neither"),
            _ => refuse("names one of them more than once"),
        }
    }
}

struct Builder {
    map: IdMap,
    problems: Problems,
}

impl Builder {
    fn new(rules: &Rules) -> Self {
        Self { map: IdMap::empty(rules), problems: Problems::default() }
    }

    fn remarks(&mut self) -> &mut Remarks {
        &mut self.map.remarks
    }

    fn record(&mut self, line: u32, values: &[String], columns: &Columns) {
        if values.iter().all(|value| value.trim().is_empty()) {
            self.remarks().blank += 1;
        } else if values.len() != columns.all {
            let what = What::Values { found: values.len(), expected: columns.all };
            self.problems.add(line, what, None);
        } else {
            self.pair(line, &values[columns.old], &values[columns.new]);
        }
    }

    fn pair(&mut self, line: u32, old: &str, new: &str) {
        let pair = Pair { old: old.trim(), new: new.trim(), line };
        if pair.old.len() + pair.new.len() < old.len() + new.len() {
            self.remarks().trimmed += 1;
        }
        if !check::alone(pair, &mut self.problems) {
            return;
        }
        if let Some(other) = self.map.get(pair.old) {
            if other.new == pair.new {
                self.remarks().repeated += 1;
            } else {
                self.problems.add(line, What::DuplicateOld(other.line), Some(pair.old));
            }
            return;
        }
        if let Some(other) = self.map.of_new(pair.new) {
            self.problems.add(line, What::DuplicateNew(other.line), Some(pair.new));
            return;
        }
        let map = &mut self.map;
        if let Some(at) = map.pairs.push(pair) {
            map.renamed += usize::from(!pair.is_identity());
            map.by_old.add(&map.pairs, at);
            map.by_new.add(&map.pairs, at);
        }
    }

    fn finish(mut self, rules: &Rules) -> Result<IdMap, MapError> {
        check::together(&mut self.map, rules, &mut self.problems);
        if self.problems.total > 0 {
            self.problems.shown.sort_by_key(|problem| problem.line);
            return Err(MapError::Invalid(self.problems));
        }
        if self.map.is_empty() {
            return Err(MapError::NoUsers);
        }
        Ok(self.map)
    }
}

/// Records with the lines they start on, which the crate for CSV tells only roughly.
struct Records<R> {
    from: R,
    line: u32,
    bytes: Vec<u8>,
    parser: Reader,
    values: Vec<u8>,
    ends: Vec<usize>,
}

/// A record's line, and its values.
type Read = (u32, Result<Vec<String>, What>);

impl<R: BufRead> Records<R> {
    fn new(from: R) -> Self {
        let (values, ends) = (vec![0; MAX_RECORD_BYTES], vec![0; MAX_RECORD_BYTES]);
        Self { from, line: 0, bytes: Vec::new(), parser: Reader::new(), values, ends }
    }

    /// One line, which always has an end; nothing at the end of the file.
    fn fill(&mut self) -> Result<(), std::io::Error> {
        self.bytes.clear();
        let mut some = std::io::Read::take(&mut self.from, MAX_RECORD_BYTES as u64);
        some.read_until(b'\n', &mut self.bytes)?;
        self.line = self.line.saturating_add(1);
        if !self.bytes.is_empty() && !self.bytes.ends_with(b"\n") {
            self.bytes.push(b'\n');
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Option<Read>, std::io::Error> {
        loop {
            self.fill()?;
            if self.bytes.is_empty() {
                return Ok(None);
            }
            if !self.bytes.trim_ascii().is_empty() {
                break;
            }
        }
        let line = self.line;
        // As if each record were a file: the end of a line is then never half read.
        self.parser.reset();
        let (mut written, mut columns) = (0, 0);
        loop {
            let (values, ends) = (&mut self.values[written..], &mut self.ends[columns..]);
            let (result, _, wrote, ended) = self.parser.read_record(&self.bytes, values, ends);
            (written, columns) = (written + wrote, columns + ended);
            match result {
                // A quoted value that goes on in the next line.
                ReadRecordResult::InputEmpty if self.bytes.len() <= MAX_RECORD_BYTES => {
                    self.fill()?;
                    if self.bytes.is_empty() {
                        return Ok(Some((line, Err(What::Unclosed))));
                    }
                }
                ReadRecordResult::Record | ReadRecordResult::End => break,
                _ => return Ok(Some((line, Err(What::Unclosed)))),
            }
        }
        if self.bytes.len() > MAX_RECORD_BYTES {
            return Ok(Some((line, Err(What::Unclosed))));
        }
        Ok(Some((line, self.split(columns))))
    }

    fn split(&self, columns: usize) -> Result<Vec<String>, What> {
        let mut start = 0;
        let values = self.ends[..columns].iter().map(|end| {
            let value = &self.values[start..*end];
            start = *end;
            String::from_utf8(value.to_vec()).map_err(|_| What::NotUtf8)
        });
        values.collect()
    }
}
