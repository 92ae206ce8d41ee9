//! Times of RFC 3339, as far as this protocol uses them: UTC, whole seconds or a fraction.

use std::fmt;

/// A time in UTC. Ordered; compares to the second.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// `YYYY-MM-DDTHH:MM:SS`, whose order as text is its order in time.
    seconds: String,
}

impl Timestamp {
    /// Parses `YYYY-MM-DDTHH:MM:SSZ` and nothing else.
    pub fn parse_seconds(text: &str) -> Option<Self> {
        let seconds = text.strip_suffix('Z')?;
        is_seconds(seconds).then(|| Self { seconds: seconds.to_owned() })
    }

    /// Parses the same with a fraction of a second, which is dropped, and with `+00:00` for `Z`.
    pub fn parse(text: &str) -> Option<Self> {
        let local = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
        let (seconds, fraction) = local.split_once('.').unwrap_or((local, "0"));
        let is_fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
        (is_fraction && is_seconds(seconds)).then(|| Self { seconds: seconds.to_owned() })
    }

    /// The year.
    pub fn year(&self) -> u16 {
        self.seconds[..4].parse().expect("four digits, checked when parsed")
    }

    /// The date, `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.seconds[..10]
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.seconds)
    }
}

fn is_seconds(text: &str) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape).all(|(b, s)| match s {
            b'd' => b.is_ascii_digit(),
            s => b == *s,
        });
    let number = |range: std::ops::Range<usize>| text[range].parse().unwrap_or(u8::MAX);
    fits && (1..=12).contains(&number(5..7))
        && (1..=31).contains(&number(8..10))
        && number(11..13) <= 23
        && number(14..16) <= 59
        && number(17..19) <= 60
}
