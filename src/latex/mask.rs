//! What in a source is code: comments, verbatim text and what TeX never reads are blanked out.

use std::collections::HashSet;
use std::ops::Range;

/// The most bytes of a definition that are looked at.
const MAX_DEFINITION: usize = 256;
/// Environments whose text TeX does not read as commands.
const VERBATIM: [&[u8]; 22] = [
    b"verbatim",
    b"verbatim*",
    b"Verbatim",
    b"Verbatim*",
    b"BVerbatim",
    b"LVerbatim",
    b"SaveVerbatim",
    b"VerbatimOut",
    b"verbatimtab",
    b"boxedverbatim",
    b"spverbatim",
    b"listing",
    b"lstlisting",
    b"minted",
    b"comment",
    b"filecontents",
    b"filecontents*",
    b"luacode",
    b"luacode*",
    b"pycode",
    b"asy",
    b"tcblisting",
];

/// Conditionals that take braces, so no `\fi` belongs to them.
const NO_CONDITIONALS: [&[u8]; 16] = [
    b"iff",
    b"ifthenelse",
    b"ifbool",
    b"iftoggle",
    b"ifdef",
    b"ifcsdef",
    b"ifundef",
    b"ifcsundef",
    b"ifdefmacro",
    b"ifdefempty",
    b"ifdefstring",
    b"ifblank",
    b"ifstrempty",
    b"ifstrequal",
    b"ifnumcomp",
    b"ifpackageloaded",
];

/// The source with everything that is no code replaced by blanks, of the same length, so that places stay the
/// same. Line ends stay.
pub fn code_of(source: &[u8]) -> Vec<u8> {
    let mut mask = Mask { code: source.to_vec(), ..Mask::default() };
    if source.starts_with(b"\xef\xbb\xbf") {
        mask.blank(0, 3);
    }
    let mut at = 0;
    while at < mask.code.len() {
        at = mask.step(at);
    }
    mask.code
}

/// Whether a control word begins a conditional that ends with `\fi`.
pub(super) fn is_conditional(name: &[u8]) -> bool {
    name.starts_with(b"if") && !NO_CONDITIONALS.contains(&name)
}

/// The end of the control word whose backslash stands at `at`.
pub(super) fn word_end(code: &[u8], at: usize) -> usize {
    let letters = code[at + 1..].iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'@');
    at + 1 + letters.count()
}

#[derive(Default)]
struct Mask {
    code: Vec<u8>,
    /// Verbatim environments that the paper defines.
    verbatim: HashSet<Vec<u8>>,
    /// Characters that stand for `\verb` and its first character.
    short: Vec<u8>,
    /// How many groups are open.
    depth: usize,
    /// Whether `\begin{document}` has come, after which no macro's body ends the document.
    is_in_document: bool,
    /// The line that was looked at last, from where it was asked for to its end.
    line: Range<usize>,
    /// Whether an `\iffalse` has no end, so that none is looked for again.
    is_unclosed: bool,
}

impl Mask {
    fn blank(&mut self, from: usize, to: usize) {
        let to = to.min(self.code.len());
        for byte in &mut self.code[from.min(to)..to] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }

    fn line_end(&mut self, at: usize) -> usize {
        if self.line.is_empty() || !(self.line.start..=self.line.end).contains(&at) {
            let rest = self.code[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            self.line = at..rest.map_or(self.code.len(), |length| at + length);
        }
        self.line.end
    }

    /// Whether nothing but blanks stands before `at` on its line.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.code[..at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        before.is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
    }

    /// Whether what stands at `at` is no body of a macro. A brace too many somewhere must not decide it.
    fn is_of_document(&self, at: usize) -> bool {
        self.depth == 0 || self.is_in_document || self.begins_line(at)
    }

    /// Looks at what stands at `at`; where to look next.
    fn step(&mut self, at: usize) -> usize {
        match self.code[at] {
            b'%' => {
                let end = self.line_end(at);
                self.blank(at, end);
                end
            }
            b'\\' => {
                let end = word_end(&self.code, at);
                if end == at + 1 {
                    return at + 2;
                }
                let name = self.code[at + 1..end].to_vec();
                self.word(&name, at, end)
            }
            b'{' => {
                self.depth += 1;
                at + 1
            }
            b'}' => {
                self.depth = self.depth.saturating_sub(1);
                at + 1
            }
            byte if self.short.contains(&byte) => self.inline(b"verb", at).max(at + 1),
            _ => at + 1,
        }
    }

