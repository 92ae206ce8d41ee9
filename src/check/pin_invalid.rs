//! pin-invalid

use super::{Check, Finding, Level, Pin, Run, Sources};
use crate::trust::Keyring;
use crate::verify::{Status, verify};

pub(super) const CHECK: Check = Check {
    id: "pin-invalid",
    level: Level::Error,
    summary: "pith.json holds no record that verifies",
    looks_at: "The record in pith.json, beside the paper or above it, where there is one; also where a PDF alone is checked.",
    why: "pith.json says which record the paper must have. One that does not verify says nothing.",
    remedy: "`pith add main.tex ID --force` writes it anew. A file of that name for something else belongs elsewhere.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let pin = sources.pin.as_ref().ok_or("there is no pith.json for this paper")?;
    Ok(fault(pin, sources.keys).into_iter().collect())
}

/// What is wrong with a pin, of sources or of a PDF.
pub(super) fn fault(pin: &Pin, keys: &Keyring) -> Option<Finding> {
    let message = match &pin.record {
        Err(error) => error.clone(),
        Ok(record) => {
            let verdict = verify(record, None, keys);
            let failed = verdict.failures().next().map(|step| step.detail.clone());
            match verdict.status() {
                Status::Verified => return None,
                _ => failed.unwrap_or_else(|| "its record has no proof".to_owned()),
            }
        }
    };
    Some(CHECK.finding(message).at(Sources::whole(&pin.name)))
}
