//! info-xmp-disagree

use unicode_normalization::UnicodeNormalization;

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::metadata::{self, Reading};

pub(super) const CHECK: Check = Check {
    id: "info-xmp-disagree",
    level: Level::Warning,
    summary: "Info and XMP describe the paper differently",
    looks_at: "Title, Author, Subject and Keywords in the Info dictionary beside dc:title, dc:creator, \
               dc:description and pdf:Keywords, letter by letter without regard to case, order of names, and \
               punctuation. What is given in one place only is no finding; dates and producers, which every tool \
               writes anew, are not compared.",
    why: "Some readers and indexes take the one, others the other. PDF/A-1 forbids it.",
    remedy: "Give title and authors in one place: with hyperref's pdftitle and pdfauthor and the package \
             hyperxmp or \\DocumentMetadata, both follow. In a finished file: `exiftool -Title=... -XMP-dc:Title=... \
             paper.pdf`.",
    needs: &[Need::Packet],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let reading = &subject.reading;
    ["Title", "Author", "Subject", "Keywords"]
        .into_iter()
        .filter_map(|key| disagreement(reading, key))
        .collect()
}

fn disagreement(reading: &Reading, key: &str) -> Option<Finding> {
    let values = values(reading, key);
    let is_info = |place: &metadata::Place| matches!(place, metadata::Place::Info { .. });
    let stated = |info| {
        values
            .iter()
            .filter(move |(text, place)| is_info(place) == info && !sorted_words(text).is_empty())
    };
    let (info, _) = stated(true).next()?;
    let (xmp, place) = stated(false).next()?;
    // Ghostscript takes the name of dvips' file for a title.
    if info.ends_with(".dvi") {
        return None;
    }
    // U+FFFD stands for what an encoding could not say.
    let agrees = |other: &str| {
        other.contains('\u{fffd}')
            || info.contains('\u{fffd}')
            || sorted_words(other) == sorted_words(info)
    };
    if stated(false).any(|(other, _)| agrees(other)) {
        return None;
    }
    let message = format!("{key} in Info and in XMP differ");
    Some(CHECK.finding(message).found(xmp).expected(info).at(Place::from(*place)))
}

fn values(reading: &Reading, key: &str) -> Vec<(String, metadata::Place)> {
    if key == "Title" {
        return reading.titles.clone();
    }
    let described = reading.described.iter().filter(|(of, ..)| *of == key);
    described.map(|(_, text, place)| (text.clone(), *place)).collect()
}

/// The words of a text, in lower case and in order, without those that join the names of a list. Ligatures, soft
/// hyphens and composed letters are how a program writes a text, not what it says.
fn sorted_words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().nfkc().filter(|c| *c != '\u{ad}').collect::<String>();
    let mut words: Vec<_> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "and")
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::sorted_words;

    #[test]
    fn spellings_of_the_same_words() {
        for (one, other) in [
            ("José Müller", "Jose\u{301} Mu\u{308}ller"),
            ("Efficient flow", "E\u{fb03}cient \u{fb02}ow"),
            ("Heterogeneous", "Hetero\u{ad}geneous"),
            ("A. Author and B. Author", "B. Author; A. Author"),
        ] {
            assert_eq!(sorted_words(one), sorted_words(other));
        }
        assert_ne!(sorted_words("One title"), sorted_words("Another title"));
    }
}