    fn word(&mut self, name: &[u8], at: usize, end: usize) -> usize {
        match name {
            b"verb" | b"Verb" | b"lstinline" | b"mintinline" => self.inline(name, end),
            b"begin" => self.begin(at, end),
            b"lstnewenvironment"
            | b"DefineVerbatimEnvironment"
            | b"newtcblisting"
            | b"DeclareTCBListing"
            | b"NewTCBListing"
            | b"newminted" => {
                self.environment(name, end);
                end
            }
            b"MakeShortVerb" | b"DefineShortVerb" | b"DeleteShortVerb" | b"UndefineShortVerb" => {
                let Some((character, stop)) = self.character(end) else { return end };
                self.short.retain(|short| *short != character);
                if matches!(name, b"MakeShortVerb" | b"DefineShortVerb") {
                    self.short.push(character);
                }
                stop
            }
            b"string" => self.string(end),
            b"iffalse" if !self.is_unclosed => self.skipped(at, end),
            b"if" if !self.is_unclosed && self.is_never(end) => self.skipped(at, end),
            b"endinput" => {
                let line_end = self.line_end(end);
                self.blank(line_end, self.code.len());
                end
            }
            b"end" => match self.group(end) {
                Some((from, to))
                    if &self.code[from..to] == b"document" && self.is_of_document(at) =>
                {
                    self.blank(to + 1, self.code.len());
                    self.code.len()
                }
                _ => end,
            },
            _ => end,
        }
    }

    /// The environment that a definition makes: `\newtcblisting[...]{name}`; `\newminted{python}` makes `pythoncode`,
    /// `\newminted[name]{python}` the one that it names.
    fn environment(&mut self, definition: &[u8], end: usize) {
        let stop = self.line_end(end).min(end + MAX_DEFINITION);
        let rest = &self.code[end..stop];
        let close = rest.iter().position(|byte| *byte == b']').filter(|_| rest.starts_with(b"["));
        let is_minted = definition == b"newminted";
        let mut name = match (close, self.group(end + close.map_or(0, |close| close + 1))) {
            (Some(close), _) if is_minted => rest[1..close].to_vec(),
            (_, Some((from, to))) => self.code[from..to].to_vec(),
            _ => return,
        };
        if is_minted && close.is_none() {
            name.extend(b"code");
        }
        self.verbatim.insert(name);
    }

    /// The character in `\MakeShortVerb{\|}`, `\MakeShortVerb*\|`, `\DefineShortVerb[...]{\|}`, and where that ends.
    fn character(&self, end: usize) -> Option<(u8, usize)> {
        let mut at = end + usize::from(self.code.get(end) == Some(&b'*'));
        at = self.after_option(at);
        match self.code[at..] {
            [b'{', b'\\', byte, b'}', ..] => Some((byte, at + 4)),
            [b'\\', byte, ..] => Some((byte, at + 2)),
            _ => None,
        }
    }

    /// The end of the optional argument that begins at `at`; `at` where there is none.
    fn after_option(&self, at: usize) -> usize {
        let option = &self.code[at..(at + MAX_DEFINITION).min(self.code.len())];
        let close = option.iter().position(|byte| *byte == b']');
        close.filter(|_| option.starts_with(b"[")).map_or(at, |close| at + close + 1)
    }

    /// `\string\name` shows a command and does not run it.
    fn string(&mut self, end: usize) -> usize {
        let blanks = self.code[end..].iter().take_while(|byte| **byte == b' ').count();
        let start = end + blanks;
        if self.code.get(start) != Some(&b'\\') {
            return end;
        }
        let stop = word_end(&self.code, start).max(start + 2).min(self.code.len());
        self.blank(start, stop);
        stop
    }

    /// Whether `\if` compares two digits that differ, or a digit with the end of the line: `\if0`, how some comment out.
    fn is_never(&self, end: usize) -> bool {
        match self.code[end..] {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => a != b,
            [b'0'..=b'9', b, ..] => matches!(b, b' ' | b'\n' | b'\r'),
            _ => false,
        }
    }

