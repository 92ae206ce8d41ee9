//! tex-number-missing

use super::{Check, Finding, Level, Run, Sources};
use crate::paper::Kind;

pub(super) const CHECK: Check = Check {
    id: "tex-number-missing",
    level: Level::Error,
    summary: "the paper declares no Pith Number",
    looks_at: "\\pithnumber in the main file and in what it includes. Comments and verbatim text do not count. A pith.sty \
               that carries a record and is loaded declares its number too.",
    why: "Without the number the paper gets no badge, and its PDF no proof.",
    remedy: "`pith add main.tex ID` writes what is missing; any form of the arXiv id will do.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let loaded = sources.paper.loads().next();
    let by_record = loaded.is_some() && sources.record().is_some();
    if sources.paper.numbers().next().is_some() || by_record {
        return Ok(Vec::new());
    }
    // What stands in the bytes and not in the code is a comment or an example.
    let text = b"\\pithnumber";
    let hidden = sources.paper.files.iter().enumerate().find_map(|(index, file)| {
        let at = file.bytes.windows(text.len()).position(|window| window == text)?;
        Some(sources.place_in(index, at..at + text.len()))
    });
    let class = || sources.paper.events.iter().find(|event| event.kind == Kind::Class);
    let (message, place) = match hidden {
        Some(place) => ("\\pithnumber stands only where TeX does not read it", Some(place)),
        None => (CHECK.summary, loaded.or_else(class).map(|event| sources.place(event))),
    };
    let finding = CHECK.finding(message);
    Ok(vec![match place {
        Some(place) => finding.at(place),
        None => finding,
    }])
}
