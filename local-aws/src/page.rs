//! Pages of a listing that is sorted by a key, and the tokens that lead from one to the next.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The key that a token points behind; `None` for what is no token of ours.
pub(crate) fn key(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    Some(std::str::from_utf8(&bytes).ok()?.strip_prefix("after:")?.to_owned())
}

/// The token of the page after `last`.
fn token(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{last}"))
}

/// The first `size` of the entries after `start`, and the token for the rest.
pub(crate) fn cut<'a, T>(
    sorted: impl Iterator<Item = (&'a str, T)>,
    start: Option<&str>,
    size: usize,
) -> (Vec<T>, Option<String>) {
    let mut rest = sorted.skip_while(|(key, _)| start.is_some_and(|start| *key <= start));
    let mut page = Vec::new();
    let mut last = None;
    for (key, entry) in rest.by_ref().take(size) {
        page.push(entry);
        last = Some(key);
    }
    let token = rest.next().and(last).map(token);
    (page, token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pages_put_together_are_the_whole(
            keys in proptest::collection::btree_set("[a-c/]{1,4}", 0..30),
            size in 1..11_usize,
        ) {
            let (mut found, mut start) = (Vec::new(), None);
            loop {
                let sorted = keys.iter().map(|key| (key.as_str(), key.clone()));
                let (page, token) = cut(sorted, start.as_deref(), size);
                prop_assert!(page.len() <= size);
                found.extend(page);
                let Some(token) = token else { break };
                start = key(&token);
                prop_assert!(start.is_some());
            }
            prop_assert_eq!(found, keys.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn other_texts_are_no_tokens() {
        for text in ["", "*", "b3RoZXI"] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