    /// The text in the braces that follow `at`, on the same line.
    fn group(&self, at: usize) -> Option<(usize, usize)> {
        let blanks = self.code[at..].iter().take_while(|byte| **byte == b' ').count();
        let open = at + blanks;
        if self.code.get(open) != Some(&b'{') {
            return None;
        }
        let length = self.code[open..].iter().position(|byte| matches!(byte, b'}' | b'\n'))?;
        (self.code[open + length] == b'}').then_some((open + 1, open + length))
    }

    /// `\verb|...|` and its kin: up to the same character, on one line.
    fn inline(&mut self, name: &[u8], end: usize) -> usize {
        let line_end = self.line_end(end);
        let mut at = end;
        if self.code.get(at) == Some(&b'*') {
            at += 1;
        }
        if self.code.get(at) == Some(&b'[') && name != b"verb" {
            let close = self.code[at..line_end].iter().position(|byte| *byte == b']');
            at += close.map_or(0, |close| close + 1);
        }
        if name == b"mintinline"
            && let Some((_, close)) = self.group(at)
        {
            at = close + 1;
        }
        // TeX passes over blanks after a control word.
        at += self.code[at..line_end].iter().take_while(|byte| **byte == b' ').count();
        let Some(&open) = self.code[at..line_end].first() else { return end };
        // A macro of that name that is being defined, or used otherwise.
        if open.is_ascii_alphanumeric() || matches!(open, b'}' | b'\\' | b'%') {
            return end;
        }
        let close = if open == b'{' { b'}' } else { open };
        let length = self.code[at + 1..line_end].iter().position(|byte| *byte == close);
        match length {
            Some(length) => {
                self.blank(at, at + length + 2);
                at + length + 2
            }
            None => end,
        }
    }

    fn begin(&mut self, at: usize, end: usize) -> usize {
        let Some((from, to)) = self.group(end) else { return end };
        let name = self.code[from..to].to_vec();
        self.is_in_document |= name == b"document" && self.is_of_document(at);
        // The float of minted has the name of moreverb's environment, of which an argument is the first line's number.
        if name == b"listing" && self.code.get(self.after_option(to + 1)) != Some(&b'{') {
            return to + 1;
        }
        let is_verbatim = VERBATIM.contains(&&name[..]) || self.verbatim.contains(&name);
        // What ends right there is a macro's body: \newcommand{\bv}{\begin{verbatim}}.
        if !is_verbatim || self.code.get(to + 1) == Some(&b'}') {
            return to + 1;
        }
        let close = [b"\\end{", &name[..], b"}"].concat();
        let rest = self.code[to..].windows(close.len()).position(|window| window == close);
        let stop = rest.map_or(self.code.len(), |length| to + length);
        self.blank(to + 1, stop);
        stop
    }

