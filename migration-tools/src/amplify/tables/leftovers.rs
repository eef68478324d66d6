//! Where an old id still stands.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::amplify::id_map::{IdMap, Pair};
use crate::engine::item::Item;

/// A place in an item, without content: keys of maps that look like users are told by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// From the attribute inwards.
    pub parts: Vec<Part>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// An attribute, or a field of a map.
    Name(String),
    /// A field of a map whose name is a user of the map, or looks like no word: its position among the
    /// names in their order.
    User(usize),
    /// An element of a list.
    Element(usize),
    /// A member of a set, in the order it was read in.
    Member(usize),
    /// The name itself of a field of a map, by its position among the names in their order.
    Key(usize),
}

/// Every place in an item where an old id stands that is another one now: as a text, between `/` and
/// `#` in a text, behind `shared-with-`, as a key of a map or a member of a set; also in the forms of
/// user storage, and in lower case, which a person has to look at. Ids within other words are not ids.
/// Identities are not looked for, nor old ids that are also someone's new one.
///
/// `allowed` are the paths where old ids may stand, with all beneath: see [`Table::allowed`].
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::S;
/// use migration_tools::amplify::id_map::{IdMap, Rules};
/// use migration_tools::amplify::tables::leftovers;
///
/// let map = IdMap::from_pairs([("ada", "lovelaa1")], &Rules::default())?;
/// let item = [("owner", "ada"), ("email", "ada"), ("key", "x/ada/1"), ("name", "Canada")]
///     .map(|(name, text)| (name.to_owned(), S(text.into())))
///     .into();
/// let mut found: Vec<String> =
///     leftovers(&item, &map, &["email"]).iter().map(ToString::to_string).collect();
/// found.sort();
/// assert_eq!(found, ["key", "owner"]);
/// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
/// ```
///
/// [`Table::allowed`]: super::Table::allowed
#[must_use]
pub fn leftovers(item: &Item, map: &IdMap, allowed: &[&str]) -> Vec<Path> {
    let allowed = allowed.iter().map(|path| path.split('.').collect()).collect();
    let mut search = Search { map, found: Vec::new(), path: Vec::new(), allowed };
    search.fields(item, false);
    search.found
}

struct Search<'a> {
    map: &'a IdMap,
    allowed: Vec<Vec<&'a str>>,
    path: Vec<Step<'a>>,
    found: Vec<Path>,
}

/// A part of the path, with the names that the allowed paths are compared with.
struct Step<'a> {
    part: Part,
    name: &'a str,
}

impl<'a> Search<'a> {
    fn fields(&mut self, fields: &'a Item, keys_too: bool) {
        let mut names: Vec<&String> = fields.keys().collect();
        names.sort_unstable();
        for (at, name) in names.into_iter().enumerate() {
            // Names of attributes are the application's; names in maps may be people's.
            let user = keys_too && (self.is_user(name) || !is_word(name));
            let part = if user { Part::User(at) } else { Part::Name(name.clone()) };
            if keys_too && self.holds(name) {
                self.inside(Part::Key(at), "{}", |search| search.report());
            }
            self.inside(part, name, |search| search.value(&fields[name]));
        }
    }

    fn value(&mut self, value: &'a AttributeValue) {
        match value {
            AttributeValue::S(text) if self.holds(text) => self.report(),
            AttributeValue::Ss(all) => {
                for (at, _) in
                    all.iter().enumerate().filter(|(_, text)| self.holds(text)).collect::<Vec<_>>()
                {
                    self.inside(Part::Member(at), "[]", |search| search.report());
                }
            }
            AttributeValue::L(all) => {
                for (at, each) in all.iter().enumerate() {
                    self.inside(Part::Element(at), "[]", |search| search.value(each));
                }
            }
            AttributeValue::M(fields) => self.fields(fields, true),
            _ => {}
        }
    }

    /// Does something one step further in, unless old ids may stand there.
    fn inside(&mut self, part: Part, name: &'a str, then: impl FnOnce(&mut Self)) {
        self.path.push(Step { part, name });
        let here = |path: &Vec<&str>| {
            path.len() == self.path.len()
                && path.iter().zip(&self.path).all(|(allowed, step)| {
                    *allowed == step.name
                        || (*allowed == "*" && !matches!(step.part, Part::Element(_)))
                })
        };
        if !self.allowed.iter().any(here) {
            then(self);
        }
        self.path.pop();
    }

    fn report(&mut self) {
        self.found.push(Path { parts: self.path.iter().map(|step| step.part.clone()).collect() });
    }

    fn holds(&self, text: &str) -> bool {
        text.split(['/', '#']).any(|part| {
            self.is_old(part) || part.strip_prefix("shared-with-").is_some_and(|id| self.is_old(id))
        })
    }

