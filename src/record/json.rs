//! JSON as it was written: members in their order, no key twice, integers exact.
//!
//! `serde_json` parses; this value type exists because its own keeps the last of two equal keys
//! without a word, and a record that reads differently to two readers must not verify.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use smol_str::SmolStr;

use crate::error::Remedy;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number; JSON of this protocol has no larger ones.
    Integer(i128),
    /// A number with a fraction or an exponent, or a whole number beyond 64 bits.
    Float(f64),
    /// Text; a short one takes no memory of its own.
    String(SmolStr),
    /// A list.
    Array(Vec<Json>),
    /// Members in the order in which they came, no key twice.
    Object(Vec<(SmolStr, Json)>),
}

/// Why bytes are not the JSON of this protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    message: String,
    kind: JsonErrorKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JsonErrorKind {
    NotJson,
    Duplicate,
}

impl JsonError {
    /// Whether a key stands twice in one object: JSON that two readers may read differently.
    pub fn is_duplicate_key(&self) -> bool {
        self.kind == JsonErrorKind::Duplicate
    }
}

impl Remedy for JsonError {
    fn remedy(&self) -> Option<String> {
        Some(match self.kind {
            JsonErrorKind::NotJson => "fetch the record again, or check that this is the right file".into(),
            JsonErrorKind::Duplicate => {
                "two readers may read such a file differently, so it is not trusted: fetch the record again".into()
            }
        })
    }
}

impl Json {
    /// Parses UTF-8 JSON of at most 200,000 values, nested at most 128 deep.
    ///
    /// # Errors
    /// [`JsonError`] with the place, in lines and columns.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        // A byte order mark is not JSON, but editors put one there.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        serde_json::from_slice(bytes).map_err(|error| {
            let message = error.to_string();
            if message.starts_with(DUPLICATE) {
                return JsonError { message, kind: JsonErrorKind::Duplicate };
            }
            let text = bytes.trim_ascii_start();
            let message = match text.first() {
                None => "it is empty, not JSON".into(),
                Some(b'<') if text.starts_with(b"<<<<<<<") => {
                    "it holds the marks of a merge that was not finished, so it is not JSON".into()
                }
                Some(b'<') => "it is HTML or XML, not JSON".into(),
                Some(_) if std::str::from_utf8(bytes).is_err() => {
                    "it is not JSON: it is not UTF-8".into()
                }
                Some(_) if message.starts_with("recursion limit") => {
                    "its JSON is nested more than 128 deep".into()
                }
                Some(_) if message.starts_with("more than") => format!("its JSON has {message}"),
                Some(_) => format!("it is not JSON: {message}"),
            };
            JsonError { message, kind: JsonErrorKind::NotJson }
        })
    }

    /// The member `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Integer(n) => serializer.serialize_i128(*n),
            Self::Float(x) => serializer.serialize_f64(*x),
            Self::String(s) => serializer.serialize_str(s),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(k, v)| (k, v))),
        }
    }
}

const DUPLICATE: &str = "the key ";

/// More values than any record has: a real one has some thousand, and in memory a value takes many times its bytes.
const MAX_VALUES: u32 = 200_000;

/// Members of an object from which on looking for a key in a table is faster than comparing all.
const MANY_MEMBERS: usize = 24;

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Values(&Cell::new(MAX_VALUES)).deserialize(deserializer)
    }
}

/// Reads a value while so many are left.
#[derive(Clone, Copy)]
struct Values<'a>(&'a Cell<u32>);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.0.get().checked_sub(1);
        let too_many = || de::Error::custom(format_args!("more than {MAX_VALUES} values"));
        self.0.set(left.ok_or_else(too_many)?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.into()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object: Vec<(SmolStr, Json)> = Vec::new();
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<SmolStr>()? {
            if object.len() == MANY_MEMBERS {
                seen = object.iter().map(|(key, _)| key.clone()).collect();
            }
            let is_known = match object.len() < MANY_MEMBERS {
                true => object.iter().any(|(known, _)| *known == key),
                false => !seen.insert(key.clone()),
            };
            if is_known {
                return Err(de::Error::custom(format_args!(
                    "{DUPLICATE}{key:?} stands twice in one object"
                )));
            }
            object.push((key, members.next_value_seed(self)?));
        }
        Ok(Json::Object(object))
    }
}
