//! Text that is made of code units, in which half a surrogate pair may stand alone.

/// A text under construction. Two halves that follow each other become the character they stand for;
/// a half alone is no character, and dropped.
#[derive(Default)]
pub(super) struct Surrogates {
    text: String,
    high: Option<u32>,
    dropped: usize,
}

impl Surrogates {
    /// Characters, of which none is half a pair.
    pub(super) fn push_str(&mut self, text: &str) {
        if !text.is_empty() {
            self.settle();
            self.text.push_str(text);
        }
    }

    /// One code point or half of a pair; `None` for a number that is neither.
    pub(super) fn push(&mut self, code: u32) -> Option<()> {
        match code {
            0xD800..0xDC00 => {
                self.settle();
                self.high = Some(code);
            }
            0xDC00..0xE000 => match self.high.take() {
                Some(high) => {
                    let joined = 0x1_0000 + ((high - 0xD800) << 10) + (code - 0xDC00);
                    self.text.push(char::from_u32(joined)?);
                }
                None => self.dropped += 1,
            },
            _ => {
                let character = char::from_u32(code)?;
                self.settle();
                self.text.push(character);
            }
        }
        Some(())
    }

    /// The text, and how many halves were dropped.
    pub(super) fn finish(mut self) -> (String, usize) {
        self.settle();
        (self.text, self.dropped)
    }

    /// Nothing goes with the first half that waits.
    fn settle(&mut self) {
        self.dropped += usize::from(self.high.take().is_some());
    }
}
