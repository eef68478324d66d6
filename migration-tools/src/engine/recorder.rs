//! The run's way to the journal: what many changes have to say at once is one commit.
//!
//! A change waits until its entry is on the disk. What became of it is said without waiting: if that is
//! lost in a crash, the entry stays intended, and the next run looks it up.

use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::entry::Entry;
use super::journal::{Finding, Journal, JournalError, Place, Settled, State};
use super::stop::Stop;

/// Most messages of which one commit is made.
const BATCH: usize = 1024;

/// Writes the journal of one run.
#[derive(Debug)]
pub struct Recorder {
    journal: Arc<Journal>,
    run: u64,
    sender: mpsc::UnboundedSender<Message>,
    /// Why nothing can be written any more.
    broken: Arc<OnceLock<Stop>>,
}

enum Message {
    Intend(Vec<u8>, oneshot::Sender<Result<u64, Stop>>),
    Settle(Settled),
    Find(Finding),
    Flush(oneshot::Sender<Result<(), Stop>>),
}

impl Recorder {
    /// Begins to write about a run. A thread of its own waits for the disk; it ends with the recorder.
    #[must_use]
    pub fn new(journal: Arc<Journal>, run: u64) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let broken = Arc::new(OnceLock::new());
        let (own, why) = (Arc::clone(&journal), Arc::clone(&broken));
        thread::spawn(move || work(&own, run, receiver, &why));
        Self { journal, run, sender, broken }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> u64 {
        self.run
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Says what is about to be done. When this returns it is on the disk.
    ///
    /// # Errors
    ///
    /// When it is not: then it must not be done.
    pub async fn intend(&self, entry: &Entry) -> Result<u64, Stop> {
        let encoded = entry.encode().map_err(|error| self.damaged(error.to_string()))?;
        let (reply, answer) = oneshot::channel();
        self.send(Message::Intend(encoded, reply))?;
        answer.await.map_err(|_| self.gone())?
    }

    /// Says what became of it.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written any more.
    pub fn settle(&self, number: u64, state: State, places: Vec<Place>) -> Result<(), Stop> {
        self.send(Message::Settle(Settled { run: self.run, number, state, places }))
    }

    /// Says what became of an entry of an earlier run.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written any more.
    pub fn settle_of(&self, settled: Settled) -> Result<(), Stop> {
        self.send(Message::Settle(settled))
    }

    /// Says what a person has to know.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written any more.
    pub fn find(&self, finding: Finding) -> Result<(), Stop> {
        self.send(Message::Find(finding))
    }

    /// Waits until everything that was said is on the disk.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub async fn flush(&self) -> Result<(), Stop> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Flush(reply))?;
        answer.await.map_err(|_| self.gone())?
    }

    fn send(&self, message: Message) -> Result<(), Stop> {
        self.sender.send(message).map_err(|_| self.gone())
    }

    fn gone(&self) -> Stop {
        let broken = self.broken.get().cloned();
        broken.unwrap_or_else(|| self.damaged("it could not be written before".to_owned()))
    }

    fn damaged(&self, what: String) -> Stop {
        let path = self.journal.path().to_owned();
        JournalError::Damaged { path, what }.into()
    }
}

/// Until the recorder is gone, or the journal cannot be written.
fn work(
    journal: &Journal,
    run: u64,
    mut receiver: mpsc::UnboundedReceiver<Message>,
    broken: &OnceLock<Stop>,
) {
    let mut waiting = Waiting::default();
    while let Some(message) = receiver.blocking_recv() {
        waiting.take(message);
        while waiting.len() < BATCH
            && let Ok(message) = receiver.try_recv()
        {
            waiting.take(message);
        }
        // What nobody waits for can wait for the next entry.
        if (waiting.awaited() || waiting.len() >= BATCH)
            && let Err(stop) = waiting.commit(journal, run)
        {
            // Before anybody can find the receiver gone.
            broken.get_or_init(|| stop.clone());
            waiting.end(&stop);
            return;
        }
    }
}

/// What the next commit is made of.
#[derive(Default)]
struct Waiting {
    entries: Vec<Vec<u8>>,
    replies: Vec<oneshot::Sender<Result<u64, Stop>>>,
    settled: Vec<Settled>,
    findings: Vec<Finding>,
    flushes: Vec<oneshot::Sender<Result<(), Stop>>>,
}

impl Waiting {
    fn take(&mut self, message: Message) {
        match message {
            Message::Intend(entry, reply) => {
                self.entries.push(entry);
                self.replies.push(reply);
            }
            Message::Settle(settled) => self.settled.push(settled),
            Message::Find(finding) => self.findings.push(finding),
            Message::Flush(reply) => self.flushes.push(reply),
        }
    }

    fn len(&self) -> usize {
        self.entries.len() + self.settled.len() + self.findings.len()
    }

    fn awaited(&self) -> bool {
        !self.replies.is_empty() || !self.flushes.is_empty()
    }

    /// Writes what waits, and answers who waits for it.
    fn commit(&mut self, journal: &Journal, run: u64) -> Result<(), Stop> {
        let numbers = journal.commit(run, &self.entries, &self.settled)?;
        if !self.findings.is_empty() {
            journal.find(run, &self.findings)?;
        }
        // A change that does not wait any more was given up: its entry is void for who looks it up.
        let all = std::mem::take(self);
        for (reply, number) in all.replies.into_iter().zip(numbers) {
            let _ = reply.send(Ok(number));
        }
        for reply in all.flushes {
            let _ = reply.send(Ok(()));
        }
        Ok(())
    }

    /// Answers everybody that it was not written.
    fn end(self, stop: &Stop) {
        for reply in self.replies {
            let _ = reply.send(Err(stop.clone()));
        }
        for reply in self.flushes {
            let _ = reply.send(Err(stop.clone()));
        }
    }
}
