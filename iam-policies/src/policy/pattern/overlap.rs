//! Is there a text that two patterns have in common?

use std::collections::HashSet;

use super::Token;

pub(super) fn overlaps(left: &[Token], right: &[Token]) -> bool {
    let mut seen: HashSet<(usize, usize)> = HashSet::from([(0, 0)]);
    let mut todo = vec![(0, 0)];
    while let Some((l, r)) = todo.pop() {
        if l == left.len() && r == right.len() {
            return true;
        }
        let (left, right) = (left.get(l).copied(), right.get(r).copied());
        let mut next = Vec::with_capacity(3);
        if left.is_some_and(Token::repeats) {
            next.push((l + 1, r));
        }
        if right.is_some_and(Token::repeats) {
            next.push((l, r + 1));
        }
        if let (Some(left), Some(right)) = (left, right)
            && meet(left, right)
        {
            let after = |at: usize, token: Token| if token.repeats() { at } else { at + 1 };
            next.push((after(l, left), after(r, right)));
        }
        todo.extend(next.into_iter().filter(|pair| seen.insert(*pair)));
    }
    false
}

/// Whether some character suits both tokens. Two wildcards always share one that is no colon.
fn meet(left: Token, right: Token) -> bool {
    match (left, right) {
        (Token::Char(character), other) | (other, Token::Char(character)) => other.takes(character),
        _ => true,
    }
}
