//! What stands under a key where two different rows meet, table by table.

use std::cmp::Ordering;

use aws_sdk_dynamodb::types::AttributeValue::{self, L, M, N, S, Ss};
use migration_tools::engine::item::{Item, same, same_value};

use super::STORAGE;

/// Digits behind the point that amounts have at most.
const SCALE: usize = 18;

/// Tables of amounts, where two rows that are the same may be one and its copy, or two.
pub const ADDED: [&str; 2] =
    ["COST_CALCULATIONS_DYNAMO_TABLE", "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE"];

/// Both in one; nothing where a person has to decide.
pub fn merged(key: &str, existing: &Item, incoming: &Item) -> Option<Item> {
    let (here, there) = (existing, incoming);
    match key {
        "ACCOUNTS_DYNAMO_TABLE" => with_elements(here, there, "accounts", "id", false),
        "OPS_DYNAMODB_TABLE" => with_elements(here, there, "ops", "id", false),
        "ARTIFACTS_DYNAMODB_TABLE" => with_elements(here, there, "artifacts", "key", true),
        "ASSISTANTS_ALIASES_DYNAMODB_TABLE" => later(here, there, &["currentVersion"]),
        "CONVERSATION_METADATA_TABLE" => later(here, there, &["last_modified"]),
        "DATA_DISCLOSURE_ACCEPTANCE_TABLE" => {
            later(here, there, &["documentVersion", "acceptedTimestamp"])
        }
        "COGNITO_USERS_DYNAMODB_TABLE" => Some(filled(here, there)),
        "COST_CALCULATIONS_DYNAMO_TABLE" => {
            added(here, there, &["dailyCost", "monthlyCost", "hourlyCost"])
        }
        "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE" => {
            let mut row = added(here, there, &["dailyCost", "monthlyCost"])?;
            newest(&mut row, there, "timestamp");
            Some(row)
        }
        "EMAIL_SETTINGS_DYNAMO_TABLE" => with_texts(here, there, "allowedSenders"),
        "USER_TAGS_DYNAMO_TABLE" => with_texts(here, there, "tags"),
        "OAUTH_USER_TABLE" => tokens(here, there),
        "OBJECT_ACCESS_DYNAMODB_TABLE" => permission(here, there),
        STORAGE => stored(here, there),
        // Nothing can be said of two different rows.
        _ => None,
    }
}

/// What stands there, with what it lacks.
fn filled(here: &Item, there: &Item) -> Item {
    let mut row = here.clone();
    for (name, value) in there {
        if !row.contains_key(name) {
            row.insert(name.clone(), value.clone());
        }
    }
    row
}

fn with_elements(here: &Item, there: &Item, list: &str, by: &str, equal: bool) -> Option<Item> {
    let mut row = filled(here, there);
    let (ours, theirs) = match (here.get(list), there.get(list)) {
        (None, _) | (_, None) => return Some(row),
        (Some(L(ours)), Some(L(theirs))) => (ours, theirs),
        _ => return None,
    };
    let name = |element: &AttributeValue| match element {
        M(fields) => fields.get(by).cloned(),
        _ => None,
    };
    let mut all = ours.clone();
    for element in theirs {
        let found = ours.iter().find(|ours| match (name(ours), name(element)) {
            (Some(ours), Some(theirs)) => same_value(&ours, &theirs),
            _ => same_value(ours, element),
        });
        match found {
            None => all.push(element.clone()),
            Some(ours) if equal && !same_value(ours, element) => return None,
            Some(_) => {}
        }
    }
    row.insert(list.to_owned(), L(all));
    Some(row)
}

fn later(here: &Item, there: &Item, names: &[&str]) -> Option<Item> {
    for name in names {
        match order(&there[*name], &here[*name]) {
            Ordering::Greater => return Some(there.clone()),
            Ordering::Less => return Some(here.clone()),
            Ordering::Equal => {}
        }
    }
    Some(here.clone())
}

fn added(here: &Item, there: &Item, names: &[&str]) -> Option<Item> {
    if same(here, there) {
        let is_zero = |amount: &AttributeValue| match amount {
            N(amount) => scaled(amount) == 0,
            L(amounts) => amounts.iter().all(|one| one.as_n().is_ok_and(|one| scaled(one) == 0)),
            _ => false,
        };
        let nothing = names.iter().filter_map(|name| here.get(*name)).all(is_zero);
        return nothing.then(|| here.clone());
    }
    let mut row = filled(here, there);
    for name in names {
        if let (Some(ours), Some(theirs)) = (here.get(*name), there.get(*name)) {
            row.insert((*name).to_owned(), sum(ours, theirs)?);
        }
    }
    Some(row)
}

