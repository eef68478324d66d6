//! Is every text of one pattern a text of another?
//!
//! Looks for a text of `inner` that `outer` refuses. Both patterns are read side by side: `inner` at
//! one position, `outer` at every position it may be at. A wildcard of `inner` only has to be tried
//! with a character that `outer` does not spell, and with a colon, which some wildcards refuse: any
//! other character would be taken by the same wildcards of `outer` and by more.

use std::collections::HashSet;

use super::Token;

/// Pairs of positions looked at before giving up.
const BUDGET: usize = 1 << 16;

/// Positions in `outer`, ascending.
type Positions = Vec<usize>;

pub(super) fn covers(outer: &[Token], inner: &[Token]) -> bool {
    let spare = spare(outer);
    let first = settle(outer, vec![0]);
    let mut seen: HashSet<(usize, Positions)> = HashSet::from([(0, first.clone())]);
    let mut todo = vec![(0, first)];
    while let Some((at, positions)) = todo.pop() {
        let Some(&token) = inner.get(at) else {
            if positions.last() == Some(&outer.len()) {
                continue;
            }
            return false;
        };
        if positions.is_empty() {
            // Whatever is left of `inner`, some text fits it, and `outer` refuses that.
            return false;
        }
        let mut next: Vec<(usize, Positions)> = Vec::new();
        let follow = if token.repeats() {
            next.push((at + 1, positions.clone()));
            at
        } else {
            at + 1
        };
        let characters: &[char] = match token {
            Token::Char(character) => &[character],
            Token::One { colon: false } | Token::Any { colon: false } => &[spare],
            _ => &[spare, ':'],
        };
        for &character in characters {
            next.push((follow, step(outer, &positions, character)));
        }
        for pair in next {
            if seen.len() >= BUDGET {
                return false;
            }
            if seen.insert(pair.clone()) {
                todo.push(pair);
            }
        }
    }
    true
}

/// A character that the pattern does not spell.
fn spare(tokens: &[Token]) -> char {
    let spelled: HashSet<char> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Char(character) => Some(*character),
            _ => None,
        })
        .collect();
    ('\u{e000}'..='\u{f8ff}').find(|found| !spelled.contains(found)).unwrap_or('\u{10fffd}')
}

fn step(outer: &[Token], positions: &[usize], character: char) -> Positions {
    let moved = positions.iter().filter_map(|&at| {
        let token = *outer.get(at)?;
        token.takes(character).then_some(if token.repeats() { at } else { at + 1 })
    });
    settle(outer, moved.collect())
}

/// Adds the positions behind a `*`, and drops those that a later `*` makes superfluous.
fn settle(outer: &[Token], mut positions: Positions) -> Positions {
    let mut index = 0;
    while let Some(&at) = positions.get(index) {
        if outer.get(at).is_some_and(|token| token.repeats()) {
            positions.push(at + 1);
        }
        index += 1;
    }
    positions.sort_unstable();
    positions.dedup();
    let last_star = positions
        .iter()
        .rev()
        .copied()
        .find(|&at| matches!(outer.get(at), Some(Token::Any { .. })));
    if let Some(star) = last_star {
        positions.retain(|&at| at >= star || !absorbs(outer, at, star));
    }
    positions
}

/// Whether the `*` at `star` takes whatever brings the pattern from `at` to there.
fn absorbs(outer: &[Token], at: usize, star: usize) -> bool {
    match outer.get(star) {
        Some(Token::Any { colon: true }) => true,
        Some(Token::Any { colon: false }) => {
            outer.get(at..star).is_some_and(|way| way.iter().all(|token| !token.takes(':')))
        }
        _ => false,
    }
}