    /// `\iffalse ... \fi`, how authors comment out pages. An `\else` ends what is skipped.
    fn skipped(&mut self, at: usize, end: usize) -> usize {
        let (mut depth, mut look) = (1, end);
        while let Some(found) = self.code[look..].iter().position(|b| matches!(b, b'\\' | b'%')) {
            let start = look + found;
            if self.code[start] == b'%' {
                look = self.line_end(start);
                continue;
            }
            let stop = word_end(&self.code, start);
            let name = &self.code[start + 1..stop];
            match name {
                b"fi" => depth -= 1,
                b"else" if depth == 1 => depth = 0,
                // TeX knows no conditional that it has not read the definition of.
                b"newif" => {
                    let next = self.code[stop..].trim_ascii_start();
                    let next = self.code.len() - next.len();
                    look = word_end(&self.code, next.min(self.code.len() - 1));
                    continue;
                }
                name if is_conditional(name) => depth += 1,
                _ => {}
            }
            if depth == 0 {
                // The closing `\fi` goes with its `\iffalse`; an `\else` leaves one `\fi` that nothing opens.
                self.blank(at, stop);
                return stop;
            }
            look = stop.max(start + 2).min(self.code.len());
        }
        self.is_unclosed = true;
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        let code = code_of(source.as_bytes());
        assert_eq!(code.len(), source.len());
        let text = String::from_utf8_lossy(&code).into_owned();
        text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    #[test]
    fn what_tex_does_not_read_is_blank() {
        for (source, expected) in [
            ("a % b\nc\n", "a\nc\n"),
            ("50\\% a\n", "50\\% a\n"),
            ("\\\\% a\n", "\\\\\n"),
            (
                "\\begin{verbatim}\n\\a\n\\end{verbatim} x\n",
                "\\begin{verbatim}\n\n\\end{verbatim} x\n",
            ),
            ("\\verb|\\a| b\n", "\\verb     b\n"),
            ("\\verb+%+ b\n", "\\verb    b\n"),
            ("\\lstinline[x]{\\a} b\n", "\\lstinline[x]     b\n"),
            ("\\iffalse\n\\a\n\\ifx b\\fi\n\\fi c\n", "\n\n\n    c\n"),
            ("\\iffalse\n\\newif\\ifd\n\\a\n\\fi c\n", "\n\n\n    c\n"),
            (
                "\\newcommand{\\ed}{\\end{document}}\n\\a\n",
                "\\newcommand{\\ed}{\\end{document}}\n\\a\n",
            ),
            (
                "\\newcommand{\\bv}{\\begin{verbatim}}\n\\a\n",
                "\\newcommand{\\bv}{\\begin{verbatim}}\n\\a\n",
            ),
            (
                "\\newcommand{\\fin}{\\clearpage\\end{document}}\n\\a\n",
                "\\newcommand{\\fin}{\\clearpage\\end{document}}\n\\a\n",
            ),
            (
                "\\url{a%2F}\n\\begin{document}\n\\end{document}\n\\a\n",
                "\\url{a\n\\begin{document}\n\\end{document}\n\n",
            ),
            (
                "\\AtBeginDocument{\\MakeShortVerb{\\|}} % |\n\\end{document}\n\\a\n",
                "\\AtBeginDocument{\\MakeShortVerb{\\|}}\n\\end{document}\n\n",
            ),
            (
                "\\begin{listing}[t]\n\\a\n\\end{listing}\n",
                "\\begin{listing}[t]\n\\a\n\\end{listing}\n",
            ),
            ("\\if0\n\\a\n\\fi b\n", "\n\n    b\n"),
            ("\\if01 \\a\\else b\\fi\n", "              b\\fi\n"),
            ("\\if00 \\a\\fi\n", "\\if00 \\a\\fi\n"),
            ("\\string\\a{b}\\c\n", "\\string  {b}\\c\n"),
            ("\\verb |\\a| b\n", "\\verb      b\n"),
            (
                "\\MakeShortVerb{\\|}\n|\\a| b\n\\DeleteShortVerb{\\|}\n|\\a|\n",
                "\\MakeShortVerb{\\|}\n     b\n\\DeleteShortVerb{\\|}\n|\\a|\n",
            ),
            (
                "\\newtcblisting[init]{code}{}\n\\begin{code}\n\\a\n\\end{code}\n",
                "\\newtcblisting[init]{code}{}\n\\begin{code}\n\n\\end{code}\n",
            ),
            (
                "\\newminted{tex}{}\n\\begin{texcode}\n\\a\n\\end{texcode}\n",
                "\\newminted{tex}{}\n\\begin{texcode}\n\n\\end{texcode}\n",
            ),
            ("a\\endinput b\nc\n", "a\\endinput b\n\n"),
            ("\\end{document}\n\\a\n", "\\end{document}\n\n"),
            (
                "\\lstnewenvironment{code}{}{}\n\\begin{code}\n\\a\n\\end{code}\n",
                "\\lstnewenvironment{code}{}{}\n\\begin{code}\n\n\\end{code}\n",
            ),
        ] {
            assert_eq!(code(source), expected, "{source}");
        }
    }

    #[test]
    fn no_bytes_end_it() {
        for source in [
            "\\",
            "\\begin",
            "\\begin{",
            "\\verb",
            "\\verb|",
            "\\iffalse",
            "\\iffalse\\newif",
            "\\if0",
            "\\if",
            "\\string",
            "\\string\\",
            "\\MakeShortVerb",
            "\\MakeShortVerb\\|\n|",
            "\\newtcblisting[",
            "\\newminted[x]",
            "%",
            "\\end{document}",
        ] {
            assert_eq!(code_of(source.as_bytes()).len(), source.len());
        }
    }
}
