//! Profiles that applications have written over the years, and some that nobody should have.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, L, M, Ns, Null, Ss};
use fastrand::Rng;
use migration_tools::engine::item::Item;

use super::{Profiles, by_key, item, number, text};

/// A world of some profiles; hostile ones among them if asked for.
pub fn world(seed: u64, profiles: usize, hostile: bool) -> Profiles {
    let mut rng = Rng::with_seed(seed);
    by_key((0..profiles).map(|n| profile(&mut rng, n, hostile)))
}

fn profile(rng: &mut Rng, n: usize, hostile: bool) -> Item {
    let kind = ["character", "player", "npc"][rng.usize(..3)];
    let id =
        [format!("p-{n}"), format!("guild#{n}#main"), format!("ü {n}")][rng.usize(..3)].clone();
    let mut profile = item(&[
        ("userId", text(&format!("user-{}", rng.usize(..n + 1)))),
        ("profileKey", text(&format!("{kind}#{id}"))),
        ("profileType", text(kind)),
        ("profileId", text(&id)),
        ("createdAt", text("2024-01-02T03:04:05.678Z")),
        ("profileData", M(data(rng))),
    ]);
    // The same key twice would be one profile.
    profile.insert("userId".to_owned(), text(&format!("user-{}-{n}", n % 7)));
    match rng.u8(..6) {
        0 => {}
        1 => drop(profile.insert("version".to_owned(), number("1.0"))),
        version => drop(profile.insert("version".to_owned(), number(&(version - 1).to_string()))),
    }
    match rng.u8(..5) {
        0 => {}
        1 => drop(profile.insert("updatedAt".to_owned(), text(""))),
        _ => drop(profile.insert(
            "updatedAt".to_owned(),
            text(&format!("2025-0{}-01T00:00:00.000Z", 1 + n % 9)),
        )),
    }
    for (name, value) in [
        ("lastAccessedAt", text("2025-06-06T06:06:06.006Z")),
        ("lastAccessedAt", Null(true)),
        ("portrait", B(Blob::new([0, 159, 146, 150]))),
        ("badges", Ss(vec!["gold".into(), "first".into()])),
        ("scores", Ns(vec!["1".into(), "12345678901234567890123456789012345678".into()])),
        ("settings", L(vec![Bool(true), Null(true), number("0.1")])),
    ] {
        if rng.u8(..4) == 0 {
            profile.insert(name.to_owned(), value);
        }
    }
    if hostile && rng.u8(..3) == 0 {
        spoil(rng, &mut profile);
    }
    profile
}

fn data(rng: &mut Rng) -> Item {
    let mut data = Item::new();
    for (name, value) in [
        ("characterName", text("Nim")),
        ("characterName", text("")),
        ("name", text("Nim")),
        ("createdBy", text("ada")),
        ("tags", L(vec![text("brave")])),
        ("tags", Ss(vec!["x".into(), "y".into()])),
        ("level", number("9007199254740993")),
        ("nested", M(item(&[("characterName", text("inner"))]))),
        ("metadata", M(item(&[("origin", text("import"))]))),
        ("metadata", Null(true)),
    ] {
        if rng.u8(..3) == 0 {
            data.insert(name.to_owned(), value);
        }
    }
    // Two names that say different things belong to the hostile ones.
    if data.get("characterName") == Some(&text("Nim")) && data.contains_key("name") {
        data.insert("name".to_owned(), text("Nim"));
    }
    data
}

fn spoil(rng: &mut Rng, profile: &mut Item) {
    let versions = [
        text("2"),
        number("-1"),
        number("1.5"),
        number("0"),
        number("5"),
        number("1e40"),
        Null(true),
        Bool(true),
        L(vec![number("1")]),
    ];
    let mut set = |name: &str, value: AttributeValue| drop(profile.insert(name.to_owned(), value));
    match rng.u8(..10) {
        0..=3 => set("version", versions[rng.usize(..versions.len())].clone()),
        4 => set("profileData", text("none")),
        5 => drop(profile.remove("profileData")),
        6 => set("profileType", [number("7"), text("other")][rng.usize(..2)].clone()),
        7 => drop(profile.remove("profileId")),
        8 => set(
            "profileData",
            M(item(&[
                ("characterName", text("Nim")),
                ("name", text("Mo")),
                ("metadata", text("m")),
            ])),
        ),
        _ => set(
            "profileData",
            M(item(&[
                ("createdBy", text("ada")),
                ("metadata", M(item(&[("createdBy", text("bob"))]))),
            ])),
        ),
    }
}
