//! A journal that is kept in a second place, for who cannot rely on the disk: a Lambda's is gone with its
//! container.
//!
//! Everything that a journal says is given to its [`Mirror`] first, as a [change](Journal::follow), and
//! written to the file when that has it for good. A journal that follows all changes of another one, in
//! their order, is the same as that one.

use std::fmt::Debug;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Finding, Journal, JournalError, META, Place, Run, Settled, State, Trace};

/// A second place for what a journal says.
pub trait Mirror: Debug + Send + Sync {
    /// Returns when the change is there for good, behind all that came before. It may block.
    ///
    /// # Errors
    ///
    /// When it is not, or nobody knows: then nothing may be changed that is not in the journal.
    fn append(&self, change: &[u8]) -> Result<(), String>;
}

/// Something that a journal says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Change {
    Begin(Run),
    Update(u64, Run),
    Commit { run: u64, entries: Vec<Value>, settled: Vec<Told> },
    Find(u64, Vec<Finding>),
    ForgetFindings(u64),
    SetDone(String, u64),
    SetUndone(u64),
    SetMark(String, Option<String>),
}

/// What became of an entry: short forms as text, since JSON has no numbers so long.
#[derive(Serialize, Deserialize)]
pub(super) struct Told {
    run: u64,
    number: u64,
    state: u8,
    places: Vec<(String, String, u8, String)>,
}

impl Told {
    pub(super) fn of(settled: &Settled) -> Self {
        let place = |of: &Place| {
            (of.table.clone(), format!("{:x}", of.key), of.trace.byte(), format!("{:x}", of.record))
        };
        Self {
            run: settled.run,
            number: settled.number,
            state: settled.state.byte(),
            places: settled.places.iter().map(place).collect(),
        }
    }

    fn settled(self) -> Option<Settled> {
        let place = |(table, key, trace, record): (String, String, u8, String)| {
            let short = |text: &str| u128::from_str_radix(text, 16).ok();
            let (key, record) = (short(&key)?, short(&record)?);
            Some(Place { table, key, trace: Trace::of_byte(trace)?, record })
        };
        let places = self.places.into_iter().map(place).collect::<Option<_>>()?;
        let state = State::of_byte(self.state)?;
        Some(Settled { run: self.run, number: self.number, state, places })
    }
}

impl Journal {
    /// The same journal, whose changes go to a second place first from now on.
    #[must_use]
    pub fn mirrored(self, mirror: Arc<dyn Mirror>) -> Self {
        Self { mirror: Some(mirror), ..self }
    }

    /// Makes a change that another journal has given to its mirror.
    ///
    /// # Errors
    ///
    /// When it is none, or cannot be written.
    pub fn follow(&self, change: &[u8]) -> Result<(), JournalError> {
        let unread = |what: String| self.damaged(format!("a change of it: {what}"));
        let change = serde_json::from_slice(change).map_err(|error| unread(error.to_string()))?;
        match change {
            Change::Begin(run) => self.begin(&run).map(|_| ()),
            Change::Update(number, run) => self.update(number, &run),
            Change::Commit { run, entries, settled } => {
                let entries: Vec<Vec<u8>> =
                    entries.iter().map(|entry| entry.to_string().into_bytes()).collect();
                let settled: Option<Vec<Settled>> =
                    settled.into_iter().map(Told::settled).collect();
                let settled =
                    settled.ok_or_else(|| unread("what became of an entry".to_owned()))?;
                self.commit(run, &entries, &settled).map(|_| ())
            }
            Change::Find(run, findings) => self.find(run, &findings),
            Change::ForgetFindings(run) => self.forget_findings(run),
            Change::SetDone(part, run) => self.set_done(&part, run),
            Change::SetUndone(run) => self.set_undone(run),
            Change::SetMark(name, value) => self.set_mark(&name, value.as_deref()),
        }
    }

    /// Gives a change to the mirror, if there is one.
    pub(super) fn tell(&self, change: impl FnOnce() -> Change) -> Result<(), JournalError> {
        let Some(mirror) = &self.mirror else { return Ok(()) };
        let text = serde_json::to_vec(&change());
        let text = text.map_err(|error| self.damaged(error.to_string()))?;
        mirror.append(&text).map_err(JournalError::Mirror)
    }

    /// An entry as a change has it.
    pub(super) fn told(entry: &[u8]) -> Value {
        serde_json::from_slice(entry).unwrap_or_default()
    }

