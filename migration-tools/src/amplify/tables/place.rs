//! Where in a record ids live, and rewriting them there.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::amplify::id_map::IdMap;
use crate::engine::item::Item;

/// A place where ids live.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Steps joined by dots. The first is the name of an attribute; each other one is the name of a
    /// field of a map, `*` for every value of a map, `{}` for the keys of a map, or `[]` for every
    /// element of a list or set.
    pub path: &'static str,
    /// How an id stands there.
    pub form: Form,
    /// In which records.
    pub when: When,
    /// Where two keys of a map become one: values from the weakest to the strongest, which stays.
    pub ranks: &'static [&'static str],
}

/// How an id stands in a text.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// The text is an id.
    Whole,
    /// An id, then this mark, then something else.
    UpTo(&'static str),
    /// Where this finds it: it gives the rewritten text, or nothing where that is the same.
    By(fn(&str, &IdMap) -> Option<String>),
}

/// In which records a place holds ids.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// In all of them.
    Always,
    /// Where this attribute is this text.
    Is(&'static str, &'static str),
    /// Where this attribute is this text or does not exist.
    IsOrAbsent(&'static str, &'static str),
}

/// Ids as complete texts.
pub(super) const fn whole(path: &'static str) -> Place {
    Place { path, form: Form::Whole, when: When::Always, ranks: &[] }
}

/// Ids before a mark.
pub(super) const fn up_to(path: &'static str, mark: &'static str) -> Place {
    Place { form: Form::UpTo(mark), ..whole(path) }
}

/// Ids where a function finds them.
pub(super) const fn by(path: &'static str, find: fn(&str, &IdMap) -> Option<String>) -> Place {
    Place { form: Form::By(find), ..whole(path) }
}

impl Place {
    pub(super) const fn when(self, attribute: &'static str, is: &'static str) -> Self {
        Self { when: When::Is(attribute, is), ..self }
    }

    pub(super) const fn when_or_absent(self, attribute: &'static str, is: &'static str) -> Self {
        Self { when: When::IsOrAbsent(attribute, is), ..self }
    }

    pub(super) const fn ranked(self, ranks: &'static [&'static str]) -> Self {
        Self { ranks, ..self }
    }

    /// The attribute that the place is in.
    #[must_use]
    pub fn attribute(&self) -> &'static str {
        self.path.split('.').next().unwrap_or(self.path)
    }

    /// The value with new ids in this place; nothing where it stays as it is.
    fn rewrite(&self, value: &AttributeValue, map: &IdMap) -> Option<AttributeValue> {
        let steps: Vec<&str> = self.path.split('.').skip(1).collect();
        self.walk(value, &steps, map)
    }

    fn walk(&self, value: &AttributeValue, steps: &[&str], map: &IdMap) -> Option<AttributeValue> {
        use AttributeValue::{L, M, S, Ss};
        match (steps, value) {
            ([], S(text)) => self.text(text, map).map(S),
            (["[]"], L(list)) => elements(list, |each| self.walk(each, &[], map)).map(L),
            (["[]"], Ss(set)) => members(set, |each| self.text(each, map)).map(Ss),
            (["[]", rest @ ..], L(list)) => {
                let new: Vec<_> = list.iter().map(|each| self.walk(each, rest, map)).collect();
                new.iter().any(Option::is_some).then(|| {
                    let both = new.into_iter().zip(list);
                    L(both.map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect())
                })
            }
            (["*", rest @ ..], M(fields)) => {
                let rewritten = |(name, field): (&String, &AttributeValue)| {
                    Some((name.clone(), self.walk(field, rest, map)?))
                };
                let new: Item = fields.iter().filter_map(rewritten).collect();
                (!new.is_empty()).then(|| M(with(fields, new)))
            }
            (["{}"], M(fields)) => self.keys(fields, map).map(M),
            ([name, rest @ ..], M(fields)) => {
                let new = self.walk(fields.get(*name)?, rest, map)?;
                Some(M(with(fields, [((*name).to_owned(), new)])))
            }
            _ => None,
        }
    }

    fn text(&self, text: &str, map: &IdMap) -> Option<String> {
        match self.form {
            Form::Whole => map.whole(text),
            Form::UpTo(mark) => map.up_to(text, mark),
            Form::By(find) => find(text, map),
        }
    }

    fn keys(&self, fields: &Item, map: &IdMap) -> Option<Item> {
        let mut changed = false;
        let mut new = Item::new();
        // In order of the old names, so that it is always the same value that stays.
        for (name, value) in fields.iter().collect::<BTreeMap<_, _>>() {
            let renamed = self.text(name, map);
            changed |= renamed.is_some();
            let name = renamed.unwrap_or_else(|| name.clone());
            let stays = new.get(&name).is_some_and(|other| self.rank(other) >= self.rank(value));
            if !stays {
                new.insert(name, value.clone());
            }
        }
        changed.then_some(new)
    }

    /// Values that are not ranked are the weakest.
    fn rank(&self, value: &AttributeValue) -> Option<usize> {
        let text = value.as_s().ok()?;
        self.ranks.iter().position(|rank| rank == text)
    }
}

