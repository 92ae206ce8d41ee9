//! What a person probably meant by a path at which there is nothing.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::io_remedy;
use crate::id::Query;

/// How many names of a folder are looked at.
const MAX_NAMES: usize = 10_000;
/// How alike two names must be (Jaro-Winkler).
const ALIKE: f64 = 0.85;

/// What to do about a file or folder that the system would not read or write.
pub(super) fn remedy(path: &Path, error: &io::Error) -> String {
    let meant = if error.kind() == ErrorKind::NotFound { missing(path) } else { None };
    meant.unwrap_or_else(|| io_remedy(error).to_owned())
}

/// An id where a file belongs, or a name that is nearly one in the folder.
fn missing(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if text == "-" {
        return Some("standard input is not read here: give the name of a file".into());
    }
    if let Ok(target) = path.read_link() {
        let target = target.display();
        return Some(format!("the name is that of a link to {target}, where nothing is"));
    }
    if text.parse::<Query>().is_ok() {
        return Some(format!("that is an id, not a file: pith resolve {text}"));
    }
    if let Some(meant) = from_windows(path, text) {
        return Some(meant);
    }
    // TeX itself takes a name without its ending.
    let source = path.with_extension("tex");
    if path.extension().is_none() && source.is_file() {
        return Some(format!("did you mean {}?", source.display()));
    }
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names =
        entries.take(MAX_NAMES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let mut names: Vec<_> = names.filter(|other| likeness(other) > ALIKE).collect();
    // The same answer, whatever order the folder gives.
    names.sort_unstable();
    let nearest = names.iter().rev().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    Some(format!("did you mean {}?", path.with_file_name(nearest).display()))
}

/// What to do with a file of a kind that other verbs take, or none, by the ending of its name.
pub(super) fn other_kind(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if name.ends_with(".pdf.gz") {
        return Some("unpack it: gunzip FILE");
    }
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "tex" | "zip" | "tar" | "tgz" | "gz" => Some("sources are looked at by: pith check FILE"),
        "bz2" | "xz" | "zst" | "7z" | "rar" => {
            Some("pack the sources as .zip or .tar.gz, as arXiv takes them")
        }
        "rnw" | "rmd" | "qmd" | "lyx" | "typ" => {
            Some("make the .tex or the PDF of it, and give that")
        }
        "docx" | "doc" | "odt" | "pages" => Some("save it as a PDF, and give that"),
        _ => None,
    }
}

/// A path as one word of a command line that can be pasted.
pub(super) fn shell_word(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,@%".contains(c);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

/// A path as Windows writes it, where `\` is a character like others.
fn from_windows(path: &Path, text: &str) -> Option<String> {
    if cfg!(windows) || !text.contains('\\') || path.exists() {
        return None;
    }
    let text = text.replace('\\', "/");
    if let Some((drive, rest)) = text.split_once(":/")
        && let [letter @ (b'a'..=b'z' | b'A'..=b'Z')] = drive.as_bytes()
    {
        let letter = letter.to_ascii_lowercase() as char;
        return Some(format!("that is a path of Windows; in WSL it is /mnt/{letter}/{rest}"));
    }
    Path::new(&text).exists().then(|| format!("did you mean {text}?"))
}
