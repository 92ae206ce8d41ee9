//! sty-missing

use super::{Check, Finding, Level, Run, Sources};

pub(super) const CHECK: Check = Check {
    id: "sty-missing",
    level: Level::Error,
    summary: "the paper uses pith.sty, and it is not there or not loaded",
    looks_at: "\\usepackage{pith}, \\pithnumber, and the file pith.sty beside the main file.",
    why: "No TeX distribution has pith.sty, so arXiv and co-authors need the file. Without \\usepackage{pith}, \
          \\pithnumber is no command, and LaTeX stops there.",
    remedy: "`pith add main.tex ID` writes pith.sty beside the main file, and the line that is missing.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let loaded = sources.paper.loads().next();
    let number = sources.paper.numbers().next();
    let (Some(event), is_loaded) = (loaded.or(number.map(|(event, _)| event)), loaded.is_some())
    else {
        return Err("the paper has neither \\usepackage{pith} nor \\pithnumber");
    };
    let place = sources.place(event);
    if !is_loaded {
        let message = "\\pithnumber is there, and \\usepackage{pith} is not";
        return Ok(vec![CHECK.finding(message).at(place)]);
    }
    if sources.sty.is_some() {
        return Ok(Vec::new());
    }
    let names = sources.tree.names().unwrap_or_default();
    let elsewhere = names.into_iter().find(|name| name.ends_with("/pith.sty"));
    let message = match elsewhere {
        Some(name) => format!("pith.sty is in {name}, and TeX looks beside the main file"),
        None => "there is no pith.sty beside the main file".to_owned(),
    };
    Ok(vec![CHECK.finding(message).at(place)])
}
