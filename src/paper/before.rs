//! What of ours a paper had before `pith add`. `add` writes it into pith.json where there was something, and `remove`
//! leaves that.

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
    /// The pith.sty beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sty: Option<Sty>,
}

/// A pith.sty that lay beside a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sty {
    /// It carried the proof already.
    Same,
    /// It carried none, or another one, and was replaced.
    Other,
}

impl Before {
    /// Reads what was written; what it does not say was not there.
    pub fn from_json(json: &Json) -> Self {
        let text = |key| json.get(key).and_then(Json::as_str);
        Self {
            package: json.get("package") == Some(&Json::Bool(true)),
            number: text("number").map(str::to_owned),
            sty: match text("sty") {
                Some("same") => Some(Sty::Same),
                Some("other") => Some(Sty::Other),
                _ => None,
            },
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
        let number = Some("\"\\x".to_owned());
        for before in [
            Before::default(),
            Before { package: true, number, sty: Some(Sty::Same) },
            Before { package: false, number: None, sty: Some(Sty::Other) },
        ] {
            let json = serde_json::to_vec(&before).unwrap();
            assert_eq!(Before::from_json(&Json::parse(&json).unwrap()), before);
        }
    }
}
