//! What becomes of one row of user storage.

use aws_sdk_dynamodb::types::AttributeValue::{M, S};
use migration_tools::engine::item::Item;

use super::oracle::Who;
use super::storage_rows::{MALFORMED, app_part, user_part};

/// The row after the migration. The names of objects in it stay.
pub fn storage_renamed(row: &Item, who: &Who) -> Item {
    let mut row = row.clone();
    for name in ["PK", "appId"] {
        if let Some(S(key)) = row.get_mut(name) {
            *key = key_renamed(key, who);
        }
    }
    let key = row["PK"].as_s().unwrap().clone();
    let share = key.contains("#amplify-shares#");
    for name in ["SK", "itemId"] {
        if let Some(S(sort)) = row.get_mut(name) {
            *sort = sort_renamed(sort, share, name == "itemId", who);
        }
    }
    in_data(&mut row, "sharedBy", who);
    if key.split('#').nth(1) == Some("amplify-agent-logs") {
        in_data(&mut row, "user", who);
    }
    row
}

/// `{user}#{app}#{kind}` or `{user}#{app}`.
fn key_renamed(key: &str, who: &Who) -> String {
    let parts: Vec<&str> = key.splitn(3, '#').collect();
    let (user, app, kind) = match parts[..] {
        [user, app, kind] => (user, app, Some(kind)),
        [user, app] => (user, app, None),
        _ => return key.to_owned(),
    };
    for (old, new) in &who.pairs {
        let mut stored = None;
        if [old, &user_part(old), new, &user_part(new)].into_iter().any(|form| form == user) {
            stored = Some(user_part(new));
        } else if let Some(prefix) = &who.idp_prefix
            && app == "amplify-mcp"
            && [format!("{}_{old}", user_part(prefix)), user_part(&format!("{prefix}_{old}"))]
                .iter()
                .any(|form| form == user)
        {
            stored = Some(user_part(&format!("{prefix}_{new}")));
        }
        let Some(stored) = stored else { continue };
        let app = MALFORMED
            .iter()
            .filter(|(_, of)| kind.is_none_or(|kind| kind == *of))
            .map(|(name, _)| *name)
            .find(|name| app == format!("{}-{name}", app_part(old)))
            .unwrap_or(app);
        return match kind {
            Some(kind) => format!("{stored}#{app}#{kind}"),
            None => format!("{stored}#{app}"),
        };
    }
    key.to_owned()
}

/// `shared-with-{reader}#…` anywhere, and `{sharer}#…` among what was shared. Copies of it may end with
/// the id.
fn sort_renamed(sort: &str, share: bool, is_copy: bool, who: &Who) -> String {
    for front in ["shared-with-", ""] {
        for (old, new) in &who.pairs {
            let Some(rest) = sort.strip_prefix(&format!("{front}{old}")) else { continue };
            let ends = rest.starts_with('#') || (is_copy && rest.is_empty());
            if ends && (share || !front.is_empty()) {
                return format!("{front}{new}{rest}");
            }
        }
    }
    sort.to_owned()
}

/// A field of `data`, which is a text, or a text in its type, and all of it may be in its type too.
fn in_data(row: &mut Item, name: &str, who: &Who) {
    let Some(M(data)) = row.get_mut("data") else { return };
    let data = match data.get("M") {
        Some(M(_)) if data.len() == 1 => data.get_mut("M"),
        _ => return in_fields(data, name, who),
    };
    if let Some(M(inner)) = data {
        in_fields(inner, name, who);
    }
}

fn in_fields(fields: &mut Item, name: &str, who: &Who) {
    match fields.get_mut(name) {
        Some(S(id)) => *id = who.new_id(id).to_owned(),
        Some(M(typed)) if typed.len() == 1 => {
            if let Some(S(id)) = typed.get_mut("S") {
                *id = who.new_id(id).to_owned();
            }
        }
        _ => {}
    }
}
