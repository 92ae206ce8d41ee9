//! arXiv's stamp: a line that runs up the left edge of page 1, `arXiv:2403.01164v1 [cs.PF] 2 Mar 2024`.

use crate::id::ArxivId;
use crate::pdf::Word;
use crate::verify::{Step, StepName};

/// The stamp ends 32 points from the left edge (latex.md section 3); some room for other page sizes.
const BAND: f64 = 45.0;

/// Whether the stamp names the paper of `source`. Another version of it is the same paper.
pub(super) fn check(words: &[Word], source: &ArxivId) -> Step {
    let name = StepName::Stamp;
    let Some(stamped) = find(words) else {
        return Step::not_checked(name, "there is no stamp of arXiv on page 1");
    };
    if stamped.same_paper(source) {
        Step::passed(name, format!("arXiv's stamp says {}", stamped.prefixed()))
    } else {
        let (stamped, source) = (stamped.prefixed(), source.prefixed());
        Step::failed(name, format!("arXiv's stamp says {stamped}, but the record is of {source}"))
    }
}

fn find(words: &[Word]) -> Option<ArxivId> {
    let in_band = words.iter().filter(|word| is_in_band(word));
    in_band.filter_map(|word| word.text.strip_prefix("arXiv:")?.parse().ok()).next()
}

/// Whether a word lies in the stamp's band at the left edge and does not run to the right out of it.
pub(super) fn is_in_band(word: &Word) -> bool {
    word.rect.x1 < BAND && word.rect.x0 >= 0.0
}
