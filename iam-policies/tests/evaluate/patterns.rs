//! Patterns against a matcher that tries everything.

use iam_policies::policy::pattern::{Pattern, Piece};
use proptest::prelude::*;

fn resource(text: &str) -> Pattern {
    Pattern::resource(&[Piece::Text(text.into())], true)
}

fn with_unknown(before: &str, after: &str) -> Pattern {
    let pieces =
        [Piece::Text(before.into()), Piece::Unknown("Name".into()), Piece::Text(after.into())];
    Pattern::resource(&pieces, true)
}

/// Wildcards in the plainest way there is.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => {
            naive(&pattern[1..], text) || (!text.is_empty() && naive(pattern, &text[1..]))
        }
        (Some('?'), Some(_)) => naive(&pattern[1..], &text[1..]),
        (Some(left), Some(right)) if left == right => naive(&pattern[1..], &text[1..]),
        _ => false,
    }
}

/// As `naive`, but part by part where the pattern is an ARN.
fn naive_resource(pattern: &str, text: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    if !pattern.starts_with("arn:") {
        return naive(&chars(pattern), &chars(text));
    }
    let mut parts: Vec<&str> = pattern.splitn(6, ':').collect();
    parts.resize(6, "*");
    let texts: Vec<&str> = text.splitn(6, ':').collect();
    texts.len() == 6
        && parts.iter().zip(&texts).all(|(part, text)| naive(&chars(part), &chars(text)))
}

fn all_texts(alphabet: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last
            .iter()
            .flat_map(|text| alphabet.iter().map(move |letter| format!("{text}{letter}")))
            .collect();
        all.extend(last.clone());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A counterexample to "covers" is never longer than the patterns' letters and a few more.
    #[test]
    fn sets_agree_with_trying_every_text(left in "[ab*?]{0,4}", right in "[ab*?]{0,4}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let (l, r) = (resource(&left), resource(&right));
        let texts = all_texts(&['a', 'b', 'c'], 7);
        let in_left: Vec<bool> = texts.iter().map(|t| naive(&chars(&left), &chars(t))).collect();
        let in_right: Vec<bool> = texts.iter().map(|t| naive(&chars(&right), &chars(t))).collect();
        for (text, expected) in texts.iter().zip(&in_left).take(400) {
            prop_assert_eq!(l.matches(text), *expected, "{} {}", left, text);
        }
        let covers = in_left.iter().zip(&in_right).all(|(l, r)| *l || !*r);
        prop_assert_eq!(l.covers(&r), covers, "{} covers {}", left, right);
        let overlaps = in_left.iter().zip(&in_right).any(|(l, r)| *l && *r);
        prop_assert_eq!(l.overlaps(&r), overlaps, "{} overlaps {}", left, right);
    }

    #[test]
    fn parts_of_arns_agree_with_trying_every_text(
        left in "arn:[a*?]{0,2}(:[a*?]{0,2}){0,4}",
        right in "arn:[a*?]{0,2}(:[a*?]{0,2}){0,4}",
        text in "arn(:[ab]{0,3}){4,7}",
    ) {
        let (l, r) = (resource(&left), resource(&right));
        prop_assert_eq!(l.matches(&text), naive_resource(&left, &text), "{} {}", left, text);
        if l.covers(&r) && r.matches(&text) {
            prop_assert!(l.matches(&text), "{left} covers {right} but not {text}");
        }
        if l.matches(&text) && r.matches(&text) {
            prop_assert!(l.overlaps(&r), "{left} and {right} share {text}");
        }
    }

    #[test]
    fn long_patterns_are_answered(left in "[ab*?]{0,200}", right in "[ab*?]{0,200}") {
        let (l, r) = (resource(&left), resource(&right));
        prop_assert!(l.covers(&l));
        prop_assert!(!l.covers(&r) || l.overlaps(&r));
    }

    #[test]
    fn any_text_is_a_pattern(text in ".{0,40}", variables in any::<bool>()) {
        let pattern = Pattern::resource(&[Piece::Text(text.clone())], variables);
        prop_assert_eq!(pattern.text(), text.as_str());
        prop_assert!(pattern.overlaps(&pattern));
    }
}

#[test]
fn actions_have_no_letter_case_and_resources_do() {
    assert!(Pattern::action("S3:Get*").covers(&Pattern::action("s3:getobject")));
    assert!(Pattern::action("s3:Get*").matches("s3:getobject"));
    assert!(!resource("arn:aws:s3:::Files").matches("arn:aws:s3:::files"));
}

#[test]
fn wildcards_stay_in_their_part_of_an_arn() {
    let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/files";
    assert!(resource("arn:aws:dynamodb:*:*:table/f*").matches(table));
    assert!(resource("arn:aws:dynamodb:*").matches(table), "missing parts are `*`");
    assert!(resource("arn:*").matches(table));
    assert!(!resource("arn:aws:dynamodb:*:table/files").matches(table), "one part is missing");
    assert!(!resource("arn:aws:*:table/files").matches(table));
    let function = "arn:aws:lambda:eu-west-1:123456789012:function:sender:live";
    assert!(resource("arn:aws:lambda:*:*:function:*").matches(function), "the last part may");
    assert!(resource("arn:aws:s3:::files/*/x").matches("arn:aws:s3:::files/a/b/x"));
}

#[test]
fn escapes_are_characters_and_variables_are_unknown() {
    assert!(resource("a${*}b${?}c${$}").matches("a*b?c$"));
    assert!(!resource("a${*}").matches("ab"));
    let own = resource("arn:aws:s3:::files/${aws:username}/*");
    assert_eq!(own.unknown(), ["aws:username"]);
    assert!(!own.matches("arn:aws:s3:::files/ada/x"), "not claimed");
    assert!(own.overlaps(&resource("arn:aws:s3:::files/ada/x")), "but possible");
    assert!(!own.overlaps(&resource("arn:aws:s3:::other/ada/x")));
    let old = Pattern::resource(&[Piece::Text("${aws:username}".into())], false);
    assert!(old.matches("${aws:username}"), "before 2012-10-17 there were no variables");
}

#[test]
fn nothing_is_claimed_about_unknown_pieces() {
    let unknown = with_unknown("arn:aws:dynamodb:eu-west-1:123456789012:table/", "");
    let files = resource("arn:aws:dynamodb:eu-west-1:123456789012:table/files");
    assert!(!unknown.covers(&files) && unknown.overlaps(&files));
    assert!(!unknown.covers(&unknown), "the two may have different values");
    assert!(resource("*").covers(&unknown));
    assert!(resource("arn:aws:dynamodb:*:*:table/*").covers(&unknown));
    assert!(!files.covers(&unknown) && files.overlaps(&unknown));
    assert!(resource("*").covers(&with_unknown("", "")));
}

#[test]
fn nothing_narrower_than_everything_covers_a_star() {
    let star = Pattern::literal("*");
    assert!(resource("*").covers(&star));
    assert!(!resource("arn:aws:s3:::*").covers(&star));
}
