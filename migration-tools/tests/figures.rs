//! What a migration costs in calls, whatever the number of users.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod running;
mod support;
mod worlds;

use aws_sdk_dynamodb::types::AttributeValue::{L, S};
use migration_tools::engine::item::Item;
use migration_tools::engine::writer::Old;
use running::{How, Scene};
use worlds::World;

/// Rows of one table, dealt out to so many users.
fn world(users: usize, rows: usize) -> World {
    let pairs = (0..users).map(|user| (format!("user{user}@uni.example"), format!("u{user}")));
    let row = |row: usize| -> Item {
        let user = format!("user{}@uni.example", row % users);
        [
            ("user".to_owned(), S(user)),
            ("tag".to_owned(), S(format!("tag{row}"))),
            ("ops".to_owned(), L(Vec::new())),
        ]
        .into()
    };
    World {
        dep_name: "v6",
        stage: "dev",
        pairs: pairs.collect(),
        idp_prefix: None,
        tables: [("OPS_DYNAMODB_TABLE", (0..rows).map(row).collect())].into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_row_is_one_call_whatever_the_number_of_users() {
    const ROWS: usize = 2_000;
    let mut all = Vec::new();
    for users in [2, 500] {
        let world = world(users, ROWS);
        let scene = Scene::of(&world).await;
        let done = scene.migrate(&world, &How::new(Old::Delete)).await;
        assert!(done.complete(), "{done:?}");
        assert_eq!(done.total().moved, u64::try_from(ROWS).unwrap());
        let calls = scene.aws.total();
        let pages = scene.aws.count("dynamodb", "Scan");
        // Ten for the table, the lease and its table.
        assert!((calls - pages) * 10 <= ROWS * 11 + 100, "{users} users: {calls} calls");
        all.push(calls);
    }
    assert!(all[0].abs_diff(all[1]) <= 4, "{all:?}");
}
