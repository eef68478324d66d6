//! How far the work is: a bar on a terminal, a line every few seconds elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;

/// Between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Progress<'c> {
    console: &'c Console,
    what: &'static str,
    bar: ProgressBar,
    started: Instant,
    said: Instant,
}

impl<'c> Progress<'c> {
    pub(super) fn new(console: &'c Console, what: &'static str, total: usize) -> Self {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = "{msg} {bar:30} {pos}/{len} {per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_message(what);
        let now = Instant::now();
        Self { console, what, bar, started: now, said: now }
    }

    /// One more is done.
    pub(super) fn step(&mut self) {
        self.add(1);
    }

    /// So many more are done.
    pub(super) fn add(&mut self, count: usize) {
        self.bar.inc(u64::try_from(count).unwrap_or(u64::MAX));
        if self.bar.is_hidden() && self.said.elapsed() >= PAUSE {
            self.said = Instant::now();
            let (done, total) = (self.bar.position(), self.bar.length().unwrap_or_default());
            let seconds = self.started.elapsed().as_secs().max(1);
            let left = total.saturating_sub(done).saturating_mul(seconds) / done.max(1);
            self.console.problem(&format!("{}: {done}/{total}, about {left} s left", self.what));
        }
    }

    /// Leaves nothing of the bar on the terminal.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}
