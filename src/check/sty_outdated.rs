//! sty-outdated

use super::{Check, Finding, Level, Run, Sources};
use crate::sty::{self, State};

pub(super) const CHECK: Check = Check {
    id: "sty-outdated",
    level: Level::Warning,
    summary: "pith.sty is older than the one that this program writes",
    looks_at: "The date and the version in pith.sty (\\ProvidesExplPackage).",
    why: "Newer versions work with more classes, and with newer TeX Live. The proof in an old one stays as good as it \
          was.",
    remedy: "`pith add main.tex ID` writes the present version, and changes nothing else.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let Some(sty) = &sources.sty else { return Err("there is no pith.sty beside the main file") };
    let (Some((date, version)), State::Older) = (&sty.reading.stamp, sty.reading.state) else {
        return Ok(Vec::new());
    };
    let text = b"\\ProvidesExplPackage";
    let at = sty.bytes.windows(text.len()).position(|window| window == text).unwrap_or(0);
    let place = sources.place_at(&sty.name, &sty.bytes, at..at + text.len());
    let (our_date, our_version) = sty::package_version();
    let finding = CHECK.finding(CHECK.summary).found(format!("{version} of {date}"));
    Ok(vec![finding.expected(format!("{our_version} of {our_date}")).at(place)])
}
