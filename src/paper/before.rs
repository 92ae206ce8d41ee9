//! What of ours a paper had before `pith add`. `add` writes it into pith.json where there was something, and `remove`
//! leaves that, or puts it back.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Json;

/// What of ours the papers of a folder had already. As JSON it holds only what there was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Before {
    /// By the main file's name; a paper that had nothing is not listed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub papers: BTreeMap<String, Lines>,
    /// The files beside them of which `add` writes its own, by name: the text of one that was replaced, `None` for one
    /// that was as it should be.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Option<String>>,
}

/// The lines of ours that a paper had already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// Whether it loaded the package.
    pub package: bool,
    /// The arguments of its `\pithnumber`, as they were written, in TeX's order.
    pub numbers: Vec<String>,
}

impl Before {
    /// Reads what was written; what it does not say was not there.
    pub fn from_json(json: &Json) -> Self {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let members = |key| match json.get(key) {
            Some(Json::Object(members)) => &members[..],
            _ => &[],
        };
        let lines = |json: &Json| Lines {
            package: json.get("package") == Some(&Json::Bool(true)),
            numbers: json
                .get("numbers")
                .and_then(Json::as_array)
                .map_or_else(Vec::new, |numbers| numbers.iter().filter_map(text).collect()),
        };
        let papers = members("papers").iter();
        let files = members("files").iter();
        Self {
            papers: papers.map(|(name, json)| (name.to_string(), lines(json))).collect(),
            files: files.map(|(name, was)| (name.to_string(), text(was))).collect(),
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
            Before {
                papers: [
                    ("a.tex".into(), Lines { package: true, numbers: Vec::new() }),
                    ("b.tex".into(), Lines { package: false, numbers: vec!["\"\\x".into()] }),
                ]
                .into(),
                files: files.into(),
            },
        ] {
            let json = serde_json::to_vec(&before).unwrap();
            assert_eq!(Before::from_json(&Json::parse(&json).unwrap()), before);
        }
    }
}
