//! What of ours a paper had before `pith add`. `add` writes it into pith.json where there was something, and `remove`
//! leaves that, or puts it back.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Json;

/// What of ours a paper had already. As JSON it holds only what there was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Before {
    /// Whether it loaded the package.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub package: bool,
    /// The argument of its `\pithnumber`, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The files beside it of which `add` writes its own, by name: the text of one that was replaced, `None` for one
    /// that was as it should be.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Option<String>>,
}

impl Before {
    /// Reads what was written; what it does not say was not there.
    pub fn from_json(json: &Json) -> Self {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let files = match json.get("files") {
            Some(Json::Object(files)) => &files[..],
            _ => &[],
        };
        Self {
            package: json.get("package") == Some(&Json::Bool(true)),
            number: json.get("number").and_then(text),
            files: files.iter().map(|(name, was)| (name.to_string(), text(was))).collect(),
        }
    }

    /// Whether there was nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let files = [("pith.sty".into(), None), ("pith.json".into(), Some("{}\r\n".into()))];
        for before in [
            Before::default(),
            Before { package: true, number: Some("\"\\x".into()), files: files.into() },
        ] {
            let json = serde_json::to_vec(&before).unwrap();
            assert_eq!(Before::from_json(&Json::parse(&json).unwrap()), before);
        }
    }
}