    fn is_old(&self, part: &str) -> bool {
        self.pair(part).is_some_and(|pair| !pair.is_identity())
            && self.map.stored_new(part).is_none()
    }

    fn is_user(&self, name: &str) -> bool {
        self.pair(name).is_some() || self.map.stored_new(name).is_some()
    }

    fn pair(&self, part: &str) -> Option<Pair<'_>> {
        let map = self.map;
        map.stored(part).or_else(|| map.prefixed(part)).or_else(|| map.lower_cased(part))
    }
}

/// As `data.members{1}` or `tags[0].by`.
impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Name(name) if at == 0 => write!(out, "{name}")?,
                Part::Name(name) => write!(out, ".{name}")?,
                Part::User(at) => write!(out, ".<user {at}>")?,
                Part::Element(at) | Part::Member(at) => write!(out, "[{at}]")?,
                Part::Key(at) => write!(out, "{{{at}}}")?,
            }
        }
        Ok(())
    }
}

/// Whether it looks like a name that a program gives, and not like anybody's id.
fn is_word(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::item;
    use super::super::{Table, all};
    use super::*;
    use crate::amplify::id_map::Rules;

    fn map() -> IdMap {
        let rules = Rules { idp_prefix: Some("campus".into()), ..Rules::default() };
        let pairs = [
            ("ada+x", "love+1"),
            ("turing", "turinga1"),
            ("same", "same"),
            ("Grace@X", "hopperg1"),
        ];
        IdMap::from_pairs(pairs, &rules).unwrap()
    }

    fn found(of: Value, allowed: &[&str]) -> Vec<String> {
        leftovers(&item(of), &map(), allowed).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_way_an_id_can_stand_is_found_with_its_path() {
        let of = json!({
            "whole": "turing", "hash": "turing#x", "slash": "turing/x", "segment": "a/turing",
            "sanitised": "ada-x#app", "prefixed": "campus_turing#amplify-mcp",
            "shared": "shared-with-turing#x", "lower": "grace@x/1",
            "deep": {"list": [{"by": "x"}, {"by": "turing"}], "members": {"bob": 1, "turing": 2}},
        });
        assert_eq!(
            found(of, &[]),
            [
                "deep.list[1].by",
                "deep.members{1}",
                "hash",
                "lower",
                "prefixed",
                "sanitised",
                "segment",
                "shared",
                "slash",
                "whole"
            ]
        );
        let set = AttributeValue::Ss(vec!["x".into(), "turing".into()]);
        let set = leftovers(&[("tags".to_owned(), set)].into(), &map(), &[]);
        assert_eq!(set.iter().map(ToString::to_string).collect::<Vec<_>>(), ["tags[1]"]);
    }

    #[test]
    fn what_is_no_old_id_is_not_found() {
        let of = json!({"a": "turinga1", "b": "turing1", "c": "xturing/Turing", "d": "same", "e": "",
            "f": "love-1#x", "g": "the turing test", "h": ["turinga1#turin"], "i": 1, "j": null});
        assert_eq!(found(of, &[]), Vec::<String>::new());
    }

    #[test]
    fn allowed_places_are_left_out_and_no_others() {
        let of = json!({"email": "turing", "emails": "turing", "logs": [{"k": "turing/1", "u": "turing"}],
            "data": {"g1": {"x": "turing"}, "email": "turing"}});
        assert_eq!(
            found(of, &["email", "logs.[].k", "data.*.x"]),
            ["data.email", "emails", "logs[0].u"]
        );
    }

    #[test]
    fn paths_name_no_user() {
        let of = json!({"m": {"turing": {"by": "turing"}, "turinga1": {"by": "turing"}}});
        assert_eq!(found(of, &[]), ["m{0}", "m.<user 0>.by", "m.<user 1>.by"]);
    }

    #[test]
    fn an_old_id_that_is_someones_new_one_is_nobodys_leftover() {
        let rules = Rules { allow_chains: true, ..Rules::default() };
        let map = IdMap::from_pairs([("a", "b"), ("b", "c")], &rules).unwrap();
        let of = item(json!({"x": "a", "y": "b", "z": "c"}));
        assert_eq!(leftovers(&of, &map, &[]).len(), 1);
    }

    #[test]
    fn facts_allow_what_they_keep() {
        let files = Table::of_key("FILES_DYNAMO_TABLE").unwrap();
        let of = json!({"id": "turing/2025-02-03/1.json", "createdBy": "turing"});
        assert_eq!(found(of, files.kept), ["createdBy"]);
        assert!(all().all(|table| !table.kept.iter().any(|kept| kept.is_empty())));
    }
}
