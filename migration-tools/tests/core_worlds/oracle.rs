//! What must have become of a world: the facts once more, said as simply as possible.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue::{self, L, N, S};
use migration_tools::engine::item::{Item, differing};

use super::{Core, World, by_key, text};

/// A world after the migration.
#[derive(Debug, Default)]
pub struct Expected {
    /// CoreTable.
    pub core: Core,
    /// How many servers, memberships and users have no row of theirs, since they can have none or
    /// another one is in its place.
    pub left: [usize; 3],
    /// How many servers, memberships and users there are.
    pub all: [usize; 3],
}

/// After a migration of everything.
pub fn expected(world: &World) -> Expected {
    expected_of(world, None)
}

/// After a migration of some users.
pub fn expected_of(world: &World, users: Option<&BTreeSet<String>>) -> Expected {
    let takes = |row: &Item| users.is_none_or(|users| users.contains(word(row, "userId")));
    let memberships: Vec<&Item> = world.memberships.iter().filter(|row| takes(row)).collect();
    let wanted: BTreeSet<&str> = memberships.iter().map(|row| word(row, "serverId")).collect();
    let servers: Vec<&Item> = world
        .servers
        .iter()
        .filter(|row| users.is_none() || wanted.contains(word(row, "id")))
        .collect();
    let mut people: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for row in &memberships {
        people.entry(word(row, "userId")).or_default().push(row);
    }
    let mut after = Expected { core: by_key(world.core.iter().cloned()), ..Expected::default() };
    after.all = [servers.len(), memberships.len(), people.len()];
    let of_servers = servers.into_iter().map(|row| (0, of_server(row)));
    let of_memberships = memberships.iter().map(|row| (1, of_membership(row)));
    let of_people = people.iter().map(|(id, rows)| (2, of_user(id, rows, world)));
    for (kind, row) in of_servers.chain(of_memberships).chain(of_people) {
        let Some(row) = row else {
            after.left[kind] += 1;
            continue;
        };
        let key = (word(&row, "PK").to_owned(), word(&row, "SK").to_owned());
        match after.core.get(&key) {
            Some(standing) if differing(standing, &row).is_empty() => {}
            Some(_) => after.left[kind] += 1,
            None => drop(after.core.insert(key, row)),
        }
    }
    after
}

fn word<'i>(row: &'i Item, name: &str) -> &'i str {
    row[name].as_s().unwrap()
}

fn fits(pk: &str, sk: &str) -> bool {
    pk.len() <= 1024 && sk.len() <= 1024
}

fn of_server(old: &Item) -> Option<Item> {
    if ["PK", "SK", "Type"].iter().any(|name| old.contains_key(*name)) {
        return None;
    }
    let mut new = old.clone();
    let id = new.remove("id")?;
    let pk = format!("SERVER#{}", id.as_s().unwrap());
    if !fits(&pk, "") {
        return None;
    }
    new.insert("PK".into(), S(pk));
    new.insert("SK".into(), text("METADATA"));
    new.insert("Type".into(), text("Server"));
    Some(new)
}

fn of_membership(old: &Item) -> Option<Item> {
    if ["PK", "SK", "Type", "permissions"].iter().any(|name| old.contains_key(*name)) {
        return None;
    }
    let S(role) = old.get("role")? else { return None };
    let may = match role.as_str() {
        "admin" => "read write delete manage_users",
        "moderator" => "read write restart",
        _ => "read",
    };
    let (pk, sk) =
        (format!("USER#{}", word(old, "userId")), format!("SERVER#{}", word(old, "serverId")));
    if !fits(&pk, &sk) {
        return None;
    }
    let mut new = old.clone();
    ["userId", "serverId", "email"].iter().for_each(|name| drop(new.remove(*name)));
    new.insert("permissions".into(), L(may.split(' ').map(text).collect()));
    new.insert("PK".into(), S(pk));
    new.insert("SK".into(), S(sk));
    new.insert("Type".into(), text("UserServer"));
    Some(new)
}

fn of_user(id: &str, rows: &[&Item], world: &World) -> Option<Item> {
    let pool = world.pool.iter().flatten().find(|(sub, _)| sub == id);
    let known = |name: &str| {
        let (_, attributes) = pool?;
        let (_, value) = attributes.iter().find(|(own, _)| *own == name)?;
        (!value.trim().is_empty()).then(|| value.clone())
    };
    // The newest, and of those the last server's.
    let mut all: Vec<((u8, i128, String), &str, &str)> = Vec::new();
    for row in rows {
        if let Some(S(email)) = row.get("email")
            && !email.trim().is_empty()
        {
            all.push((age(row.get("updatedAt")), word(row, "serverId"), email));
        }
    }
    all.sort();
    let email = known("email").or_else(|| all.last().map(|(_, _, email)| (*email).to_owned()))?;
    let full = [known("given_name"), known("family_name")];
    let full = full.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let full = if full.is_empty() { email.split('@').next().unwrap().to_owned() } else { full };
    let name = known("name").unwrap_or(full);
    let pk = format!("USER#{id}");
    fits(&pk, "METADATA").then(|| {
        [
            ("PK", pk),
            ("SK", "METADATA".into()),
            ("Type", "User".into()),
            ("email", email),
            ("name", name),
        ]
        .map(|(name, value)| (name.to_owned(), S(value)))
        .into()
    })
}

/// The worlds have times of few kinds only.
fn age(updated: Option<&AttributeValue>) -> (u8, i128, String) {
    match updated {
        Some(N(number)) => (2, number.parse().unwrap(), String::new()),
        Some(S(time)) if time.starts_with("2025-06-15T") => {
            let seconds: i128 = time[17..19].parse().unwrap();
            // 15:06:40 UTC is 1,750,000,000.
            (2, 1_749_999_960 + seconds, String::new())
        }
        Some(S(other)) => (1, 0, other.clone()),
        _ => (0, 0, String::new()),
    }
}
