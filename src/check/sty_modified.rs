//! sty-modified

use super::{Check, Finding, Level, Run, Sources};
use crate::sty::State;
use crate::verify::Status;

pub(super) const CHECK: Check = Check {
    id: "sty-modified",
    level: Level::Error,
    summary: "pith.sty is not as it was written",
    looks_at: "The text of pith.sty, compared with the package of the same version, and the record in it, which is \
               verified. Line ends do not count.",
    why: "The record in pith.sty goes into the PDF as the proof: one wrong character, and the PDF does not verify. A \
          package that was edited may print what the record does not say.",
    remedy: "Write it anew: `pith add main.tex ID --force`, or `pith sty ID`. To change how the badge looks, use the \
             keys of \\usepackage[...]{pith}.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let Some(sty) = &sources.sty else { return Err("there is no pith.sty beside the main file") };
    let place = |text: &str| {
        let bytes = &sty.bytes;
        let at = bytes.windows(text.len()).position(|window| window == text.as_bytes());
        let range = at.map_or(0..0, |at| at..at + text.len());
        sources.place_at(&sty.name, bytes, range)
    };
    let message = match (&sty.reading.record, sty.reading.state) {
        (_, State::Foreign) => "pith.sty is another package than pith's".to_owned(),
        (Some(Err(error)), _) => format!("the record in pith.sty cannot be read: {error}"),
        (Some(Ok(_)), _) if sources.verdict.status() != Status::Verified => {
            let failed = sources.verdict.failures().next().map(|step| step.detail.as_str());
            format!(
                "the record in pith.sty does not verify: {}",
                failed.unwrap_or("it is incomplete")
            )
        }
        (_, State::Modified) => "pith.sty was edited since it was written".to_owned(),
        _ => return Ok(Vec::new()),
    };
    let place = match sty.reading.record {
        Some(_) => place("\\field suffix"),
        None => place("\\ProvidesExplPackage"),
    };
    Ok(vec![CHECK.finding(message).at(place)])
}
