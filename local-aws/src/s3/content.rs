//! The bytes of an object: kept, or zeros that are made up when they are read.

use std::fmt;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::checksums::md5_hex;

/// A stretch of bytes.
#[derive(Clone)]
enum Segment {
    Kept(Bytes),
    /// So many zeros.
    Zeros(usize),
}

impl Segment {
    fn len(&self) -> usize {
        match self {
            Self::Kept(bytes) => bytes.len(),
            Self::Zeros(length) => *length,
        }
    }
}

/// Bytes, some of which may not be in memory. Neighbouring segments are of different kinds, so that
/// the same bytes, cut and joined, are the same segments.
#[derive(Clone, Default)]
pub(super) struct Content(Vec<Segment>);

/// How many bytes, none of them.
impl fmt::Debug for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes", self.len())
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::default() } else { Self(vec![Segment::Kept(bytes)]) }
    }
}

impl Content {
    /// So many zeros, which take no memory.
    pub(super) fn zeros(length: usize) -> Self {
        if length == 0 { Self::default() } else { Self(vec![Segment::Zeros(length)]) }
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(Segment::len).sum()
    }

    /// Whether all bytes are in memory.
    fn is_kept(&self) -> bool {
        self.0.iter().all(|segment| matches!(segment, Segment::Kept(_)))
    }

    /// The bytes of a range, without copying any.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let mut start = 0;
        let mut cut = Vec::new();
        for segment in &self.0 {
            let end = start + segment.len();
            let (from, to) = (range.start.clamp(start, end), range.end.clamp(start, end));
            if from < to {
                cut.push(match segment {
                    Segment::Kept(bytes) => Segment::Kept(bytes.slice(from - start..to - start)),
                    Segment::Zeros(_) => Segment::Zeros(to - from),
                });
            }
            start = end;
        }
        Self(cut)
    }

    /// All of them, one behind the other.
    pub(super) fn joined<'c>(all: impl Iterator<Item = &'c Self>) -> Self {
        let mut joined = Vec::new();
        // Neighbouring bytes are put together once, at the end of their run.
        let mut run: Vec<Bytes> = Vec::new();
        for segment in all.flat_map(|content| &content.0) {
            match (segment, joined.last_mut()) {
                (Segment::Kept(bytes), _) => run.push(bytes.clone()),
                (Segment::Zeros(more), Some(Segment::Zeros(length))) if run.is_empty() => {
                    *length += more;
                }
                (Segment::Zeros(length), _) => {
                    joined.extend(together(&mut run));
                    joined.push(Segment::Zeros(*length));
                }
            }
        }
        joined.extend(together(&mut run));
        Self(joined)
    }

    /// The bytes, with zeros made up.
    pub(super) fn bytes(&self) -> Bytes {
        match self.0.as_slice() {
            [] => Bytes::new(),
            [Segment::Kept(bytes)] => bytes.clone(),
            segments => {
                let mut all = BytesMut::with_capacity(self.len());
                for segment in segments {
                    match segment {
                        Segment::Kept(bytes) => all.extend_from_slice(bytes),
                        Segment::Zeros(length) => all.resize(all.len() + length, 0),
                    }
                }
                all.freeze()
            }
        }
    }

    /// What digests are made of: the bytes, or a description of content that is not in memory. The
    /// same content has the same one.
    pub(super) fn digested(&self) -> Bytes {
        if self.is_kept() {
            return self.bytes();
        }
        let described = self.0.iter().map(|segment| match segment {
            Segment::Kept(bytes) => format!("{} bytes {}\n", bytes.len(), md5_hex(bytes)),
            Segment::Zeros(length) => format!("{length} zeros\n"),
        });
        described.collect::<String>().into()
    }
}

fn together(run: &mut Vec<Bytes>) -> Option<Segment> {
    let bytes = match run.as_slice() {
        [] => return None,
        [only] => only.clone(),
        several => several.concat().into(),
    };
    run.clear();
    Some(Segment::Kept(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contents() -> impl Strategy<Value = Content> {
        let segment = prop_oneof![
            (0usize..5).prop_map(Content::zeros),
            prop::collection::vec(1u8.., 0..5).prop_map(|bytes| Content::from(Bytes::from(bytes))),
        ];
        prop::collection::vec(segment, 0..5).prop_map(|all| Content::joined(all.iter()))
    }

    proptest! {
        #[test]
        fn what_is_cut_and_joined_is_the_same_content(content in contents(), at in 0usize..30) {
            let at = at.min(content.len());
            let (left, right) = (content.slice(0..at), content.slice(at..content.len()));
            prop_assert_eq!(&[left.bytes(), right.bytes()].concat(), &content.bytes());
            prop_assert_eq!(left.len() + right.len(), content.len());
            let joined = Content::joined([&left, &right].into_iter());
            prop_assert_eq!(joined.digested(), content.digested());
            prop_assert_eq!(joined.bytes(), content.bytes());
        }
    }

    #[test]
    fn zeros_of_any_size_take_no_memory() {
        let size = 1 << 40;
        let part = Content::zeros(size).slice(7..size - 7);
        assert_eq!(Content::joined([&part, &part].into_iter()).len(), 2 * (size - 14));
        assert_ne!(part.digested(), Content::zeros(size).digested());
    }
}
