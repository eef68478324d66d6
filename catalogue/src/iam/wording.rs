//! Resource types in words.

/// `a guardrail`, `an opsitem`.
pub(crate) fn with_article(resource_type: &str) -> String {
    let words = words(resource_type);
    let article = if words.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// `eventSourceMapping`, `function alias`, `agent-alias` -> `event source mapping`,
/// `function alias`, `agent alias`.
pub(crate) fn words(resource_type: &str) -> String {
    let mut out = String::with_capacity(resource_type.len() + 4);
    let mut small_before = false;
    for letter in resource_type.chars() {
        if letter.is_ascii_uppercase() && small_before {
            out.push(' ');
        }
        small_before = letter.is_ascii_lowercase();
        out.push(if letter == '-' { ' ' } else { letter.to_ascii_lowercase() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_types_read_as_words() {
        for (name, expected) in [
            ("eventSourceMapping", "an event source mapping"),
            ("function alias", "a function alias"),
            ("agent-alias", "an agent alias"),
            ("Secret", "a secret"),
            ("userpool", "a userpool"),
        ] {
            assert_eq!(with_article(name), expected);
        }
    }
}
