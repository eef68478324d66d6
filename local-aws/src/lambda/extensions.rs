//! Extensions of a function and the events they wait for.

use std::collections::{BTreeMap, VecDeque};

use serde_json::json;

use super::queue::Taken;
use crate::ids;

/// The registered extensions.
#[derive(Debug, Default)]
pub(super) struct Extensions(BTreeMap<String, Extension>);

#[derive(Debug)]
struct Extension {
    events: Vec<String>,
    waiting: VecDeque<String>,
}

impl Extensions {
    pub(super) fn register(&mut self, events: Vec<String>) -> String {
        let id = ids::uuid();
        self.0.insert(id.clone(), Extension { events, waiting: VecDeque::new() });
        id
    }

    /// The next event of an extension. `Some(None)` where there is no such extension.
    #[expect(clippy::option_option, reason = "outer: ready or not; inner: known or not")]
    pub(super) fn next(&mut self, id: &str) -> Option<Option<String>> {
        match self.0.get_mut(id) {
            Some(extension) => extension.waiting.pop_front().map(Some),
            None => Some(None),
        }
    }

    pub(super) fn invoked(&mut self, taken: &Taken) {
        let event = json!({
            "eventType": "INVOKE",
            "deadlineMs": millis(taken.deadline),
            "requestId": taken.id,
            "invokedFunctionArn": taken.arn,
            "tracing": { "type": "X-Amzn-Trace-Id", "value": taken.trace },
        });
        self.send("INVOKE", &event.to_string());
    }

    /// `now` in milliseconds since 1970; extensions have two seconds, as on AWS.
    pub(super) fn shut_down(&mut self, now: u128) {
        let event = json!({
            "eventType": "SHUTDOWN",
            "shutdownReason": "spindown",
            "deadlineMs": millis(now + 2000),
        });
        self.send("SHUTDOWN", &event.to_string());
    }

    fn send(&mut self, kind: &str, event: &str) {
        let listening = |extension: &&mut Extension| extension.events.iter().any(|e| e == kind);
        for extension in self.0.values_mut().filter(listening) {
            extension.waiting.push_back(event.to_owned());
        }
    }
}

fn millis(since_1970: u128) -> u64 {
    u64::try_from(since_1970).unwrap_or(u64::MAX)
}