    /// What was kept under a name, such as how far a run has come.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn mark(&self, name: &str) -> Result<Option<String>, JournalError> {
        self.meta(&format!("mark {name}"))
    }

    /// Keeps something under a name, or forgets what was kept.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn set_mark(&self, name: &str, value: Option<&str>) -> Result<(), JournalError> {
        self.tell(|| Change::SetMark(name.to_owned(), value.map(str::to_owned)))?;
        let name = format!("mark {name}");
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut meta = transaction.open_table(META).map_err(|e| self.failed(e))?;
            match value {
                Some(value) => drop(meta.insert(name.as_str(), value).map_err(|e| self.failed(e))?),
                None => drop(meta.remove(name.as_str()).map_err(|e| self.failed(e))?),
            }
        }
        transaction.commit().map_err(|e| self.failed(e))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::engine::journal::Kind;

    /// Keeps changes, as many as there is room for.
    #[derive(Debug)]
    struct Memory(Mutex<Vec<Vec<u8>>>, usize);

    impl Mirror for Memory {
        fn append(&self, change: &[u8]) -> Result<(), String> {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() == self.1 {
                return Err("it is full".to_owned());
            }
            all.push(change.to_vec());
            Ok(())
        }
    }

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("mirror-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// Everything that a journal says.
    fn told(journal: &Journal) -> String {
        let place = journal.place("T", u128::MAX - 3).unwrap();
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {place:?} {:?}",
            journal.runs().unwrap(),
            journal
                .entries_after(1, 0, 9)
                .unwrap()
                .iter()
                .map(|one| &one.entry)
                .collect::<Vec<_>>(),
            journal.count(1).unwrap(),
            journal.findings(1, 0, 9).unwrap(),
            journal.findings(2, 0, 9).unwrap(),
            journal.done_parts().unwrap(),
            journal.mark("how far").unwrap(),
        )
    }

    fn write(journal: &Journal) -> Result<(), JournalError> {
        let run = Run { command: "one".to_owned(), ..Run::default() };
        let number = journal.begin(&run)?;
        journal.commit(number, &[br#"{"a":[1,"x"]}"#.to_vec(), b"{}".to_vec()], &[])?;
        let key = u128::MAX - 3;
        let place = Place { table: "T".to_owned(), key, trace: Trace::Source, record: 1 << 100 };
        let places = vec![place];
        let settled = Settled { run: number, number: 1, state: State::Proven, places };
        journal.commit(number, &[], &[settled])?;
        let finding = |reason: &str| Finding {
            table: "T".to_owned(),
            key: String::new(),
            kind: Kind::Noted,
            reason: reason.to_owned(),
            remedy: String::new(),
        };
        journal.find(number, &[finding("a"), finding("b")])?;
        let second = journal.begin(&run)?;
        journal.find(second, &[finding("c")])?;
        journal.forget_findings(number)?;
        journal.set_done("part", number)?;
        journal.set_done("other", second)?;
        journal.set_undone(second)?;
        journal.set_mark("how far", Some("here"))?;
        journal.set_mark("gone", Some("x"))?;
        journal.set_mark("gone", None)?;
        journal.update(second, &Run { exit: Some(0), ..run })
    }

    #[test]
    fn who_follows_all_changes_knows_the_same() {
        let (one, other) = (Folder::new("one"), Folder::new("other"));
        let memory = Arc::new(Memory(Mutex::default(), 99));
        let journal = Journal::open(&one.0, "d").unwrap().mirrored(Arc::clone(&memory) as _);
        write(&journal).unwrap();
        let copy = Journal::open(&other.0, "d").unwrap();
        let changes = memory.0.lock().unwrap();
        changes.iter().for_each(|change| copy.follow(change).unwrap());
        assert_eq!(told(&copy), told(&journal));
        assert!(told(&copy).contains("here") && told(&copy).contains("Source"));
        assert!(copy.follow(b"{\"other\":1}").is_err());
    }

    #[test]
    fn what_the_mirror_does_not_take_is_not_in_the_file_either() {
        for room in 0..12 {
            let (one, other) = (Folder::new(&format!("a{room}")), Folder::new(&format!("b{room}")));
            let memory = Arc::new(Memory(Mutex::default(), room));
            let journal = Journal::open(&one.0, "d").unwrap().mirrored(Arc::clone(&memory) as _);
            assert!(matches!(write(&journal), Err(JournalError::Mirror(_))), "{room}");
            let copy = Journal::open(&other.0, "d").unwrap();
            let changes = memory.0.lock().unwrap();
            changes.iter().for_each(|change| copy.follow(change).unwrap());
            assert_eq!(told(&copy), told(&journal), "{room}");
        }
    }
}
