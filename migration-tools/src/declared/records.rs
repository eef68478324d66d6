//! Declarations with the names of one deployment, as records of the tracking table.

use std::collections::{BTreeMap, BTreeSet};

use required_env_vars::{Declaration, declarations};
use serde_json::{Map, Value, json};

use super::COMMANDS;
use crate::amplify::tables::Table;
use crate::amplify::{Deployment, Named, Resource};
use crate::core_table::TableNames;
use crate::engine::lease;

/// The variable that stands for the table of leases, whose name is the same everywhere.
pub const LEASES: &str = "MIGRATION_TOOLS_LEASES_TABLE";
/// Where variables are looked for that no service publishes as its own.
const SHARED: &str = "lambda";
/// What all commands read that are about user ids.
const NAMES: &str = "names";
/// Those that are not, and the tables of the first of them.
const OTHERS: [&str; 2] = ["core_table", "profiles"];
const CORE_TABLES: [&str; 3] =
    ["SERVERS_TABLE_NAME", "USER_MEMBERSHIP_TABLE_NAME", "CORE_TABLE_NAME"];

/// Where the commands are to run.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The deployment.
    pub deployment: &'a Deployment,
    /// Its region.
    pub region: &'a str,
    /// The names of its resources.
    pub named: &'a [Named],
    /// The id of its user pool, where it is known.
    pub user_pool: Option<&'a str>,
    /// The table of profiles, where it is known.
    pub profiles: Option<&'a str>,
    /// `PARAMETER_STORE_PREFIX`.
    pub prefix: &'a str,
    /// The day, UTC, such as `2026-11-21`: records say when something was declared.
    pub day: &'a str,
}

/// What these commands declare, as `iam-policies --from-records` reads it: one record for each command
/// and variable, with the command as the Lambda that has the role. Holds names of resources and nothing
/// else.
///
/// Of commands that are not described there are none.
#[must_use]
pub fn records(commands: &[&str], place: &Place<'_>) -> Value {
    let own = format!("{}::", module_path!().trim_end_matches("::records"));
    let mut declared: BTreeMap<&str, Vec<Declaration>> = BTreeMap::new();
    for declaration in declarations() {
        // The function has the path of its file and its own name.
        let path = declaration.function.strip_prefix(&own);
        if let Some(function) = path.and_then(|path| path.rsplit("::").next()) {
            declared.entry(function).or_default().push(declaration);
        }
    }
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    let described = COMMANDS.iter().filter(|(command, _)| commands.contains(command));
    for (command, function) in described {
        let is_other = OTHERS.contains(function);
        let both = [function, NAMES];
        let all = if is_other { &both[..1] } else { &both[..] };
        for declaration in all.iter().filter_map(|of| declared.get(*of)).flatten() {
            let service = match is_other && declaration.variable != LEASES {
                true => place.deployment.dep_name().to_owned(),
                false => service(declaration.variable, place.deployment),
            };
            let item =
                items.entry(format!("{service}#{}", declaration.variable)).or_insert_with(|| {
                    Item { service, variable: declaration.variable, ..Item::default() }
                });
            item.operations.extend(declaration.operations.iter().map(|one| one.iam()));
            let name = format!("function:{}@{command}", declaration.function);
            item.functions.insert(name, function_map(declaration, command, place));
        }
    }
    let items: Vec<Value> = items.into_values().map(|item| item.record(place)).collect();
    json!({ "Items": items })
}

/// A record of the tracking table.
#[derive(Default)]
struct Item {
    service: String,
    variable: &'static str,
    operations: BTreeSet<&'static str>,
    functions: Map<String, Value>,
}

impl Item {
    fn record(self, place: &Place<'_>) -> Value {
        let Self { service, variable, operations, functions: mut record } = self;
        let (prefix, stage) = (place.prefix, place.deployment.stage());
        for (name, value) in [
            ("service_var_key", format!("{service}#{variable}")),
            ("parameter_path", format!("{prefix}/{stage}/{service}/{variable}")),
            ("service_name", service),
            ("var_name", variable.to_owned()),
        ] {
            record.insert(name.to_owned(), text(&value));
        }
        if !operations.is_empty() {
            record.insert("operations".to_owned(), json!({ "SS": operations }));
        }
        Value::Object(record)
    }
}

