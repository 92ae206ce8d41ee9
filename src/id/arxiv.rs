//! arXiv ids, old and new (protocol.md section 6).

use std::fmt;
use std::str::FromStr;

use super::IdError;

/// The archives that gave out ids of the form `archive/YYMMNNN` until March 2007.
const ARCHIVES: [&str; 34] = [
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn",
    "chem-ph", "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex",
    "hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th", "nlin", "nucl-ex", "nucl-th",
    "patt-sol", "physics", "plasm-ph", "q-alg", "q-bio", "quant-ph", "solv-int", "supr-con",
];

/// An arXiv id, with or without a version: `2403.01164`, `hep-th/9807195v2`.
///
/// The subject class of an old id (`math.GT/0309136`) is not part of it and is dropped. Equality
/// includes the version; [`ArxivId::same_paper`] does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArxivId {
    id: String,
    version: Option<u32>,
}

impl ArxivId {
    /// The id as arXiv writes it, without version: `2403.01164`, `hep-th/9807195`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version N of a suffix `vN`, 1 or more.
    pub fn version(&self) -> Option<u32> {
        self.version
    }

    /// The same paper at version `version` (`None`: at no particular one).
    pub fn with_version(&self, version: Option<u32>) -> Self {
        Self { id: self.id.clone(), version }
    }

    /// Whether both name the same paper, whatever their versions.
    pub fn same_paper(&self, other: &Self) -> bool {
        self.id == other.id
    }

    /// The DOI that arXiv registers, in lower case: `10.48550/arxiv.2403.01164`.
    pub fn doi(&self) -> String {
        format!("10.48550/arxiv.{}", self.id)
    }

    /// The page at arXiv: `https://arxiv.org/abs/2403.01164v1`.
    pub fn url(&self) -> String {
        format!("https://arxiv.org/abs/{self}")
    }

    /// The form of metadata and stamps: `arXiv:2403.01164v1`.
    pub fn prefixed(&self) -> String {
        format!("arXiv:{self}")
    }
}

impl fmt::Display for ArxivId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{}v{version}", self.id),
            None => f.write_str(&self.id),
        }
    }
}

impl FromStr for ArxivId {
    type Err = IdError;

    /// Parses a bare id: no prefix, no address (see [`super::Query`] for those).
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once('/') {
            Some((archive, number)) => old(archive, number),
            None => new(text),
        }
    }
}

/// Splits `text` before a version suffix: a `v` or `V` that stands after a digit.
fn split_version(text: &str) -> Result<(&str, Option<u32>), IdError> {
    let Some(at) = text.find(['v', 'V']) else {
        return Ok((text, None));
    };
    let (id, version) = text.split_at(at);
    let digits = &version[1..];
    let well_formed = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    match digits.parse() {
        Ok(n) if well_formed => Ok((id, Some(n))),
        _ => Err(IdError::Version(version.to_owned())),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn check_month(yymm: &str) -> Result<(), IdError> {
    match &yymm[2..4] {
        "01" | "02" | "03" | "04" | "05" | "06" | "07" | "08" | "09" | "10" | "11" | "12" => Ok(()),
        _ => Err(IdError::Month { yymm: yymm.to_owned() }),
    }
}

fn new(text: &str) -> Result<ArxivId, IdError> {
    let Some((yymm, rest)) = text.split_once('.') else {
        return Err(IdError::NotArxiv);
    };
    if !is_digits(yymm) || yymm.len() != 4 {
        return Err(IdError::NotArxiv);
    }
    let (number, version) = split_version(rest)?;
    if !is_digits(number) {
        return Err(IdError::NotArxiv);
    }
    check_month(yymm)?;
    if yymm < "0704" {
        return Err(IdError::Era("ids of the form YYMM.NNNN begin with 0704 (April 2007)"));
    }
    let expected = if yymm < "1501" { 4 } else { 5 };
    if number.len() != expected {
        let stripped = number.trim_start_matches('0');
        let meant = (stripped.len() <= expected && !stripped.is_empty())
            .then(|| format!("{yymm}.{stripped:0>expected$}"));
        let (yymm, found) = (yymm.to_owned(), number.len());
        return Err(IdError::Digits { yymm, expected, found, meant });
    }
    Ok(ArxivId { id: format!("{yymm}.{number}"), version })
}

fn old(archive: &str, number: &str) -> Result<ArxivId, IdError> {
    let archive = archive.to_ascii_lowercase();
    let archive = match archive.split_once('.') {
        Some((archive, class)) if is_subject_class(class) => archive,
        Some(_) => return Err(IdError::NotArxiv),
        None => &archive,
    };
    if !archive.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        return Err(IdError::NotArxiv);
    }
    if !ARCHIVES.contains(&archive) {
        let meant = ARCHIVES.into_iter().find(|known| {
            let plain = |name: &str| name.replace('-', "");
            plain(known) == plain(archive)
        });
        return Err(IdError::Archive { archive: archive.to_owned(), meant });
    }
    let (number, version) = split_version(number)?;
    if !is_digits(number) || number.len() != 7 {
        return Err(IdError::NotArxiv);
    }
    check_month(number)?;
    // The century is in the first digit: 9101 to 9912, then 0001 to 0703.
    if !("9101".."9913").contains(&&number[..4]) && !("0001".."0704").contains(&&number[..4]) {
        return Err(IdError::Era("ids of the form archive/YYMMNNN end with 0703 (March 2007)"));
    }
    Ok(ArxivId { id: format!("{archive}/{number}"), version })
}

fn is_subject_class(class: &str) -> bool {
    class.len() >= 2 && class.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
}
