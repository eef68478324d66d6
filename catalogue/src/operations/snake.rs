//! Names as the Rust SDK spells its methods.

/// `ListObjectsV2` -> `list_objects_v2`, `GetCSVHeader` -> `get_csv_header`: a word begins at a
/// capital that follows a small letter or a digit, and at the last capital of a run that a small
/// letter follows.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let begins_a_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if begins_a_word {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_acronyms_are_split_as_the_sdk_splits_them() {
        for (name, expected) in [
            ("GetItem", "get_item"),
            ("ListObjectsV2", "list_objects_v2"),
            ("GetCSVHeader", "get_csv_header"),
            ("SetUICustomization", "set_ui_customization"),
            ("AdminSetUserMFAPreference", "admin_set_user_mfa_preference"),
            ("Invoke", "invoke"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }

    proptest! {
        #[test]
        fn only_case_and_underscores_change(name in "[A-Z][A-Za-z0-9]{0,40}") {
            prop_assert_eq!(snake_case(&name).replace('_', ""), name.to_ascii_lowercase());
        }
    }
}
