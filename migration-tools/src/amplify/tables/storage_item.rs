//! Items of the user storage, as the application writes them.

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use crate::engine::item::Item;

/// Of all ids that are derived here: another namespace would give other ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0e_4b53_9a43_5a4a_8c1c_2d10_7b0c_1f1e);

/// An item under this key; `pk` is `{user}#{app}#{kind}`, the time is in seconds since 1970. Its UUID
/// follows from its key, so that the same is made again.
pub(crate) fn storage_item(pk: &str, sk: &str, data: Item, seconds: i64) -> Item {
    let (app, kind) = pk.rsplit_once('#').unwrap_or((pk, ""));
    let uuid = derived(&format!("{pk}#{sk}"));
    let texts = [
        ("PK", pk),
        ("SK", sk),
        ("itemId", sk),
        ("UUID", &uuid),
        ("appId", app),
        ("entityType", kind),
    ];
    let mut item: Item =
        texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned()))).into();
    item.insert("data".to_owned(), AttributeValue::M(data));
    item.insert("createdAt".to_owned(), AttributeValue::N(seconds.to_string()));
    item
}

/// An id that follows from a text.
pub(crate) fn derived(from: &str) -> String {
    Uuid::new_v5(&NAMESPACE, from.as_bytes()).to_string()
}
