//! The tables of operations, from botocore's service models.
//!
//! `model` reads one, `rules` judges its operations, `table` makes rows, `render` makes source.

mod model;
mod render;
mod rules;
mod snake;
mod table;

use std::path::Path;

use crate::CatalogueError;
use crate::committed::File;
use crate::wheel::Wheel;
pub(crate) use table::{ENUMS, Enum};

/// Every table, from botocore's wheel.
pub(crate) fn files(wheel: &Path) -> Result<Vec<File>, CatalogueError> {
    let bytes = crate::read(wheel)?;
    crate::pinned("botocore", &bytes, wheel)?;
    let mut models = Wheel::open(bytes, "botocore")
        .map_err(|source| CatalogueError::Wheel { path: wheel.to_owned(), source })?;
    ENUMS
        .iter()
        .map(|table| {
            let text = generate(table, &mut models, wheel)?;
            Ok(File { path: format!("operations/{}", table.file), text })
        })
        .collect()
}

fn generate(
    table: &'static Enum,
    wheel: &mut Wheel,
    path: &Path,
) -> Result<String, CatalogueError> {
    let mut apis = Vec::new();
    for api in table.apis {
        let json = wheel
            .model(api.botocore)
            .map_err(|source| CatalogueError::Wheel { path: path.to_owned(), source })?;
        let operations = model::operations(&json)
            .map_err(|source| CatalogueError::Model { service: api.botocore, source })?;
        apis.push((api, operations));
    }
    let origin =
        format!("Source: botocore {}, wheel with SHA-256\n//! `{}`.", wheel.version, wheel.sha256);
    Ok(render::source(table, &table::rows(&apis), &origin))
}
