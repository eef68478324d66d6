//! The items of an export, read one after the other: only one is ever in memory as JSON.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::RecordsError;
use super::field;
use super::record::{Reader, has_key};
use crate::model::Inventory;

/// Takes in values of a file: `{"Items": [...]}`, a list, `{"Item": ...}` or one item.
#[derive(Default)]
pub(super) struct Items {
    reader: Reader,
    read: usize,
    /// One of the items is a tracking record.
    any: bool,
    /// Line on which the current value begins.
    pub(super) line: usize,
    /// Why the current value is refused.
    pub(super) wrong: Option<RecordsError>,
}

impl Items {
    pub(super) fn finish(self, text: &str) -> Result<Inventory, RecordsError> {
        if text.trim().is_empty() {
            Err(RecordsError::Empty)
        } else if self.read > 0 && !self.any {
            Err(RecordsError::OtherTable(self.read))
        } else {
            Ok(self.reader.finish())
        }
    }

    fn item<E: Error>(&mut self, value: &Value) -> Result<(), E> {
        let Some(record) = field::item(value) else { return Err(self.shape()) };
        self.read += 1;
        self.any |= has_key(&record);
        self.reader.read(&record, &format!("item {}", self.read));
        Ok(())
    }

    fn shape<E: Error>(&mut self) -> E {
        self.refuse(RecordsError::Shape { line: self.line })
    }

    fn refuse<E: Error>(&mut self, why: RecordsError) -> E {
        self.wrong = Some(why);
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for &mut Items {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Items {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("exported records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            self.item(&value)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest = Map::new();
        let mut has_items = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "Items" {
                has_items = true;
                map.next_value_seed(List(self))?;
            } else {
                rest.insert(name, map.next_value()?);
            }
        }
        if has_items {
            for page in ["LastEvaluatedKey", "NextToken"] {
                if rest.get(page).is_some_and(|value| !value.is_null()) {
                    return Err(self.refuse(RecordsError::OnePage(page)));
                }
            }
            return Ok(());
        }
        match rest.remove("Item") {
            Some(item) => self.item(&item),
            None => self.item(&Value::Object(rest)),
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(self.shape())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Err(self.shape())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Err(self.shape())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(self.shape())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(self.shape())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(self.shape())
    }
}

/// What `Items` holds: a list, and nothing else.
struct List<'i>(&'i mut Items);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self(items) = self;
        let is_list = items.line;
        deserializer.deserialize_seq(&mut *items).inspect_err(|_| {
            items.wrong.get_or_insert(RecordsError::Shape { line: is_list });
        })
    }
}
