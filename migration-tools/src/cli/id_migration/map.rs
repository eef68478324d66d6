//! The id map of a run: read, or made first where the operator asks for it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use required_env_vars::{Reason, look_up};

use super::super::console::Console;
use super::super::end::Failed;
use super::super::generate::GenerateCsv;
use super::super::settings::Settings;
use crate::amplify::id_map::{IdMap, MapError, Rules};

/// What says who is renamed.
pub(in crate::cli) struct MapChoice<'a> {
    pub(in crate::cli) csv_file: &'a Path,
    pub(in crate::cli) no_id_change: bool,
    pub(in crate::cli) use_sub: bool,
    pub(in crate::cli) user_pool_id: Option<String>,
    pub(in crate::cli) users: Option<&'a Path>,
    pub(in crate::cli) allow_chains: bool,
}

impl MapChoice<'_> {
    /// The map. A file that is there is used as it is, and never overwritten.
    pub(in crate::cli) async fn read(
        &self,
        settings: &Settings,
        console: &Console,
    ) -> Result<IdMap, Failed> {
        let path = self.csv_file;
        if (self.no_id_change || self.use_sub) && !path.exists() {
            let generate = GenerateCsv::part(path, self.use_sub, self.user_pool_id.clone());
            if !generate.write(settings, console).await?.is_written() {
                return Err(Failed::Prerequisite("there is nobody to migrate".to_owned()));
            }
        }
        let rules = Rules {
            allow_chains: self.allow_chains,
            idp_prefix: idp_prefix(settings).await?,
            ..Rules::default()
        };
        let file = File::open(path).map_err(|source| self.cannot_open(source))?;
        let wrong = |source: MapError| Failed::Map { path: path.to_owned(), source };
        let map = IdMap::read(BufReader::new(file), &rules).map_err(wrong)?;
        if self.no_id_change && map.renamed_users() > 0 {
            return Err(Failed::Usage(format!(
                "--no-id-change was given, and {} gives {} users another id; leave the flag out, or move the file away so that it is made anew",
                path.display(),
                map.renamed_users()
            )));
        }
        match self.users {
            None => Ok(map),
            Some(users) => part_of(&map, users, &rules),
        }
    }

    fn cannot_open(&self, source: std::io::Error) -> Failed {
        match source.kind() {
            std::io::ErrorKind::NotFound => Failed::Usage(format!(
                "there is no id map {}; write one with the columns old_id,new_id, or make it with `migration-tools generate-csv --use-sub` or `--no-id-change`",
                self.csv_file.display()
            )),
            _ => Failed::Input { path: self.csv_file.to_owned(), source },
        }
    }
}

/// The users of the map whom a file names, an old id a line.
fn part_of(map: &IdMap, path: &Path, rules: &Rules) -> Result<IdMap, Failed> {
    let text = fs::read_to_string(path)
        .map_err(|source| Failed::Input { path: path.to_owned(), source })?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let wanted: Vec<(usize, &str)> =
        (1..).zip(lines).filter(|(_, line)| !line.is_empty() && *line != "old_id").collect();
    let unknown = wanted.iter().find(|(_, id)| map.get(id).is_none());
    if let Some((line, _)) = unknown {
        return Err(Failed::Usage(format!(
            "{}: line {line} is no old id of the id map; write one old id of it on each line",
            path.display()
        )));
    }
    let wanted: BTreeSet<&str> = wanted.into_iter().map(|(_, id)| id).collect();
    let pairs = map.pairs().filter(|pair| wanted.contains(pair.old));
    let wrong = |source: MapError| Failed::Map { path: PathBuf::from(path), source };
    IdMap::from_pairs(pairs.map(|pair| (pair.old, pair.new)), rules).map_err(wrong)
}

/// What the deployment puts before ids. That it has none must be certain.
async fn idp_prefix(settings: &Settings) -> Result<Option<String>, Failed> {
    let service = settings.deployment.service("lambda");
    let wanted = [("IDP_PREFIX", service.as_str())];
    let found = look_up(&settings.config, settings.deployment.stage(), &wanted).await;
    match found.into_values().next() {
        Some(Ok(found)) => Ok(Some(found.value().to_owned())),
        Some(Err(error)) if error.reason() != Reason::Absent => {
            Err(Failed::Variable { name: "IDP_PREFIX", unresolved: Box::new(error) })
        }
        _ => Ok(None),
    }
}