fn function_map(declaration: &Declaration, command: &str, place: &Place<'_>) -> Value {
    let day = |of: &str| (of.to_owned(), text(place.day));
    let days = |of: Vec<&str>| json!({ "M": of.into_iter().map(day).collect::<Map<_, _>>() });
    // The value of a plain variable is nobody's business.
    let is_plain = declaration.operations.is_empty();
    let value = if is_plain { None } else { name(declaration.variable, place) };
    json!({ "M": {
        "path": text(declaration.function),
        "lambda": text(command),
        "last_seen": text(place.day),
        "declared": days(declaration.operations.iter().map(|one| one.iam()).collect()),
        "declared_at": days(vec![&format!("{}:{}", declaration.file, declaration.line)]),
        "values": days(value.iter().map(String::as_str).collect()),
        "regions": days(vec![place.region]),
    }})
}

fn text(text: &str) -> Value {
    json!({ "S": text })
}

/// The service under whose path the variable is looked for.
fn service(variable: &str, of: &Deployment) -> String {
    let resource = Resource::of_key(variable).or_else(|| {
        crate::amplify::RESOURCES.iter().find(|resource| resource.alias == Some(variable))
    });
    resource.map_or_else(|| of.service(SHARED), |resource| resource.publisher(of))
}

/// What the variable means in this deployment.
fn name(variable: &str, place: &Place<'_>) -> Option<String> {
    if variable == LEASES {
        return Some(lease::TABLE.to_owned());
    }
    if variable == "COGNITO_USER_POOL_ID" {
        return place.user_pool.map(str::to_owned);
    }
    if variable == "USER_PROFILES_TABLE" {
        return place.profiles.map(str::to_owned);
    }
    let core = TableNames::of(place.deployment.dep_name(), place.deployment.stage());
    let all = [core.servers, core.memberships, core.core];
    if let Some((_, name)) = CORE_TABLES.iter().zip(all).find(|(known, _)| **known == variable) {
        return Some(name);
    }
    let named = place.named.iter().find(|one| one.resource.key == variable);
    let given = named.map(|one| one.name.clone());
    given.or_else(|| Table::of_key(variable).map(|table| table.name(place.deployment)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amplify::RESOURCES;
    use crate::amplify::tables::{Group, Turn, all};

    fn variables(function: &str, plain: bool) -> BTreeSet<&'static str> {
        declarations()
            .filter(|one| one.function.ends_with(&format!("::{function}")))
            .filter(|one| one.operations.is_empty() == plain)
            .map(|one| one.variable)
            .collect()
    }

    #[test]
    fn every_table_that_can_take_part_is_declared() {
        let mut declared = variables("id_migration", false);
        for other in [LEASES, "S3_CONSOLIDATION_BUCKET_NAME", "COGNITO_USER_POOL_ID"] {
            assert!(declared.remove(other), "{other}");
        }
        let tables = all().filter(|table| table.group != Group::Never).map(|table| table.key);
        assert_eq!(declared, tables.collect());
    }

    #[test]
    fn tables_that_users_can_be_looked_up_in_are_queried() {
        let queries =
            |one: &Declaration| one.operations.iter().any(|of| of.iam() == "dynamodb:Query");
        let of = |one: &Declaration| one.function.ends_with("::id_migration");
        let declared = declarations().filter(of).filter(queries).map(|one| one.variable);
        let tables = all().filter(|table| {
            let login = table.turn == Turn::Login;
            table.group != Group::Never && !login && !table.find.is_empty()
        });
        assert_eq!(declared.collect::<BTreeSet<_>>(), tables.map(|table| table.key).collect());
    }

    #[test]
    fn every_name_that_is_looked_for_is_declared() {
        let names = RESOURCES.iter().flat_map(|one| std::iter::once(one.key).chain(one.alias));
        assert_eq!(variables("names", true), names.collect());
    }
}
