//! What was probably meant.

/// Names less alike than this are not worth suggesting.
const ALIKE_ENOUGH: f64 = 0.55;

/// The candidate most like `text`, if one is like it. Case does not count.
pub(crate) fn nearest<'c>(
    text: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let text = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::normalized_damerau_levenshtein(&text, &candidate.to_lowercase());
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness >= ALIKE_ENOUGH)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn one_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_finds_its_name() {
        let names = ["GetItem", "PutItem", "Query"];
        assert_eq!(nearest("GetItm", names), Some("GetItem"));
        assert_eq!(nearest("getitem", names), Some("GetItem"));
        assert_eq!(nearest("Qurey", names), Some("Query"));
    }

    #[test]
    fn an_unlike_name_suggests_nothing() {
        assert_eq!(nearest("Frobnicate", ["GetItem", "PutItem"]), None);
        assert_eq!(nearest("", ["GetItem"]), None);
    }

    #[test]
    fn alternatives_read_as_a_sentence() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(one_of(&names[..1]), "a");
        assert_eq!(one_of(&names[..2]), "a or b");
        assert_eq!(one_of(&names), "a, b or c");
    }
}
