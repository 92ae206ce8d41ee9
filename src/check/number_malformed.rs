//! number-malformed

use super::{Check, Finding, Level, Run, Subject};
use crate::error::Remedy;
use crate::id::{PithNumber, Suffix};
use crate::metadata::{Key, Stated};

pub(super) const CHECK: Check = Check {
    id: "number-malformed",
    level: Level::Error,
    summary: "a value that should be a Pith Number is none",
    looks_at: "Every Pith Number in Info and XMP (pith:<year>:<suffix> or pith:<suffix>, the suffix of \
               26 characters A-Z2-7), and the address in PithURL (https://pith.science/pith/<suffix>).",
    why: "A number with a wrong character names no record. The digits 0, 1, 8 and 9 do not occur.",
    remedy: "Copy the number from the record's page, or let the program write it: `pith sty ID` or \
             `pith inject`.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let numbers = subject.reading.values(Key::Number).filter_map(number);
    let urls = subject.reading.values(Key::Url).filter_map(url);
    numbers.chain(urls).collect()
}

fn number(stated: &Stated) -> Option<Finding> {
    let message = match stated.value.parse::<PithNumber>() {
        Ok(number) if number.to_string() == stated.value => return None,
        Ok(number) => {
            let finding = CHECK.finding("the Pith Number is not in its standard form");
            return Some(
                finding.found(&stated.value).expected(number.to_string()).at(stated.place),
            );
        }
        Err(error) => match error.remedy() {
            Some(remedy) => format!("the Pith Number is malformed: {error}; {remedy}"),
            None => format!("the Pith Number is malformed: {error}"),
        },
    };
    Some(CHECK.finding(message).found(&stated.value).at(stated.place))
}

fn url(stated: &Stated) -> Option<Finding> {
    let suffix = stated.value.strip_prefix("https://pith.science/pith/");
    if suffix.is_some_and(|suffix| suffix.parse::<Suffix>().is_ok()) {
        return None;
    }
    let finding = CHECK.finding("the address is not that of a record").found(&stated.value);
    Some(finding.expected("https://pith.science/pith/<suffix>").at(stated.place))
}
