//! Which values are not for everybody's eyes.

use std::borrow::Cow;

/// Words in names of variables that hold secrets.
const SECRET_WORDS: [&str; 14] = [
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "TOKEN",
    "KEY",
    "KEYS",
    "APIKEY",
    "SECRETS",
    "PASSWORDS",
    "PWD",
    "CREDENTIAL",
    "CREDENTIALS",
    "PRIVATE",
];
/// Last words of names of variables that only say where something is.
const PLACE_WORDS: [&str; 12] = [
    "TABLE",
    "BUCKET",
    "NAME",
    "ARN",
    "URL",
    "QUEUE",
    "PARAMETER",
    "INDEX",
    "ID",
    "PATH",
    "ONE",
    "TWO",
];
/// Beginnings of well-known secrets: AWS, GitHub, Slack, OpenAI and its like, Google, PEM, JWT.
const SECRET_STARTS: [&str; 13] = [
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "sk-",
    "sk_live_",
    "AIza",
    "-----BEGIN",
    "eyJ",
    "amp-",
];

/// What is shown of a variable's value: `****` for what looks like a secret, `a***@b.c` for e-mail
/// addresses, anything else as it is.
///
/// ```
/// use migration_tools::mask::shown;
///
/// assert_eq!(shown("API_KEYS_DYNAMODB_TABLE", "amplify-v6-object-access-dev-api-keys"), "amplify-v6-object-access-dev-api-keys");
/// assert_eq!(shown("PROVIDER_KEY", "x"), "****");
/// assert_eq!(shown("ENDPOINT", "https://user:word@example.org"), "****");
/// assert_eq!(shown("ADMINS", "ada@example.edu,alan@example.edu"), "a***@example.edu,a***@example.edu");
/// ```
#[must_use]
pub fn shown<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    if is_secret_name(name) || is_secret(value) {
        return Cow::Borrowed("****");
    }
    if value.contains('@') { Cow::Owned(without_addresses(value)) } else { Cow::Borrowed(value) }
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).collect();
    let is_place = words.last().is_some_and(|last| PLACE_WORDS.contains(last));
    !is_place && words.iter().any(|word| SECRET_WORDS.contains(word))
}

fn is_secret(value: &str) -> bool {
    let start = value.trim_start();
    let with_login = value
        .split_once("://")
        // A password may have a slash in it, though it should not.
        .and_then(|(_, rest)| rest.rsplit_once('@'))
        .is_some_and(|(login, _)| login.contains(':'));
    SECRET_STARTS.iter().any(|known| start.starts_with(known)) || with_login || is_random(start)
}

/// One long word of letters of both cases and digits: nothing a person would write.
fn is_random(value: &str) -> bool {
    let value = value.trim_end().trim_end_matches('=');
    let of = |is: fn(&char) -> bool| value.chars().filter(is).count();
    value.len() >= 32
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '+' || c == '/')
        && of(char::is_ascii_digit) >= 3
        && of(char::is_ascii_uppercase) >= 3
        && of(char::is_ascii_lowercase) >= 3
}

fn without_addresses(value: &str) -> String {
    let is_local = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    let mut whole = String::with_capacity(value.len());
    let mut parts = value.split('@').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            whole.push_str(part);
            break;
        }
        let start = part.char_indices().rev().take_while(|(_, c)| is_local(*c)).last();
        match start.map(|(at, first)| (part.split_at(at), first)) {
            Some(((before, _), first)) => {
                whole.push_str(before);
                whole.push(first);
                whole.push_str("***@");
            }
            None => {
                whole.push_str(part);
                whole.push('@');
            }
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::amplify::{Deployment, RESOURCES};

    #[test]
    fn secrets_are_masked_and_names_of_resources_are_not() {
        for (name, value) in [
            ("OPENAI_API_KEY", "anything"),
            ("DB_PASSWORD", "x"),
            ("OAUTH_CLIENT_SECRET", "x"),
            ("PROVIDER", "sk-abcdefgh"),
            ("ACCESS", "AKIAIOSFODNN7EXAMPLE"),
            ("JWT", "eyJhbGciOiJIUzI1NiJ9.e30.x"),
            ("BLOB", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE1KEY2"),
            ("DATABASE", "postgres://ada:word@db.example.org/x"),
            ("DATABASE", "postgres://ada:w/ord@db.example.org/x"),
            ("PROVIDER_API_KEYS", "x"),
        ] {
            assert_eq!(shown(name, value), "****", "{name}");
        }
        let v6 = Deployment::new("v6", "dev").unwrap();
        for resource in RESOURCES {
            let name = resource.name(&v6);
            assert_eq!(shown(resource.key, &name), name);
        }
        for (name, value) in [
            ("LLM_ENDPOINTS_SECRETS_NAME", "dev-openai-endpoints"),
            ("SECRETS_ARN_NAME", "dev-amplify-app-secrets"),
            ("OAUTH_ENCRYPTION_PARAMETER", "/amplify-v6-assistants-api/dev/oauth"),
            ("PRIVATE_SUBNET_ONE", "subnet-0a1b2c3d"),
            (
                "OAUTH_ISSUER_BASE_URL",
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
            ),
        ] {
            assert_eq!(shown(name, value), value, "{name}");
        }
        assert_eq!(shown("ADMINS", "x, b.c@d.e; @f"), "x, b***@d.e; @f");
    }

    proptest! {
        #[test]
        fn no_address_is_shown_whole(user in "[a-z.+]{2,12}", host in "[a-z]{2,9}\\.[a-z]{2,3}") {
            let address = format!("{user}@{host}");
            let text = format!("{address},{address}");
            prop_assert!(!shown("ADMINS", &text).contains(&address));
        }
    }
}
