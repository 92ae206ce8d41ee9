//! LaTeX sources: where the two lines go.

use crate::error::Remedy;
use crate::id::Suffix;

/// Why a source was not touched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No `\begin{document}`, so this is not the main file.
    #[error("it has no \\begin{{document}}, so it is not the paper's main file")]
    NoDocument,
    /// No `\documentclass` and no `\usepackage` after which the lines could stand.
    #[error("it has no \\documentclass")]
    NoClass,
    /// The paper has a number already, and it is another one.
    #[error("it has \\pithnumber{{{0}}} already")]
    OtherNumber(String),
}

impl Remedy for WireError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoDocument | Self::NoClass => "give the file that has \\documentclass".into(),
            Self::OtherNumber(_) => "remove that line first, if this is another paper".into(),
        })
    }
}

/// Adds `\usepackage{pith}` and `\pithnumber{...}` after the last package of the preamble, and keeps
/// every other byte. A paper that has both already comes back unchanged.
///
/// # Errors
/// [`WireError`]; the source is not touched then.
pub fn wire(source: &[u8], suffix: &Suffix) -> Result<Vec<u8>, WireError> {
    let code = without_comments(source);
    let end = find(&code, b"\\begin{document}").ok_or(WireError::NoDocument)?;
    let preamble = &code[..end];
    let number = find(preamble, b"\\pithnumber").and_then(|at| argument(preamble, at));
    if let Some(number) = number {
        let number = String::from_utf8_lossy(&source[number]).trim().to_owned();
        return match number.parse::<crate::id::PithNumber>() {
            Ok(same) if same.suffix == *suffix => Ok(source.to_vec()),
            _ => Err(WireError::OtherNumber(number)),
        };
    }
    let last = [&b"\\usepackage"[..], b"\\RequirePackage", b"\\documentclass"]
        .iter()
        .filter_map(|command| rfind(preamble, command))
        .filter_map(|at| Some(argument(preamble, at)?.end))
        .max()
        .ok_or(WireError::NoClass)?;
    let line_end = source[last..].iter().position(|byte| *byte == b'\n').map(|n| last + n + 1);
    let at = line_end.filter(|at| *at <= end).unwrap_or(last + 1);
    let newline = if source[..at].ends_with(b"\r\n") { "\r\n" } else { "\n" };
    let mut lines = format!("\\usepackage{{pith}}{newline}\\pithnumber{{{suffix}}}{newline}");
    if line_end != Some(at) {
        lines.insert_str(0, newline);
    }
    Ok([&source[..at], lines.as_bytes(), &source[at..]].concat())
}

/// The source with every comment blanked out, so that places stay the same.
fn without_comments(source: &[u8]) -> Vec<u8> {
    let mut code = source.to_vec();
    let (mut escaped, mut comment) = (false, false);
    for byte in &mut code {
        match *byte {
            b'\n' | b'\r' => (escaped, comment) = (false, false),
            _ if comment => *byte = b' ',
            b'%' if !escaped => {
                comment = true;
                *byte = b' ';
            }
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    code
}

fn find(code: &[u8], text: &[u8]) -> Option<usize> {
    code.windows(text.len()).position(|window| window == text)
}

fn rfind(code: &[u8], text: &[u8]) -> Option<usize> {
    code.windows(text.len()).rposition(|window| window == text)
}

/// The mandatory argument of the command at `at`, without its braces; an optional one may come first.
fn argument(code: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let open = at + code[at..].iter().position(|byte| matches!(byte, b'{' | b'['))?;
    let open = match code[open] {
        b'[' => {
            let mut depth = 0;
            let close = code[open..].iter().position(|byte| {
                depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
                depth == 0 && *byte == b']'
            })?;
            open + close + code[open + close..].iter().position(|byte| *byte == b'{')?
        }
        _ => open,
    };
    let close = open + code[open..].iter().position(|byte| *byte == b'}')?;
    Some(open + 1..close)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "\\usepackage{pith}\n\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}\n";

    fn wired(source: &str) -> Result<String, WireError> {
        let suffix = "WKFOJ2ECV52KUJR3SCIBSQ4GYD".parse().unwrap();
        wire(source.as_bytes(), &suffix).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_lines_stand_after_the_last_package() {
        for (before, after) in [
            ("\\documentclass{article}\n", "\\begin{document}\n\\usepackage\n\\end{document}"),
            (
                "\\documentclass[a4paper]{article}\n\\usepackage[a,\n  b={x]y}]{c} % d\n",
                "\\title{T}\n\\begin{document}\n",
            ),
            (
                "\\documentclass{article}\n\\usepackage{a}\n",
                "% \\usepackage{no}\n50\\% \\begin{document}\n",
            ),
        ] {
            assert_eq!(
                wired(&format!("{before}{after}")).unwrap(),
                format!("{before}{LINES}{after}")
            );
        }
        let crlf = wired("\\documentclass{article}\r\n\\begin{document}\r\n").unwrap();
        assert!(crlf.contains("\\usepackage{pith}\r\n\\pithnumber"), "{crlf:?}");
        let one_line = wired("\\documentclass{article}\\begin{document}x\\end{document}").unwrap();
        assert_eq!(
            one_line,
            format!("\\documentclass{{article}}\n{LINES}\\begin{{document}}x\\end{{document}}")
        );
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let once = wired("\\documentclass{article}\n\\begin{document}\n").unwrap();
        assert_eq!(wired(&once).unwrap(), once);
        let other = once.replace("WKFO", "AKFO");
        assert!(matches!(wired(&other), Err(WireError::OtherNumber(_))));
        assert_eq!(wired("\\section{A}"), Err(WireError::NoDocument));
        assert_eq!(wired("\\begin{document}"), Err(WireError::NoClass));
    }
}
