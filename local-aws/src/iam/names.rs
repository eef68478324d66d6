//! Names, paths and ids.

use crate::ids;

/// The path and the name in the ARN of a policy.
pub(super) fn of_policy(arn: &str) -> (&str, &str) {
    let resource = arn.splitn(6, ':').last().unwrap_or_default();
    let full = resource.strip_prefix("policy").unwrap_or(resource);
    full.rfind('/').map_or(("/", full), |slash| full.split_at(slash + 1))
}

/// A unique id: four letters for the kind, then 17 characters.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
pub(super) fn unique_id(kind: &str) -> String {
    const CHARACTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = (u128::from(ids::number()) << 64) | u128::from(ids::number());
    let mut id = kind.to_owned();
    for _ in 0..17 {
        id.push(char::from(CHARACTERS[(bits % 32) as usize]));
        bits /= 32;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_a_path_and_a_name() {
        for (arn, expected) in [
            ("arn:aws:iam::111122223333:policy/reader", ("/", "reader")),
            ("arn:aws:iam::aws:policy/service-role/Basic", ("/service-role/", "Basic")),
            ("arn:aws:iam::aws:policy/a/b/C", ("/a/b/", "C")),
        ] {
            assert_eq!(of_policy(arn), expected);
        }
    }

    #[test]
    fn ids_have_the_form_and_differ() {
        let (one, two) = (unique_id("AROA"), unique_id("AROA"));
        assert_ne!(one, two);
        assert!(one.len() == 21 && one.starts_with("AROA"), "{one}");
    }
}
