//! The invariants of the fuzz targets (fuzz/invariants.rs) on a stable compiler: on what the targets once found, and
//! on files that are cut, spliced and written over at random.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::pdf_files::unusual;
use crate::pdf_packets::packets;

#[path = "../../fuzz/invariants.rs"]
mod invariants;

type Invariant = fn(&[u8]);

const PDF: [(&str, Invariant); 3] = [
    ("opens_or_refuses", invariants::opens_or_refuses),
    ("append_keeps_prefix", invariants::append_keeps_prefix),
    ("check_never_panics", invariants::check_never_panics),
];
const XMP: (&str, Invariant) = ("xmp_merge_keeps_values", invariants::xmp_merge_keeps_values);

/// What a fuzz target found stays fixed. Its folder is named after it.
#[test]
fn what_was_found_stays_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    for entry in fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap();
        let known = PDF.into_iter().chain([XMP]).find(|(known, _)| *known == name);
        let (_, invariant) = known.expect("a folder for each target");
        for entry in fs::read_dir(&folder).unwrap() {
            invariant(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

/// Every target is a case here, and the other way round.
#[test]
fn every_target_has_its_invariant() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    let mut known: Vec<_> = PDF.into_iter().chain([XMP]).map(|(name, _)| name.to_owned()).collect();
    known.sort();
    assert_eq!(found, known);
}

fn files() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| unusual().into_iter().map(|(_, bytes)| bytes).collect())
}

fn texts() -> &'static [Vec<u8>] {
    static TEXTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    TEXTS.get_or_init(|| packets().into_iter().map(|(_, bytes)| bytes).collect())
}

/// What is done to a file at one place.
#[derive(Debug, Clone)]
enum Damage {
    Write(Index, Vec<u8>),
    Cut(Index, u8),
    /// A part of the file, once more.
    Repeat(Index, Index, u8),
    /// A word that means something.
    Word(Index, Index),
    End(Index),
}

const WORDS: [&str; 24] = [
    "obj",
    "endobj",
    "stream",
    "endstream",
    "xref",
    "trailer",
    "startxref",
    "%%EOF",
    "<<",
    ">>",
    "[",
    "(",
    "/Prev 0",
    "/Size -1",
    "/Root 1 0 R",
    "/Length 99999",
    "/Type/XRef",
    "/Filter/FlateDecode",
    "/Kids[2 0 R]",
    " R",
    "<rdf:li>",
    "</rdf:Bag>",
    "<!--",
    "rdf:parseType=\"Resource\"",
];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..4))
            .prop_map(|(at, new)| Damage::Write(at, new)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Damage::Cut(at, length)),
        (any::<Index>(), any::<Index>(), any::<u8>())
            .prop_map(|(from, to, length)| Damage::Repeat(from, to, length)),
        (any::<Index>(), any::<Index>()).prop_map(|(at, word)| Damage::Word(at, word)),
        any::<Index>().prop_map(Damage::End),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    let part = |at: &Index, most: u8| {
        let start = at.index(length);
        start..(start + usize::from(most)).min(length)
    };
    match damage {
        Damage::Write(at, new) => {
            let place = part(at, new.len() as u8);
            bytes.splice(place, new.iter().copied());
        }
        Damage::Cut(at, most) => drop(bytes.drain(part(at, *most))),
        Damage::Repeat(from, to, most) => {
            let copy = bytes[part(from, *most)].to_vec();
            let at = to.index(length);
            bytes.splice(at..at, copy);
        }
        Damage::Word(at, word) => {
            let at = at.index(length);
            bytes.splice(at..at, WORDS[word.index(WORDS.len())].bytes());
        }
        Damage::End(at) => bytes.truncate(at.index(length)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_keep_the_invariants(which in any::<Index>(), all in prop::collection::vec(damage(), 1..6)) {
        let mut bytes = which.get(files()).clone();
        all.iter().for_each(|damage| apply(&mut bytes, damage));
        for (_, invariant) in PDF {
            invariant(&bytes);
        }
    }

    #[test]
    fn damaged_packets_keep_the_invariant(which in any::<Index>(), all in prop::collection::vec(damage(), 1..6)) {
        let mut bytes = which.get(texts()).clone();
        all.iter().for_each(|damage| apply(&mut bytes, damage));
        (XMP.1)(&bytes);
    }
}
