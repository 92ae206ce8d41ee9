//! The commands of a source, one after the other, with their arguments.

use std::ops::Range;

use super::mask::{is_conditional, word_end};

/// How deep braces may nest in an argument.
const MAX_DEPTH: usize = 200;
/// The most bytes of an argument that is looked at.
const MAX_ARGUMENT: usize = 8192;

/// A control word in the code of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Without the backslash.
    pub name: &'a [u8],
    /// Where the backslash stands.
    pub start: usize,
    /// Where the name ends.
    pub end: usize,
}

/// The control words of `code`, which [`super::code_of`] made.
pub fn commands(code: &[u8]) -> impl Iterator<Item = Command<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + code[at..].iter().position(|byte| *byte == b'\\')?;
            let end = word_end(code, start);
            at = end.max(start + 2).min(code.len());
            if end > start + 1 {
                return Some(Command { name: &code[start + 1..end], start, end });
            }
        }
    })
}

fn skip_blanks(code: &[u8], at: usize) -> usize {
    at + code[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The optional argument that follows `at`, without its brackets, and where it ends.
pub fn optional(code: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let open = skip_blanks(code, at);
    (code.get(open) == Some(&b'[')).then(|| balanced(code, open, b']')).flatten()
}

/// The next mandatory argument after `at`, without its braces, and where it ends. A star and optional
/// arguments before it are passed over.
pub fn mandatory(code: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let mut at = skip_blanks(code, at);
    if code.get(at) == Some(&b'*') {
        at += 1;
    }
    while let Some((_, end)) = optional(code, at) {
        at = end;
    }
    let open = skip_blanks(code, at);
    (code.get(open) == Some(&b'{')).then(|| balanced(code, open, b'}')).flatten()
}

/// The name in `\input name`, an argument without braces.
pub fn bare_word(code: &[u8], at: usize) -> Option<String> {
    let rest = &code[at..];
    let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"./_-+".contains(byte);
    let name: Vec<u8> = rest[blanks..].iter().take_while(is_name).copied().collect();
    (blanks > 0 && !name.is_empty()).then(|| String::from_utf8_lossy(&name).into_owned())
}

/// What stands between the bracket at `open` and the one that closes it, braces in it balanced.
fn balanced(code: &[u8], open: usize, close: u8) -> Option<(Range<usize>, usize)> {
    let mut depth = 0;
    let mut at = open + 1;
    while let Some(byte) = code.get(at).filter(|_| at - open < MAX_ARGUMENT) {
        match *byte {
            b'\\' => at += 1,
            byte if byte == close && depth == 0 => return Some((open + 1..at, at + 1)),
            b'{' if depth < MAX_DEPTH => depth += 1,
            b'{' => return None,
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// How deep in groups and conditionals a place is, followed from the top.
pub(crate) struct Nesting<'a> {
    code: &'a [u8],
    at: usize,
    braces: usize,
    conditionals: usize,
}

impl<'a> Nesting<'a> {
    pub fn new(code: &'a [u8]) -> Self {
        Self { code, at: 0, braces: 0, conditionals: 0 }
    }

    /// Whether nothing is open at `to`, so that a line of its own may stand there. Places must not go back.
    pub fn is_open_at(&mut self, to: usize) -> bool {
        while self.at < to {
            self.step();
        }
        self.braces == 0 && self.conditionals == 0
    }

    fn step(&mut self) {
        match self.code[self.at] {
            b'{' => self.braces += 1,
            b'}' => self.braces = self.braces.saturating_sub(1),
            b'\\' => {
                let end = word_end(self.code, self.at);
                let name = &self.code[self.at + 1..end];
                self.at = end.max(self.at + 2);
                match name {
                    // These name a conditional, and begin none.
                    b"let" => self.at = after_words(self.code, end, 2),
                    b"newif" | b"def" | b"gdef" | b"edef" | b"xdef" => {
                        self.at = after_words(self.code, end, 1);
                    }
                    b"fi" => self.conditionals = self.conditionals.saturating_sub(1),
                    name if is_conditional(name) => self.conditionals += 1,
                    _ => {}
                }
                return;
            }
            _ => {}
        }
        self.at += 1;
    }
}

/// Where the next `count` control sequences after `at` end; an equals sign may stand between them.
fn after_words(code: &[u8], mut at: usize, count: usize) -> usize {
    for _ in 0..count {
        let start = skip_blanks(code, at);
        let start = skip_blanks(code, start + usize::from(code.get(start) == Some(&b'=')));
        if code.get(start) == Some(&b'\\') {
            at = word_end(code, start).max(start + 2).min(code.len());
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_found() {
        let code = b"\\usepackage [a={x]y},\n b] {c, d}\\input e";
        let all: Vec<_> = commands(code).collect();
        assert_eq!(all.iter().map(|c| c.name).collect::<Vec<_>>(), [&b"usepackage"[..], b"input"]);
        let (argument, end) = mandatory(code, all[0].end).unwrap();
        assert_eq!((&code[argument], end), (&b"c, d"[..], all[1].start));
        assert_eq!(mandatory(code, all[1].end), None);
        assert_eq!(mandatory(b"\\a{", 2), None);
    }

    #[test]
    fn nesting_follows_groups_and_conditionals() {
        for (code, is_open) in [
            ("\\a{b}\n", true),
            ("\\a{b", false),
            ("\\{\n", true),
            ("\\ifx\\a\\b", false),
            ("\\ifx\\a\\b\\fi", true),
            ("\\newif\\ifdraft \\let\\ifx=\\iftrue", true),
            ("\\ifdraft \\usepackage{a}", false),
            ("$a \\iff b$", true),
            ("\\fi", true),
        ] {
            let is = Nesting::new(code.as_bytes()).is_open_at(code.len());
            assert_eq!(is, is_open, "{code}");
        }
    }
}
