//! Pith Numbers: `pith:<YEAR>:<suffix>` (protocol.md section 1).

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;

use super::IdError;

/// The 26 base32 characters (130 bits) that name a record: the head of its digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suffix([u8; Suffix::LEN]);

impl Suffix {
    /// The length in characters.
    pub const LEN: usize = 26;

    /// The suffix of a record with this SHA-256 digest.
    pub fn from_digest(digest: &[u8; 32]) -> Self {
        let text = BASE32_NOPAD.encode(digest);
        let mut suffix = [0; Self::LEN];
        suffix.copy_from_slice(&text.as_bytes()[..Self::LEN]);
        Self(suffix)
    }

    /// The suffix in upper case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("base32 is ASCII")
    }

    /// The page of the record: `https://pith.science/pith/<suffix>`.
    pub fn url(&self) -> String {
        format!("https://pith.science/pith/{self}")
    }
}

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Suffix({self})")
    }
}

impl FromStr for Suffix {
    type Err = IdError;

    /// Parses 26 characters, lower case too.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let text = base32(text)?;
        let bytes = text.as_bytes().try_into();
        bytes.map(Self).map_err(|_| IdError::SuffixLength(text.len()))
    }
}

/// The first 8, 12 or 16 characters of a suffix; more than one record may share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(String);

impl Prefix {
    /// The lengths in use.
    pub const LENGTHS: [usize; 3] = [8, 12, 16];

    /// The characters in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `suffix` begins with it.
    pub fn matches(&self, suffix: &Suffix) -> bool {
        suffix.as_str().starts_with(&self.0)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Prefix {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let text = base32(text)?;
        if Self::LENGTHS.contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(IdError::SuffixLength(text.len()))
        }
    }
}

/// A Pith Number, with its year where that is known.
///
/// The year is derived from the record, so two numbers with the same suffix name the same record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PithNumber {
    /// The year (UTC) in which version 1 was submitted.
    pub year: Option<u16>,
    /// The head of the record's digest.
    pub suffix: Suffix,
}

impl PithNumber {
    /// `pith:WKFOJ2EC`, the short form: the first 8 characters.
    pub fn short(&self) -> String {
        format!("pith:{}", &self.suffix.as_str()[..8])
    }

    /// The page of the record.
    pub fn url(&self) -> String {
        self.suffix.url()
    }
}

impl fmt::Display for PithNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "pith:{year}:{}", self.suffix),
            None => write!(f, "pith:{}", self.suffix),
        }
    }
}

impl From<Suffix> for PithNumber {
    fn from(suffix: Suffix) -> Self {
        Self { year: None, suffix }
    }
}

impl FromStr for PithNumber {
    type Err = IdError;

    /// Parses `pith:<year>:<suffix>`, `pith:<suffix>` or a bare suffix, in any case.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (year, suffix) = split_number(text)?;
        Ok(Self { year, suffix: suffix.parse()? })
    }
}

/// Takes `pith:` and the year off a number; what is left is a suffix or a prefix of one.
pub(super) fn split_number(text: &str) -> Result<(Option<u16>, &str), IdError> {
    let parts: Vec<&str> = match text.get(..5) {
        Some(head) if head.eq_ignore_ascii_case("pith:") => text[5..].split(':').collect(),
        _ => vec![text],
    };
    match parts[..] {
        [suffix] => Ok((None, suffix)),
        [year, suffix] => {
            let digits = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
            match year.parse() {
                Ok(number) if digits => Ok((Some(number), suffix)),
                _ => Err(IdError::Year(year.to_owned())),
            }
        }
        _ => Err(IdError::Parts(parts.len() + 1)),
    }
}

/// Upper-cases base32 text, or names its first wrong character.
fn base32(text: &str) -> Result<String, IdError> {
    let mut upper = String::with_capacity(text.len());
    for (index, found) in text.chars().enumerate() {
        match found.to_ascii_uppercase() {
            c @ ('A'..='Z' | '2'..='7') => upper.push(c),
            _ => {
                let meant = match found {
                    '0' => Some("the letter O"),
                    '1' => Some("the letter I or L"),
                    '8' => Some("the letter B"),
                    '9' => Some("the letter G"),
                    _ => None,
                };
                return Err(IdError::Character { place: index + 1, found, meant });
            }
        }
    }
    Ok(upper)
}
