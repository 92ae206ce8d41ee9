//! Mathematics in TeX as titles have it, of what LaTeX's kernel knows: only what certainly compiles.

use super::bibtex::word;

/// Symbols.
const SYMBOLS: &str = "\
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi \
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi \
    Sigma Upsilon Phi Psi Omega to rightarrow leftarrow leftrightarrow infty pm mp times cdot sim simeq \
    approx leq geq le ge ll gg neq equiv propto partial nabla ell hbar prime dagger ast star circ oplus \
    otimes wedge vee in subset cup cap sum prod int log ln exp sin cos langle rangle";
/// Commands that take a group or a letter.
const WITH_ARGUMENT: &str = "mathcal mathrm mathbf mathit sqrt bar hat tilde widetilde widehat vec dot \
    ddot overline underline";
/// Characters that mean nothing else.
const CHARACTERS: &str = "+-=<>()[],.:;!|/* ";
/// How deep groups may nest.
const MAX_DEPTH: usize = 8;

/// The length of the `$...$` that `text` begins with; 0 where it is none, or not certain to compile.
pub(super) fn length(text: &str) -> usize {
    let Some(length) = text[1..].find('$').filter(|length| *length > 0) else { return 0 };
    let content = &text[1..=length];
    // "$5 and $6" is money.
    let is_formula = content.trim() == content && formula(content, 0) == Some("");
    if is_formula { length + 2 } else { 0 }
}

/// What follows a formula, which ends with its group.
fn formula(mut text: &str, depth: usize) -> Option<&str> {
    while !text.is_empty() && !text.starts_with('}') {
        text = nucleus(text, depth)?;
        let (mut is_raised, mut is_lowered) = (false, false);
        while let Some(script @ ('^' | '_')) = text.chars().next() {
            let seen = if script == '^' { &mut is_raised } else { &mut is_lowered };
            if std::mem::replace(seen, true) {
                return None;
            }
            text = argument(&text[1..], depth)?;
        }
    }
    Some(text)
}

/// What follows the symbol, character or group that `text` begins with.
fn nucleus(text: &str, depth: usize) -> Option<&str> {
    let first = text.chars().next()?;
    match first {
        '\\' => {
            let name = word(&text[1..]);
            let rest = &text[1 + name.len()..];
            if is_in(WITH_ARGUMENT, name) {
                return argument(rest.trim_start(), depth);
            }
            let is_space = name.is_empty() && rest.starts_with([',', ';', '!', ':']);
            match is_space {
                true => Some(&rest[1..]),
                false => is_in(SYMBOLS, name).then_some(rest),
            }
        }
        '{' => argument(text, depth),
        first if first.is_ascii_alphanumeric() || CHARACTERS.contains(first) => Some(&text[1..]),
        _ => None,
    }
}

/// What follows a group, a letter, a digit, a sign or a symbol.
fn argument(text: &str, depth: usize) -> Option<&str> {
    match text.chars().next()? {
        '{' if depth < MAX_DEPTH => formula(&text[1..], depth + 1)?.strip_prefix('}'),
        '\\' => {
            let name = word(&text[1..]);
            is_in(SYMBOLS, name).then(|| &text[1 + name.len()..])
        }
        first if first.is_ascii_alphanumeric() || "+-*".contains(first) => Some(&text[1..]),
        _ => None,
    }
}

fn is_in(list: &str, name: &str) -> bool {
    list.split(' ').any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_compiles_is_mathematics() {
        for text in [
            "$x$",
            "$\\alpha_s^2$",
            "$10^{-3}$",
            "$\\mathrm{Z} \\to e^+e^-$",
            "$x_{i_j}$",
            "$\\hat H$",
        ] {
            assert_eq!(length(text), text.len(), "{text}");
        }
        for text in [
            "$",
            "$$",
            "$x^2^3$",
            "$^$",
            "$x^$",
            "$\\mathcal$",
            "$5 and $",
            "$\\input{x}$",
            "$}{$",
            "$x{$",
            "$\\frac$",
            "$é$",
            "$x&y$",
            "$a^\\mathrm{x}$",
        ] {
            assert_eq!(length(text), 0, "{text}");
        }
        let deep = format!("${}x{}$", "{".repeat(99), "}".repeat(99));
        assert_eq!(length(&deep), 0);
    }
}
