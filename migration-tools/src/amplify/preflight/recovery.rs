//! Whether tables can be restored to a moment before a migration.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::PointInTimeRecoveryStatus;
use required_env_vars::Failure;

use super::facts::{Recovery, Seen};
use crate::amplify::{Kind, Named};
use crate::turns::Turns;

/// Between two calls: ten a second are taken.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html>
const PAUSE: Duration = Duration::from_millis(110);

/// Asks for every table among these resources, which exist.
pub(super) async fn recovery(client: &Client, existing: &[&Named]) -> Recovery {
    let turns = Turns::every(PAUSE);
    let mut recovery = Recovery::default();
    for named in existing.iter().filter(|one| one.resource.kind == Kind::Table) {
        turns.next().await;
        match is_on(client, &named.name).await {
            Ok(true) => recovery.on += 1,
            Ok(false) => recovery.off.push(named.name.clone()),
            Err(failure) => {
                recovery.unknown.push(named.name.clone());
                recovery.failure.get_or_insert(failure);
            }
        }
    }
    recovery
}

async fn is_on(client: &Client, table: &str) -> Seen<bool> {
    let answer = client.describe_continuous_backups().table_name(table).send().await;
    let answer = answer.map_err(|error| Failure::of(&error))?;
    let described = answer.continuous_backups_description;
    let recovery = described.and_then(|one| one.point_in_time_recovery_description);
    let status = recovery.and_then(|one| one.point_in_time_recovery_status);
    Ok(status == Some(PointInTimeRecoveryStatus::Enabled))
}
