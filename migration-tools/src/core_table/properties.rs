//! What holds for rows of any kind.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, L, M, N, Ns, Null, S};
use proptest::prelude::*;

use super::keys::Row;
use super::{membership, permissions, server};
use crate::engine::item::Item;

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        "[a-zä ]{0,6}".prop_map(S),
        (-9_999..9_999_i32).prop_map(|n| N(format!("{n}.50"))),
        proptest::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| B(Blob::new(bytes))),
        any::<bool>().prop_map(Bool),
        Just(Null(true)),
        proptest::collection::btree_set(0..9_u8, 1..4)
            .prop_map(|set| Ns(set.into_iter().map(|n| n.to_string()).collect())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(L),
            proptest::collection::hash_map("[a-z]{1,3}", inner, 0..3).prop_map(M),
        ]
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    let name = prop_oneof!["[a-z]{1,4}", Just("PK".to_owned()), Just("role".to_owned())];
    proptest::collection::hash_map(name, any_value(), 0..6)
}

proptest! {
    #[test]
    fn a_server_keeps_everything_but_its_id(old in any_item(), id in "[a-z#-]{1,8}") {
        let mut old = old;
        old.insert("id".to_owned(), S(id.clone()));
        match server(&old) {
            Err(refusal) => prop_assert!(old.contains_key("PK"), "{}", refusal),
            Ok(new) => {
                prop_assert_eq!(Row::of(&new), Row::Server(id.as_str()));
                let mut back = new;
                prop_assert_eq!(back.remove("Type"), Some(S("Server".into())));
                back.retain(|name, _| name != "PK" && name != "SK");
                back.insert("id".to_owned(), S(id));
                prop_assert_eq!(back, old);
            }
        }
    }

    #[test]
    fn a_membership_keeps_everything_but_ids_and_address(
        old in any_item(),
        user in "[a-z#-]{1,8}",
        server in "[a-z#-]{1,8}",
    ) {
        let mut old = old;
        old.insert("userId".to_owned(), S(user.clone()));
        old.insert("serverId".to_owned(), S(server.clone()));
        match membership(&old) {
            Err(_) => {
                let is_text = matches!(old.get("role"), Some(S(_)));
                prop_assert!(old.contains_key("PK") || !is_text);
            }
            Ok(new) => {
                // Of `USER#a` and `SERVER#b` the ids are told apart, whatever is in them.
                prop_assert_eq!(Row::of(&new), Row::Membership(user.as_str(), server.as_str()));
                let role = new["role"].as_s().unwrap();
                let may: BTreeSet<&str> = permissions(role).0.iter().copied().collect();
                prop_assert!(may.contains("read"));
                let kept = new.iter().filter(|(name, _)| {
                    !["PK", "SK", "Type", "permissions"].contains(&name.as_str())
                });
                let mut kept: Item = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
                kept.insert("userId".to_owned(), S(user));
                kept.insert("serverId".to_owned(), S(server));
                kept.extend(old.get("email").map(|email| ("email".to_owned(), email.clone())));
                prop_assert_eq!(kept, old);
            }
        }
    }
}
