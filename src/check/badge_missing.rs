//! badge-missing

use super::{Check, Finding, Level, Need, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "badge-missing",
    level: Level::Warning,
    summary: "page 1 shows no badge with the number",
    looks_at: "The links of page 1 (to https://pith.science/pith/<suffix>) and its words (the number). A file \
               whose number was put in with `pith inject` needs no badge, as long as no other program writes it anew.",
    why: "Metadata is for programs. A person sees only what stands on the page.",
    remedy: "Let pith.sty print the badge: remove position=manual, or put \\pithbadge where it should stand. \
             Compile twice, since the badge's place is known after the first run.",
    needs: &[Need::Page, Need::Number],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(number), Ok(page)) = (subject.number(), &subject.page) else {
        return Vec::new();
    };
    let head = super::head(&number);
    let injected = subject.pdf.own_section().is_some();
    let linked = page.links.iter().any(|link| link.uri == number.url());
    // What is there and cannot be seen is a finding of badge-hidden.
    let shown = page.words.iter().any(|word| word.text.contains(head));
    if injected || linked || shown || page.damaged || !subject.states_number() {
        return Vec::new();
    }
    vec![CHECK.finding(CHECK.summary).expected(number.url()).at(Place::PAGE_1)]
}
