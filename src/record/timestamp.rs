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

    /// Parses the form of RFC 5322 in which arXiv writes the time of a version, `Sat, 2 Mar 2024 10:37:21 GMT`. The
    /// name of the day may be missing and is not compared with the date.
    pub fn parse_rfc5322(text: &str) -> Option<Self> {
        let rest = match text.split_once(", ") {
            Some((day, rest)) => DAYS.contains(&day).then_some(rest)?,
            None => text,
        };
        let mut words = rest.split_ascii_whitespace();
        let (day, month, year, clock, zone) =
            (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        let is_utc = matches!(zone, "GMT" | "UTC" | "UT" | "+0000" | "-0000");
        let seconds = format!("{year}-{month:02}-{day:0>2}T{clock}");
        (is_utc && words.next().is_none() && is_seconds(&seconds)).then_some(Self { seconds })
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

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn is_seconds(text: &str) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape).all(|(b, s)| match s {
            b'd' => b.is_ascii_digit(),
            s => b == *s,
        });
    let number = |range: std::ops::Range<usize>| text[range].parse().unwrap_or(u8::MAX);
    fits && (1..=12).contains(&number(5..7))
        && (1..=days(text)).contains(&number(8..10))
        && number(11..13) <= 23
        && number(14..16) <= 59
        && number(17..19) <= 60
}

/// The days of the month that `text`, YYYY-MM and more, begins with.
fn days(text: &str) -> u8 {
    let year: u16 = text[..4].parse().unwrap_or_default();
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match &text[5..7] {
        "02" if is_leap => 29,
        "02" => 28,
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arxivs_times_of_versions_are_read() {
        let read = |text| Timestamp::parse_rfc5322(text).map(|time| time.to_string());
        assert_eq!(read("Sat, 2 Mar 2024 10:37:21 GMT").unwrap(), "2024-03-02T10:37:21Z");
        assert_eq!(read("Thu, 29 Feb 1996 01:02:03 +0000").unwrap(), "1996-02-29T01:02:03Z");
        assert_eq!(read("31 Dec 2017 23:59:60 GMT").unwrap(), "2017-12-31T23:59:60Z");
        for wrong in [
            "Sat, 2 Mar 2024 10:37:21",
            "Sat, 2 Mar 2024 10:37:21 EST",
            "Sat, 2 Mar 2024 10:37:21 GMT+1",
            "Sat, 2 Mar 2024 10:37:21 GMT more",
            "Son, 2 Mar 2024 10:37:21 GMT",
            "Thu, 29 Feb 2023 10:37:21 GMT",
            "Sat, 2 March 2024 10:37:21 GMT",
            "Sat, 2 Mar 24 10:37:21 GMT",
            "Sat, 2 Mar 2024 24:37:21 GMT",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
