//! A profile in the hands of a migration: its fields by their paths.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Path;
use super::version::kind;
use crate::engine::item::{Item, same_value};

/// A profile with all its attributes.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::S;
/// use migration_tools::profiles::Profile;
///
/// # fn main() -> Result<(), migration_tools::profiles::FieldError> {
/// let mut profile = Profile::default();
/// profile.set("profileData.characterName", S("Nim".into()))?;
/// profile.rename("profileData.characterName", "profileData.name")?;
/// profile.add("profileData.tags", Vec::<_>::new())?;
/// assert_eq!(profile.text("profileData.name"), Some("Nim"));
/// assert!(!profile.has("profileData.characterName"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Profile(Item);

/// A field that cannot be what it should become. Without content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// What should have fields is something else.
    #[error("`{path}` is {found} and has no fields")]
    NoObject {
        /// What.
        path: Path,
        /// What it is.
        found: &'static str,
    },
    /// A value would be lost.
    #[error("`{0}` has another value already")]
    Taken(Path),
    /// The path names none.
    #[error("`{0}` names no field")]
    NoField(Path),
}

/// A value, as a field takes it.
#[derive(Clone, PartialEq)]
pub struct Value(pub AttributeValue);

impl From<AttributeValue> for Value {
    fn from(value: AttributeValue) -> Self {
        Self(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(AttributeValue::S(text.to_owned()))
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self(AttributeValue::Bool(is))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self(AttributeValue::N(number.to_string()))
    }
}

impl From<Vec<AttributeValue>> for Value {
    fn from(list: Vec<AttributeValue>) -> Self {
        Self(AttributeValue::L(list))
    }
}

impl Profile {
    /// Its attributes.
    #[must_use]
    pub fn item(&self) -> &Item {
        &self.0
    }

    /// Its attributes, for who needs more than fields.
    #[must_use]
    pub fn item_mut(&mut self) -> &mut Item {
        &mut self.0
    }

    /// The field, whatever it is.
    #[must_use]
    pub fn get(&self, path: impl Into<Path>) -> Option<&AttributeValue> {
        let path = path.into();
        let (last, way) = path.names().split_last()?;
        let mut here = &self.0;
        for name in way {
            here = here.get(name)?.as_m().ok()?;
        }
        here.get(last)
    }

    /// The text of a field, where it is one.
    #[must_use]
    pub fn text(&self, path: impl Into<Path>) -> Option<&str> {
        self.get(path)?.as_s().ok().map(String::as_str)
    }

    /// Whether a field has a value: it is there, and neither null nor empty text.
    #[must_use]
    pub fn has(&self, path: impl Into<Path>) -> bool {
        self.get(path).is_some_and(is_value)
    }

    /// Gives a field a value, whatever it was. Objects on the way are made where there are none.
    ///
    /// # Errors
    ///
    /// Where something on the way is no object.
    pub fn set(
        &mut self,
        path: impl Into<Path>,
        value: impl Into<Value>,
    ) -> Result<(), FieldError> {
        let path = path.into();
        let Some((last, way)) = path.names().split_last().filter(|_| path.names_a_field()) else {
            return Err(FieldError::NoField(path));
        };
        let mut here = &mut self.0;
        for (at, name) in way.iter().enumerate() {
            let next = here.entry(name.clone()).or_insert_with(|| AttributeValue::M(Item::new()));
            if matches!(next, AttributeValue::Null(_)) {
                *next = AttributeValue::M(Item::new());
            }
            here = match next {
                AttributeValue::M(map) => map,
                other => {
                    let path = Path::from(way[..=at].to_vec());
                    return Err(FieldError::NoObject { path, found: kind(other) });
                }
            };
        }
        here.insert(last.clone(), value.into().0);
        Ok(())
    }

    /// Gives a field a value where it [has](Profile::has) none.
    ///
    /// # Errors
    ///
    /// As [`Profile::set`].
    pub fn add(
        &mut self,
        path: impl Into<Path>,
        value: impl Into<Value>,
    ) -> Result<(), FieldError> {
        let path = path.into();
        if self.has(&path) { Ok(()) } else { self.set(path, value) }
    }

    /// Takes a field away; its value, if it was there.
    pub fn remove(&mut self, path: impl Into<Path>) -> Option<AttributeValue> {
        let path = path.into();
        let (last, way) = path.names().split_last()?;
        let mut here = &mut self.0;
        for name in way {
            here = match here.get_mut(name)? {
                AttributeValue::M(map) => map,
                _ => return None,
            };
        }
        here.remove(last)
    }

