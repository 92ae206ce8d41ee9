//! The main file that the author named to arXiv, in a 00README of one of the forms that arXiv reads.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

use super::super::tree::{Tree, TreeError, clean_path};

/// More bytes than a 00README has.
const MAX_BYTES: usize = 64 << 10;
/// How deep lists and mappings may lie in each other; a 00README needs three.
const MAX_DEPTH: usize = 16;

/// The first main file in `00README.json` or `00README.yaml`, else in the older `00README.XXX` (`NAME toplevelfile`).
pub(super) fn stated(tree: &Tree) -> Result<Option<String>, TreeError> {
    let read = |name| -> Result<Option<Vec<u8>>, TreeError> {
        Ok(tree.read(name)?.filter(|bytes| bytes.len() <= MAX_BYTES))
    };
    if let Some(bytes) = read("00README.json")?
        && let Some(name) = serde_json::from_slice(&bytes).ok().and_then(|json| top(&json))
    {
        return Ok(Some(name));
    }
    for name in ["00README.yaml", "00README.yml"] {
        if let Some(bytes) = read(name)?
            && let Some(name) = yaml(&String::from_utf8_lossy(&bytes)).and_then(|yaml| top(&yaml))
        {
            return Ok(Some(name));
        }
    }
    let Some(bytes) = read("00README.XXX")? else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let name = text.lines().find_map(|line| line.trim().strip_suffix("toplevelfile"));
    Ok(name.and_then(|name| clean_path(name.trim())))
}

fn top(readme: &Value) -> Option<String> {
    let mut sources = readme["sources"].as_array()?.iter();
    let top = sources.find(|source| source["usage"] == "toplevel")?;
    clean_path(top["filename"].as_str()?)
}

/// The first document of YAML, every scalar as text. An alias is null: what it stands for may grow without bounds.
fn yaml(text: &str) -> Option<Value> {
    let mut parser = Parser::new_from_str(text);
    let mut next = || parser.next()?.ok().map(|(event, _)| event);
    loop {
        if let Event::DocumentStart(_) = next()? {
            let first = next()?;
            return value(first, &mut next, 0);
        }
    }
}

/// The value that begins with an event.
fn value<'a>(
    event: Event<'a>,
    next: &mut impl FnMut() -> Option<Event<'a>>,
    depth: usize,
) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match event {
        Event::Scalar(text, ..) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match next()? {
                    Event::SequenceEnd => break Value::Array(items),
                    event => items.push(value(event, next, depth + 1)?),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut members = Map::new();
            loop {
                let key = match next()? {
                    Event::MappingEnd => break Value::Object(members),
                    event => value(event, next, depth + 1)?,
                };
                let event = next()?;
                let value = value(event, next, depth + 1)?;
                if let Value::String(key) = key {
                    members.insert(key, value);
                }
            }
        }
        _ => Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Option<String> {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        stated(&Tree::Memory(files.collect())).unwrap()
    }

    #[test]
    fn each_form_names_the_main_file() {
        let json = r#"{"sources":[{"filename":"a.tex","usage":"include"},{"usage":"toplevel","filename":"z.tex"}]}"#;
        let block = "# for arXiv\nprocess:\n  compiler: pdflatex\nsources:\n  - filename: a.tex\n    usage: ignore\n  - filename: \"z.tex\"\n    usage: toplevel\n";
        let flow = "%YAML 1.2\n---\nsources: [{usage: toplevel, filename: z.tex}]\n...\n";
        for (name, text) in [
            ("00README.json", json),
            ("00README.yaml", block),
            ("00README.yml", flow),
            ("00README.yaml", json),
            ("00README.XXX", "a.eps ignore\nz.tex toplevelfile\n"),
        ] {
            assert_eq!(of(&[(name, text)]).as_deref(), Some("z.tex"), "{name}: {text}");
        }
        let both = [("00README.XXX", "x.tex toplevelfile"), ("00README.yaml", block)];
        assert_eq!(of(&both).as_deref(), Some("z.tex"), "the newer form counts");
    }

    #[test]
    fn what_names_none_is_passed_over() {
        let deep = format!("sources: {}", "[".repeat(10_000));
        let laughs = "a: &a [x, x]\nb: &b [*a, *a]\nsources: *b\n";
        let outside = "sources: [{usage: toplevel, filename: ../../z.tex}]";
        for text in
            ["", "x", "sources: 3", "sources: [", "\t- :", &deep, laughs, outside, "? [a]: b"]
        {
            assert_eq!(of(&[("00README.yaml", text)]), None, "{text:.40}");
            assert_eq!(of(&[("00README.json", text)]), None, "{text:.40}");
        }
    }
}
