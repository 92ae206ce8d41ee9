//! Values from hayro-syntax's types to lopdf's: for filters and for the security handler.

use hayro_syntax::object::{Dict, Object};
use lopdf::Dictionary;

/// How deep values may be nested. A crypt filter stands in a dictionary in a dictionary (ISO 32000-2, 7.6.6).
const MAX_DEPTH: usize = 4;

/// A value without streams; `None` where it is null, a stream or too deep.
pub(super) fn object(value: &Object<'_>) -> Option<lopdf::Object> {
    nested(value, 0)
}

/// A dictionary, as far as it can be converted; references are followed.
pub(super) fn dictionary(dict: &Dict<'_>) -> Dictionary {
    nested_dictionary(dict, 0)
}

fn nested(value: &Object<'_>, depth: usize) -> Option<lopdf::Object> {
    Some(match value {
        Object::Boolean(value) => lopdf::Object::Boolean(*value),
        Object::Name(name) => lopdf::Object::Name(name.to_vec()),
        Object::Number(number) => lopdf::Object::Integer(number.as_i64()),
        Object::String(string) => {
            lopdf::Object::String(string.to_vec(), lopdf::StringFormat::Hexadecimal)
        }
        Object::Array(array) if depth < MAX_DEPTH => {
            let item = |item| nested(&item, depth + 1).unwrap_or(lopdf::Object::Null);
            lopdf::Object::Array(array.iter::<Object<'_>>().map(item).collect())
        }
        Object::Dict(dict) if depth < MAX_DEPTH => {
            lopdf::Object::Dictionary(nested_dictionary(dict, depth))
        }
        _ => return None,
    })
}

fn nested_dictionary(dict: &Dict<'_>, depth: usize) -> Dictionary {
    let mut out = Dictionary::new();
    for key in dict.keys() {
        let value = dict.get::<Object<'_>>(&*key).and_then(|value| nested(&value, depth + 1));
        out.set(key.to_vec(), value.unwrap_or(lopdf::Object::Null));
    }
    out
}