    /// Moves a field: to another name, into an object or out of one. Where there is none, nothing happens.
    ///
    /// # Errors
    ///
    /// As [`Profile::set`], and where the target has another value, which would be lost.
    pub fn rename(&mut self, from: impl Into<Path>, to: impl Into<Path>) -> Result<(), FieldError> {
        let (from, to) = (from.into(), to.into());
        let Some(value) = self.remove(&from) else { return Ok(()) };
        let there = self.get(&to).filter(|there| is_value(there));
        if there.is_some_and(|there| !same_value(there, &value)) {
            // One of the two says nothing.
            return if is_value(&value) { Err(FieldError::Taken(to)) } else { Ok(()) };
        }
        self.set(to, value)
    }

    /// All its attributes.
    #[must_use]
    pub fn into_item(self) -> Item {
        self.0
    }
}

impl From<Item> for Profile {
    fn from(item: Item) -> Self {
        Self(item)
    }
}

fn is_value(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::Null(_) => false,
        AttributeValue::S(text) => !text.is_empty(),
        _ => true,
    }
}

/// How much it has, not what.
impl fmt::Debug for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Profile({} attributes)", self.0.len())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Value({})", kind(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use AttributeValue::{M, N, Null, S};

    use super::*;

    fn profile(fields: &[(&str, AttributeValue)]) -> Profile {
        let mut profile = Profile::default();
        for (path, value) in fields {
            profile.set(*path, value.clone()).unwrap();
        }
        profile
    }

    #[test]
    fn a_default_stands_only_where_there_is_no_value() {
        for (before, after) in [
            (None, "new"),
            (Some(Null(true)), "new"),
            (Some(S(String::new())), "new"),
            (Some(S("old".into())), "old"),
        ] {
            let mut one = Profile::default();
            if let Some(before) = before {
                one.set("data.kind", before).unwrap();
            }
            one.add("data.kind", "new").unwrap();
            assert_eq!(one.text("data.kind"), Some(after));
        }
        let mut zero = profile(&[("n", N("0".into()))]);
        zero.add("n", 7).unwrap();
        assert_eq!(zero.get("n"), Some(&N("0".into())), "zero is a value");
    }

    #[test]
    fn a_move_loses_nothing() {
        let text = |text: &str| S(text.to_owned());
        let mut one = profile(&[("data.by", text("ada")), ("data.x", text("y"))]);
        one.rename("data.by", "data.meta.by").unwrap();
        assert_eq!(one, profile(&[("data.meta.by", text("ada")), ("data.x", text("y"))]));
        one.rename("data.meta.by", "by").unwrap();
        assert_eq!(one.text("by"), Some("ada"));
        assert_eq!(one.get("data.meta"), Some(&M(Item::new())));
        one.rename("nothing", "by").unwrap();
        one.rename("by", "by.name").unwrap();
        assert_eq!(one.text("by.name"), Some("ada"));
        for there in [text("ada"), Null(true), text("")] {
            let mut one = profile(&[("a", text("ada")), ("b", there)]);
            one.rename("a", "b").unwrap();
            assert_eq!(one, profile(&[("b", text("ada"))]));
        }
        let mut nothing = profile(&[("a", Null(true)), ("b", text("bob"))]);
        nothing.rename("a", "b").unwrap();
        assert_eq!(nothing, profile(&[("b", text("bob"))]));
        let mut both = profile(&[("a", text("ada")), ("b", text("bob"))]);
        assert_eq!(both.rename("a", "b"), Err(FieldError::Taken("b".into())));
    }

    #[test]
    fn what_has_no_fields_is_named() {
        let mut one = profile(&[("data", S("x".into()))]);
        let found = "text";
        assert_eq!(one.set("data.a", 1), Err(FieldError::NoObject { path: "data".into(), found }));
        assert_eq!(one.get("data.a"), None);
        assert_eq!(one.remove("data.a"), None);
        for path in ["", "a.", ".a", "a..b"] {
            assert_eq!(one.set(path, 1), Err(FieldError::NoField(path.into())), "{path}");
        }
        let mut null = profile(&[("data", Null(true))]);
        null.set("data.a", 1).unwrap();
        assert!(null.has("data.a"));
    }
}
