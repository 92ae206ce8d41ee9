//! pdfoutput-in-sty

use super::sources::MAX_FINDINGS;
use super::{Check, Finding, Level, Run, Sources};
use crate::latex::code_of;

pub(super) const CHECK: Check = Check {
    id: "pdfoutput-in-sty",
    level: Level::Warning,
    summary: "a package sets or tests \\pdfoutput, which arXiv takes for a choice of the engine",
    looks_at: "\\pdfoutput, an equals sign and 0 or 1 in every .sty, .cls and .clo of the sources. Comments do not count.",
    why: "Before TeX runs, arXiv reads the sources with regular expressions. `\\ifnum\\pdfoutput=1` in a package looks like \
          a paper that wants pdflatex, and rules latex with dvips out; with 0 it is the other way round.",
    remedy: "Write `\\ifnum\\pdfoutput>0`, or \\ifpdf of the package iftex. To choose pdflatex, put \\pdfoutput=1 into \
             the first lines of the main file.",
    needs: &[],
    run: Run::Sources(run),
};

const COMMAND: &[u8] = b"\\pdfoutput";

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let names = sources.tree.names().map_err(|_| "the folder cannot be read")?;
    let is_package =
        |name: &&String| [".sty", ".cls", ".clo"].iter().any(|end| name.ends_with(end));
    let mut findings = Vec::new();
    for name in names.iter().filter(is_package) {
        let Ok(Some(bytes)) = sources.tree.read(name) else { continue };
        let code = code_of(&bytes);
        let mut at = 0;
        while let Some(found) = code[at..].windows(COMMAND.len()).position(|text| text == COMMAND) {
            let start = at + found;
            at = start + COMMAND.len();
            if let Some(end) = choice(&code, at)
                && findings.len() < MAX_FINDINGS
            {
                let place = sources.place_at(name, &bytes, start..end);
                findings.push(CHECK.finding(CHECK.summary).at(place));
            }
        }
    }
    Ok(findings)
}

/// Where `=1` or `=0` ends that stands at `at`.
fn choice(code: &[u8], at: usize) -> Option<usize> {
    let blanks = |at: usize| code[at..].iter().take_while(|byte| **byte == b' ').count();
    let equals = at + blanks(at);
    let value =
        equals + 1 + code.get(equals).filter(|byte| **byte == b'=').map(|_| blanks(equals + 1))?;
    matches!(code.get(value), Some(b'0' | b'1')).then_some(value + 1)
}
