//! A queue as it is kept.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::attributes::Settings;
use super::message::Message;
use crate::ACCOUNT_ID;
use crate::clock::seconds;

/// One standard queue.
pub(super) struct Queue {
    pub(super) arn: String,
    pub(super) created: u64,
    pub(super) modified: u64,
    pub(super) settings: Settings,
    /// Oldest first.
    pub(super) messages: VecDeque<Message>,
}

impl Queue {
    pub(super) fn new(name: &str, region: &str) -> Self {
        let now = seconds();
        Queue {
            arn: format!("arn:aws:sqs:{region}:{ACCOUNT_ID}:{name}"),
            created: now,
            modified: now,
            settings: Settings::default(),
            messages: VecDeque::new(),
        }
    }

    /// When the first of the hidden messages comes into sight.
    pub(super) fn next_visible(&self) -> Option<Instant> {
        let now = Instant::now();
        self.messages.iter().map(|message| message.visible).filter(|at| *at > now).min()
    }

    /// `PurgeQueue`.
    pub(super) fn purge(&mut self) -> Value {
        self.messages.clear();
        json!({})
    }
}

/// The instant that many seconds from now.
pub(super) fn after(seconds: u64) -> Instant {
    let now = Instant::now();
    now.checked_add(Duration::from_secs(seconds)).unwrap_or(now)
}