impl When {
    fn is_true_of(&self, item: &Item) -> bool {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        match self {
            Self::Always => true,
            Self::Is(name, is) => text(name).is_some_and(|text| text == is),
            Self::IsOrAbsent(name, is) => {
                !item.contains_key(*name) || text(name).is_some_and(|text| text == is)
            }
        }
    }
}

/// The attributes that get new values, for all the places of a table.
pub(super) fn changed(
    places: &[Place],
    item: &Item,
    map: &IdMap,
) -> BTreeMap<String, AttributeValue> {
    let mut changed = BTreeMap::new();
    for place in places.iter().filter(|place| place.when.is_true_of(item)) {
        let name = place.attribute();
        let value = changed.get(name).or_else(|| item.get(name));
        if let Some(new) = value.and_then(|value| place.rewrite(value, map)) {
            changed.insert(name.to_owned(), new);
        }
    }
    changed
}

fn with(fields: &Item, new: impl IntoIterator<Item = (String, AttributeValue)>) -> Item {
    let mut fields = fields.clone();
    fields.extend(new);
    fields
}

/// A list with rewritten elements. Where an id that was written is in it twice, the first one stays.
fn elements(
    list: &[AttributeValue],
    rewrite: impl Fn(&AttributeValue) -> Option<AttributeValue>,
) -> Option<Vec<AttributeValue>> {
    let new: Vec<Option<AttributeValue>> = list.iter().map(rewrite).collect();
    let written: BTreeSet<&String> = new.iter().flatten().flat_map(AttributeValue::as_s).collect();
    if written.is_empty() {
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut kept = Vec::with_capacity(list.len());
    for (new, old) in new.iter().zip(list) {
        let value = new.as_ref().unwrap_or(old);
        let again = value.as_s().is_ok_and(|id| written.contains(id) && !seen.insert(id));
        if !again {
            kept.push(value.clone());
        }
    }
    Some(kept)
}

fn members(set: &[String], rewrite: impl Fn(&str) -> Option<String>) -> Option<Vec<String>> {
    let new: Vec<Option<String>> = set.iter().map(|text| rewrite(text)).collect();
    new.iter().any(Option::is_some).then_some(())?;
    let mut seen = BTreeSet::new();
    let all = new.into_iter().zip(set).map(|(new, old)| new.unwrap_or_else(|| old.clone()));
    Some(all.filter(|text| seen.insert(text.clone())).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{item, map};
    use super::*;
    use crate::amplify::id_map::Rules;

    fn after(place: Place, before: serde_json::Value) -> Option<Item> {
        let map = map(&[("al", "turinga1"), ("ada", "lovelaa1"), ("same", "same")]);
        let before = item(before);
        let changed = changed(&[place], &before, &map);
        (!changed.is_empty()).then(|| with(&before, changed))
    }

    #[test]
    fn every_step_is_walked() {
        for (place, before, expected) in [
            (whole("user"), json!({"user": "al"}), json!({"user": "turinga1"})),
            (
                whole("a.b.[]"),
                json!({"a": {"b": ["x", "al", 1, null], "c": "al"}}),
                json!({"a": {"b": ["x", "turinga1", 1, null], "c": "al"}}),
            ),
            (
                whole("h.[].by"),
                json!({"h": [{"by": "al"}, {"by": "x"}, {}, "al"]}),
                json!({"h": [{"by": "turinga1"}, {"by": "x"}, {}, "al"]}),
            ),
            (
                whole("data.*.members.[]"),
                json!({"data": {"g": {"members": ["al"]}, "h": {"members": null}}}),
                json!({"data": {"g": {"members": ["turinga1"]}, "h": {"members": null}}}),
            ),
            (whole("m.{}"), json!({"m": {"al": 1, "x": 2}}), json!({"m": {"turinga1": 1, "x": 2}})),
            (up_to("k", "#"), json!({"k": "al#x"}), json!({"k": "turinga1#x"})),
        ] {
            assert_eq!(after(place, before.clone()), Some(item(expected)), "{before}");
        }
    }

    #[test]
    fn values_of_other_types_and_missing_ones_stay() {
        for before in [
            json!({}),
            json!({"a": null}),
            json!({"a": "al"}),
            json!({"a": {"b": "al"}}),
            json!({"a": {"b": {"al": "al"}}}),
            json!({"a": ["al"]}),
            json!({"a": {"b": ["same", "alice", ["al"]]}}),
        ] {
            assert_eq!(after(whole("a.b.[]"), before.clone()), None, "{before}");
        }
    }

    #[test]
    fn a_list_keeps_its_order_and_has_a_written_id_once() {
        let before = json!({"a": ["x", "al", "y", "x", "turinga1", "ada"]});
        let expected = json!({"a": ["x", "turinga1", "y", "x", "lovelaa1"]});
        assert_eq!(after(whole("a.[]"), before), Some(item(expected)));
        let set = |members: &[&str]| -> Item {
            let members = members.iter().map(|member| (*member).to_owned()).collect();
            [("a".to_owned(), AttributeValue::Ss(members))].into()
        };
        let map = map(&[("al", "turinga1")]);
        let new = changed(&[whole("a.[]")], &set(&["b", "al", "turinga1"]), &map);
        assert_eq!(new.get("a"), set(&["b", "turinga1"]).get("a"), "a set stays a set");
    }

    #[test]
    fn of_two_keys_that_become_one_the_stronger_value_stays() {
        let place = whole("m.{}").ranked(&["read", "write", "admin"]);
        for (old, new, stays) in [
            ("admin", "read", "admin"),
            ("read", "admin", "admin"),
            ("write", "other", "write"),
            ("other", "read", "read"),
        ] {
            let before = json!({"m": {"al": old, "turinga1": new, "x": "read"}});
            let expected = json!({"m": {"turinga1": stays, "x": "read"}});
            assert_eq!(after(place, before), Some(item(expected)), "{old} {new}");
        }
    }

    #[test]
    fn two_users_who_swap_ids_are_renamed_once() {
        let rules = Rules { allow_chains: true, ..Rules::default() };
        let swap = IdMap::from_pairs([("a", "b"), ("b", "a")], &rules).unwrap();
        let before =
            item(json!({"l": ["a", "x", "b"], "m": {"a": "admin", "b": "read"}, "k": "a#b"}));
        let places = [whole("l.[]"), whole("m.{}"), up_to("k", "#")];
        let after = with(&before, changed(&places, &before, &swap));
        let expected = json!({"l": ["b", "x", "a"], "m": {"b": "admin", "a": "read"}, "k": "b#b"});
        assert_eq!(after, item(expected));
    }

    #[test]
    fn conditions_are_those_of_the_record() {
        let is = whole("a").when("type", "user");
        let or_absent = whole("a").when_or_absent("type", "user");
        for (before, both) in [
            (json!({"a": "al", "type": "user"}), [true, true]),
            (json!({"a": "al", "type": "project"}), [false, false]),
            (json!({"a": "al"}), [false, true]),
            (json!({"a": "al", "type": null}), [false, false]),
        ] {
            let changes = [is, or_absent].map(|place| after(place, before.clone()).is_some());
            assert_eq!(changes, both, "{before}");
        }
    }
}