fn sum(ours: &AttributeValue, theirs: &AttributeValue) -> Option<AttributeValue> {
    match (ours, theirs) {
        (N(ours), N(theirs)) => Some(N(written(scaled(ours) + scaled(theirs)))),
        (L(ours), L(theirs)) if ours.len() == theirs.len() => {
            let mut all = Vec::new();
            for (ours, theirs) in ours.iter().zip(theirs) {
                all.push(sum(ours, theirs)?);
            }
            Some(L(all))
        }
        _ => None,
    }
}

fn with_texts(here: &Item, there: &Item, name: &str) -> Option<Item> {
    let mut row = filled(here, there);
    let both = match (here.get(name), there.get(name)) {
        (None, _) | (_, None) => return Some(row),
        (Some(Ss(ours)), Some(Ss(theirs))) => {
            let more = theirs.iter().filter(|text| !ours.contains(text));
            Ss(ours.iter().chain(more).cloned().collect())
        }
        (Some(L(ours)), Some(L(theirs))) => {
            let more = theirs.iter().filter(|text| !ours.contains(text));
            L(ours.iter().chain(more).cloned().collect())
        }
        _ => return None,
    };
    row.insert(name.to_owned(), both);
    Some(row)
}

fn tokens(here: &Item, there: &Item) -> Option<Item> {
    let mut row = filled(here, there);
    if let (Some(M(ours)), Some(M(theirs))) = (here.get("integrations"), there.get("integrations"))
    {
        let is_later = order(&there["last_updated"], &here["last_updated"]).is_gt();
        let (winner, loser) = if is_later { (theirs, ours) } else { (ours, theirs) };
        row.insert("integrations".to_owned(), M(filled(winner, loser)));
    }
    newest(&mut row, there, "last_updated");
    Some(row)
}

fn permission(here: &Item, there: &Item) -> Option<Item> {
    let strength = |row: &Item| {
        let level = row.get("permission_level")?.as_s().ok()?;
        ["none", "read", "write", "owner"].iter().position(|each| each == level)
    };
    let (ours, theirs) = (strength(here)?, strength(there)?);
    let mut row = filled(here, there);
    let stronger = if theirs > ours { there } else { here };
    row.insert("permission_level".to_owned(), stronger["permission_level"].clone());
    Some(row)
}

/// User storage: copies of one content are one, of two contents the newer one stays.
fn stored(here: &Item, there: &Item) -> Option<Item> {
    let content = |row: &Item| {
        let mut row = row.clone();
        ["UUID", "createdAt", "itemId"].iter().for_each(|name| drop(row.remove(*name)));
        row
    };
    if same(&content(here), &content(there)) {
        return Some(filled(here, there));
    }
    match order(there.get("createdAt")?, here.get("createdAt")?) {
        Ordering::Greater => Some(there.clone()),
        Ordering::Less => Some(here.clone()),
        Ordering::Equal => None,
    }
}

fn newest(row: &mut Item, there: &Item, name: &str) {
    if let Some(value) = there.get(name)
        && row.get(name).is_none_or(|ours| order(value, ours).is_gt())
    {
        row.insert(name.to_owned(), value.clone());
    }
}

/// Of numbers by value, of times as they are written here: all in UTC.
fn order(left: &AttributeValue, right: &AttributeValue) -> Ordering {
    match (left, right) {
        (N(left), N(right)) => scaled(left).cmp(&scaled(right)),
        (S(left), S(right)) => instant(left).cmp(&instant(right)),
        _ => panic!("generated rows have one type here"),
    }
}

/// The second, and the digits behind it.
fn instant(text: &str) -> (&str, &str) {
    let (second, rest) = text.split_at("2025-01-01T00:00:00".len());
    let fraction = rest.trim_start_matches('.').split(['Z', '+']).next().unwrap_or_default();
    (second, fraction.trim_end_matches('0'))
}

/// The number in units of the last of its digits that count.
fn scaled(text: &str) -> i128 {
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
    let power = i32::try_from(SCALE - fraction.len()).unwrap() + exponent.parse::<i32>().unwrap();
    digits * 10_i128.pow(u32::try_from(power).unwrap())
}

fn written(scaled: i128) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = SCALE + 1);
    let (whole, fraction) = digits.split_at(digits.len() - SCALE);
    format!("{sign}{whole}.{fraction}")
}
