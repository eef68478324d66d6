//! What has to be there before anything is moved into it.

use super::super::end::Failed;
use super::super::session::Ground;
use super::super::settings::Settings;
use crate::amplify::tables::Turn;
use crate::amplify::{Existence, Inspector, Kind, Resource};

/// Checks that the consolidation bucket and the user storage exist.
///
/// # Errors
///
/// With what is missing, and what makes it.
pub(in crate::cli) async fn prerequisites(
    settings: &Settings,
    ground: &Ground,
) -> Result<(), Failed> {
    let region = &settings.region;
    let storage = ground.targets.present.iter().any(|target| target.table.turn == Turn::Storage);
    if !storage {
        return Err(Failed::Prerequisite(format!(
            "there is no USER_DATA_STORAGE_TABLE in {region}; deploy the service amplify-lambda first, which makes it"
        )));
    }
    let Some(resource) = Resource::of_key("S3_CONSOLIDATION_BUCKET_NAME") else { return Ok(()) };
    let named = ground.named.iter().find(|one| one.resource.key == resource.key);
    let name = named.map_or_else(|| resource.name(&settings.deployment), |one| one.name.clone());
    match Inspector::new(&settings.config).one(Kind::Bucket, &name).await {
        Existence::Exists => Ok(()),
        Existence::Unknown(failure) => {
            let what = format!("cannot look for the consolidation bucket {name}");
            Err(Failed::Aws { what, failure })
        }
        found @ (Existence::Absent | Existence::Elsewhere(_)) => {
            Err(Failed::Prerequisite(format!(
                "the consolidation bucket {name} is {found}; deploy the service amplify-lambda first, which makes it"
            )))
        }
    }
}
