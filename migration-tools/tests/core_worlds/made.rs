//! Making worlds up.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, L, M, N, Ns, Null, Ss};
use fastrand::Rng;

use super::oracle::expected;
use super::{World, item, text};
use migration_tools::engine::item::Item;

/// How much a world has.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub servers: usize,
    pub users: usize,
    /// Whether there are rows that cannot be taken over, and rows in their way.
    pub hostile: bool,
    pub pool: bool,
}

impl World {
    pub fn generate(seed: u64, size: Size) -> Self {
        let mut rng = Rng::with_seed(seed);
        let servers: Vec<Item> = (0..size.servers).map(|n| server(n, size, &mut rng)).collect();
        let mut world = Self { servers, ..Self::default() };
        for n in 0..size.users {
            memberships(n, size, &mut rng, &mut world.memberships);
        }
        if size.pool {
            let users = (0..size.users).filter(|n| n % 3 != 1);
            world.pool = Some(users.map(|n| (user_id(n), attributes(n))).collect());
        }
        stand_before(size, &mut rng, &mut world);
        world
    }
}

pub fn server_id(n: usize) -> String {
    match n % 5 {
        3 => format!("i#{n:x}#METADATA"),
        _ => format!("i-{n:017x}"),
    }
}

pub fn user_id(n: usize) -> String {
    match n % 7 {
        5 => format!("ünï#SERVER#{n}"),
        _ => format!("{n:08x}-1111-4222-8333-abcdefabcdef"),
    }
}

fn server(n: usize, size: Size, rng: &mut Rng) -> Item {
    let mut all = vec![("id", text(&server_id(n))), ("name", text(&format!("World {n}")))];
    let more: [(&'static str, AttributeValue); 14] = [
        ("vCpus", N("2".into())),
        ("diskSize", N("12345678901234567890.12345678901234567".into())),
        ("memSize", N("-0.001".into())),
        ("publicIp", Null(true)),
        ("configValid", Bool(n.is_multiple_of(2))),
        ("configWarnings", L(vec![text("a"), N("1".into()), M(item(&[("deep", Null(true))]))])),
        ("configErrors", L(Vec::new())),
        ("ports", Ns(vec!["25565".into(), "1".into()])),
        ("tags", Ss(vec!["b".into(), "a".into()])),
        ("icon", B(Blob::new([0, 255, 7]))),
        ("runCommand", text("")),
        ("pk", text("lower case is another name")),
        ("permissions", text("a server may have these")),
        ("createdAt", text("2025-01-01T00:00:00Z")),
    ];
    all.extend(more.into_iter().filter(|_| rng.u8(..3) > 0));
    if size.hostile {
        match n % 9 {
            4 => all.push((["PK", "SK", "Type"][rng.usize(..3)], text("mine"))),
            7 => all[0] = ("id", text(&format!("{}{n}", "x".repeat(1_020)))),
            _ => {}
        }
    }
    item(&all)
}

fn memberships(n: usize, size: Size, rng: &mut Rng, all: &mut Vec<Item>) {
    let mut user = user_id(n);
    if size.hostile && n % 11 == 8 {
        user = "u".repeat(1_100);
    }
    // Some have many, so that they go over the ends of pages.
    let count = if n % 6 == 2 { size.servers.min(9) } else { 1 + rng.usize(..3) };
    for m in 0..count {
        let at = (n + m) % (size.servers + 1);
        // The last one is the server that has no row.
        let server = if at == size.servers { "i-gone".to_owned() } else { server_id(at) };
        let role = ["admin", "moderator", "viewer", "support", "Admin"][rng.usize(..5)];
        let mut row = vec![
            ("userId", text(&user)),
            ("serverId", text(&server)),
            ("role", text(role)),
            ("email", text(&email(n, m))),
            ("updatedAt", updated(m, rng)),
        ];
        let more = [
            ("createdAt", text("2025-02-03T04:05:06.789Z")),
            ("createdBy", text("system")),
            ("invitedWith", N("7".into())),
        ];
        row.extend(more.into_iter().filter(|_| rng.bool()));
        if size.hostile {
            match rng.u8(..12) {
                0 => row[2] = ("role", N("1".into())),
                1 => drop(row.remove(2)),
                2 => row[3] = ("email", N("1".into())),
                3 => drop(row.remove(3)),
                4 => row[3] = ("email", text("")),
                5 => row.push((["PK", "SK", "Type", "permissions"][rng.usize(..4)], text("mine"))),
                _ => {}
            }
        }
        all.push(item(&row));
    }
}

/// Mostly a user has one address, some have several, and some none at all.
pub fn email(n: usize, m: usize) -> String {
    match n % 5 {
        4 => format!("user{n}.{m}@many.example"),
        _ => format!("user{n}@one.example"),
    }
}

fn updated(m: usize, rng: &mut Rng) -> AttributeValue {
    match rng.u8(..5) {
        0 => N(format!("{}", 1_750_000_000 + m)),
        1 => text(&format!("2025-06-15T17:06:4{}+02:00", m % 10)),
        2 => text("last summer"),
        3 => Bool(true),
        _ => text("2025-06-15T15:06:41Z"),
    }
}

/// What the pool has of a user.
pub fn attributes(n: usize) -> Vec<(&'static str, String)> {
    let mut all = vec![("sub", user_id(n))];
    match n % 4 {
        0 => all.push(("name", format!("Person {n}"))),
        1 => all.extend([("given_name", "Ada".to_owned()), ("family_name", format!("No{n}"))]),
        2 => all.extend([("name", " ".to_owned()), ("family_name", "Hopper".to_owned())]),
        _ => {}
    }
    if n.is_multiple_of(2) {
        all.push(("email", format!("pool{n}@pool.example")));
    }
    all
}

/// Rows of live traffic: marks of administrators, rows as they are to be, and others in their place.
fn stand_before(size: Size, rng: &mut Rng, world: &mut World) {
    let expected = expected(world).core;
    for n in 0..size.users.min(3) {
        let user = format!("USER#{}", user_id(n));
        world.core.push(item(&[("PK", text(&user)), ("SK", text("ADMIN")), ("by", text("x"))]));
    }
    world.core.push(item(&[
        ("PK", text("SERVER#new")),
        ("SK", text("METADATA")),
        ("n", text("x")),
    ]));
    for (at, row) in expected.into_values().enumerate() {
        match rng.u8(..12) {
            0 => world.core.push(row),
            1 if size.hostile => {
                let mut other = row;
                if at.is_multiple_of(2) {
                    other.insert("lastSeen".to_owned(), N("1".into()));
                } else {
                    other.insert("Type".to_owned(), text("Another"));
                }
                world.core.push(other);
            }
            _ => {}
        }
    }
}
