//! The addresses of protocol.md section 5, read strictly: what is asked for becomes a suffix or an id,
//! and never a path.

use crate::id::{ArxivId, PithNumber, Prefix, Query, Suffix};

/// What an address stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A record.
    Record(Query),
    /// The page of a record that is given by a short form.
    Paper(Query),
    /// The bundle of a suffix.
    Bundle(Suffix),
    /// The list of mirrors.
    Manifest,
    /// The registry's key.
    Key,
}

impl Address {
    /// Reads the path and query of a request.
    pub fn parse(path: &str, query: Option<&str>) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        match parts[..] {
            ["pith", name] => {
                let suffix: Suffix = name.strip_suffix(".json").unwrap_or(name).parse().ok()?;
                Some(Self::Record(Query::Pith(PithNumber::from(suffix))))
            }
            ["pith", suffix, "bundle.json"] | [".well-known", "pith", suffix, "bundle.json"] => {
                Some(Self::Bundle(suffix.parse().ok()?))
            }
            ["paper", short] => {
                let prefix: Prefix = short.parse().ok()?;
                Some(Self::Paper(Query::Prefix { year: None, prefix }))
            }
            ["api", "pith-number", "resolve"] => {
                let pairs = query?.split('&');
                let id = pairs.filter_map(|pair| pair.strip_prefix("arxiv=")).next()?;
                // The only character of an id that may come as an escape.
                let id = id.replace("%2F", "/").replace("%2f", "/");
                Some(Self::Record(Query::Arxiv(id.parse::<ArxivId>().ok()?)))
            }
            ["pith-mirrors.json"] => Some(Self::Manifest),
            ["pith-signing-key.json"] => Some(Self::Key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_none() {
        let suffix = "WKFOJ2ECV52KUJR3SCIBSQ4GYD";
        for path in [format!("/pith/{suffix}"), format!("/pith/{}.json", suffix.to_lowercase())] {
            let number = PithNumber::from(suffix.parse::<Suffix>().unwrap());
            assert_eq!(Address::parse(&path, None), Some(Address::Record(Query::Pith(number))));
        }
        let id = Query::Arxiv("hep-th/9807195".parse().unwrap());
        for query in ["arxiv=hep-th/9807195&json=true", "json=true&arxiv=hep-th%2F9807195"] {
            let address = Address::parse("/api/pith-number/resolve", Some(query));
            assert_eq!(address, Some(Address::Record(id.clone())), "{query}");
        }
        for path in [
            "",
            "/",
            "/pith/",
            "/pith/../Cargo.toml",
            "/pith/..%2f..%2fetc%2fpasswd",
            "/pith/%2e%2e/x.json",
            "//etc/passwd",
            "/etc/passwd",
            "/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD/../bundle.json",
            "/pith/WKFOJ2ECV52KUJR3SCIBSQ4GY8.json",
            "/arxiv/../../x.json",
        ] {
            assert_eq!(Address::parse(path, Some("arxiv=../../etc/passwd")), None, "{path}");
        }
        let resolve = "/api/pith-number/resolve";
        for query in [None, Some("arxiv=../../etc/passwd"), Some("arxiv="), Some("json=true")] {
            assert_eq!(Address::parse(resolve, query), None, "{query:?}");
        }
    }
}
