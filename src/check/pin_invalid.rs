//! pin-invalid

use super::{Check, Finding, Level, Run, Sources};
use crate::verify::{Status, verify};

pub(super) const CHECK: Check = Check {
    id: "pin-invalid",
    level: Level::Error,
    summary: "pith.json holds no record that verifies",
    looks_at: "The record in pith.json, beside the paper or above it.",
    why: "pith.json says which record the paper must have. One that does not verify says nothing.",
    remedy: "`pith add main.tex ID --force` writes it anew. A file of that name for something else belongs elsewhere.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let Some(pin) = &sources.pin else { return Err("there is no pith.json for this paper") };
    let message = match &pin.record {
        Err(error) => error.clone(),
        Ok(record) => {
            let verdict = verify(record, None, sources.keys);
            let failed = verdict.failures().next().map(|step| step.detail.clone());
            match verdict.status() {
                Status::Verified => return Ok(Vec::new()),
                _ => failed.unwrap_or_else(|| "its record has no proof".to_owned()),
            }
        }
    };
    Ok(vec![CHECK.finding(message).at(Sources::whole(&pin.name))])
}
