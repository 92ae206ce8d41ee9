//! A LaTeX paper: its main file and what that includes, read in TeX's order; where the two lines stand or go.

mod before;
mod changes;
mod edit;
mod pack;
mod unwire;
mod wire;

use std::ops::Range;

use crate::id::{IdError, PithNumber, Suffix};
use crate::latex::{
    Command, Spot, Tree, TreeError, bare_word, clean_path, code_of, commands, is_latex_name,
    mandatory, parent_of, spot,
};

pub use before::{Before, Lines};
pub use edit::{Edit, diff};
pub use pack::{Left, Pack, PackError, pack};
pub use unwire::{Unwired, unwire};
pub use wire::{WireError, Wired, wire};

/// The package beside a paper's main file.
pub const STY: &str = "pith.sty";
/// The record beside it that the paper must have.
pub const PIN: &str = "pith.json";

/// How deep files may include files.
const MAX_DEPTH: usize = 16;
/// What is followed by the command that it defines.
const DEFINERS: [&[u8]; 6] =
    [b"newcommand", b"renewcommand", b"providecommand", b"DeclareRobustCommand", b"def", b"let"];
/// The most files that are read.
const MAX_FILES: usize = 2000;
/// The most bytes that are read of all files together.
const MAX_BYTES: usize = 16 << 20;

/// A paper as it was read.
#[derive(Debug)]
pub struct Paper {
    /// The files, the main file first, then in the order in which TeX comes to them.
    pub files: Vec<SourceFile>,
    /// What they say that matters here, in TeX's order.
    pub events: Vec<Event>,
    /// Whether a bound ended the reading.
    pub is_cut: bool,
}

/// One file of a paper.
#[derive(Debug)]
pub struct SourceFile {
    /// Its name in the tree.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The same with all that is no code blanked out.
    pub code: Vec<u8>,
}

/// Something in a source, and where.
#[derive(Clone, Debug)]
pub struct Event {
    /// The place in [`Paper::files`].
    pub file: usize,
    /// The whole command with its arguments.
    pub range: Range<usize>,
    /// The argument, without its braces; empty where there is none.
    pub argument: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `\documentclass`.
    Class,
    /// `\usepackage` or `\RequirePackage`, with the packages.
    Packages(Vec<String>),
    /// A file is included; its place in [`Paper::files`], where it is there and was read.
    Input(Option<usize>),
    /// `\pithnumber`, with its argument.
    Number(String),
    /// Another command of pith.sty, by name.
    Pith(String),
    /// `\begin{document}`.
    Document,
    /// A figure, as it is named.
    Figure(String),
    /// A bibliography made by BibTeX or Biber.
    Bibliography,
    /// A command that runs a program, by name.
    Shell(String),
}

/// A line of a paper, and what of ours stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1, as it is after the change, unless it is said otherwise.
    pub line: u32,
    /// The text.
    pub text: String,
}

impl Paper {
    /// Whether the paper is to be without its number for blind review: by the option `anonymous` of pith.sty, or by those
    /// of acmart that pith.sty follows.
    pub fn is_blind(&self) -> bool {
        let says = |event: &Event, option: &str| {
            let command = &self.files[event.file].code[event.range.clone()];
            let options = command.split(|byte| matches!(byte, b'[' | b']' | b',' | b' '));
            options.into_iter().any(|word| word.trim_ascii() == option.as_bytes())
        };
        let acmart = |event: &Event| {
            let command = &self.files[event.file].code[event.argument.clone()];
            command.trim_ascii() == b"acmart"
        };
        self.events.iter().any(|event| match &event.kind {
            Kind::Packages(names) => {
                names.iter().any(|name| name == "pith") && says(event, "anonymous")
            }
            Kind::Class => says(event, "anonymous") || (acmart(event) && says(event, "review")),
            _ => false,
        })
    }

    /// Reads the paper whose main file is `main`.
    ///
    /// # Errors
    /// [`TreeError`] where a file that is there cannot be read; a main file that is not there is
    /// [`std::io::ErrorKind::NotFound`].
    pub fn read(tree: &Tree, main: &str) -> Result<Self, TreeError> {
        let bytes = tree.read(main)?;
        let bytes = bytes.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(TreeError::Utf16);
        }
        let mut reader = Reader {
            tree,
            top: parent_of(main).to_owned(),
            total: bytes.len(),
            open: Vec::new(),
            paper: Self { files: Vec::new(), events: Vec::new(), is_cut: false },
        };
        reader.file(main.to_owned(), bytes)?;
        Ok(reader.paper)
    }

    /// The main file.
    pub fn main(&self) -> &SourceFile {
        &self.files[0]
    }

    /// The uses of the package.
    pub fn loads(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.loads_pith())
    }

    /// The numbers that are declared, as they are written.
    pub fn numbers(&self) -> impl Iterator<Item = (&Event, &str)> {
        self.events.iter().filter_map(|event| match &event.kind {
            Kind::Number(text) => Some((event, text.as_str())),
            _ => None,
        })
    }

    /// The argument of a command as it is written, comments and all.
    pub fn written(&self, event: &Event) -> String {
        let bytes = &self.files[event.file].bytes[event.argument.clone()];
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// The line and column of a place in a file.
    pub fn spot(&self, file: usize, range: Range<usize>) -> Spot {
        spot(&self.files[file].bytes, range)
    }
}

impl Event {
    fn loads_pith(&self) -> bool {
        matches!(&self.kind, Kind::Packages(names) if names.iter().any(|name| name == "pith"))
    }
}

/// The number that the argument of `\pithnumber` states.
///
/// # Errors
/// [`IdError`] says what is wrong with it.
pub fn number(argument: &str) -> Result<PithNumber, IdError> {
    argument.trim().parse()
}

/// The same without its year.
fn suffix(argument: &str) -> Option<Suffix> {
    number(argument).ok().map(|number| number.suffix)
}

struct Reader<'a> {
    tree: &'a Tree,
    /// The folder of the main file, where TeX runs.
    top: String,
    total: usize,
    /// The files that are being read now, so that none includes itself.
    open: Vec<String>,
    paper: Paper,
}

impl Reader<'_> {
    fn file(&mut self, name: String, bytes: Vec<u8>) -> Result<usize, TreeError> {
        let index = self.paper.files.len();
        let code = code_of(&bytes);
        self.paper.files.push(SourceFile { name: name.clone(), bytes, code: code.clone() });
        self.open.push(name);
        let mut last: Option<Command<'_>> = None;
        for command in commands(&code) {
            // \providecommand\pithnumber[1]{}: a stub for where the package is not.
            let is_defined = last.is_some_and(|last| {
                DEFINERS.contains(&last.name) && code[last.end..command.start].trim_ascii() == b""
            });
            if !is_defined {
                self.command(index, &code, command)?;
            }
            last = Some(command);
        }
        self.open.pop();
        Ok(index)
    }

    fn command(&mut self, file: usize, code: &[u8], command: Command<'_>) -> Result<(), TreeError> {
        let argument = mandatory(code, command.end);
        let text =
            |range: &Range<usize>| String::from_utf8_lossy(&code[range.clone()]).into_owned();
        let mut push = |kind: Kind, argument: Option<(Range<usize>, usize)>| {
            let end = argument.as_ref().map_or(command.end, |(_, end)| *end);
            let argument = argument.map_or(end..end, |(range, _)| range);
            self.paper.events.push(Event { file, range: command.start..end, argument, kind });
        };
        match (command.name, argument) {
            (b"documentclass" | b"documentstyle" | b"LoadClass", Some(argument)) => {
                let class = text(&argument.0);
                // A class of the paper's own may load packages; a class is no file of LaTeX's.
                if command.name != b"LoadClass" {
                    push(Kind::Class, Some(argument));
                }
                self.include(file, &format!("{}.cls", class.trim()))?;
            }
            (b"usepackage" | b"RequirePackage" | b"RequirePackageWithOptions", Some(argument)) => {
                let names = text(&argument.0);
                let names: Vec<_> = names.split(',').map(|name| name.trim().to_owned()).collect();
                push(Kind::Packages(names.clone()), Some(argument));
                for name in names.iter().filter(|name| *name != "pith") {
                    self.include(file, &format!("{name}.sty"))?;
                }
            }
            (
                b"input" | b"include" | b"subfile" | b"subfileinclude" | b"InputIfFileExists",
                argument,
            ) => {
                let name = argument.as_ref().map(|(range, _)| text(range));
                let Some(name) = name.or_else(|| bare_word(code, command.end)) else {
                    return Ok(());
                };
                push(Kind::Input(None), argument);
                let event = self.paper.events.len() - 1;
                let found = self.include(file, &name)?;
                self.paper.events[event].kind = Kind::Input(found);
            }
            (b"import" | b"subimport" | b"inputfrom" | b"includefrom", Some((folder, end))) => {
                let Some((name, end)) = mandatory(code, end) else { return Ok(()) };
                let path = format!("{}/{}", text(&folder), text(&name));
                push(Kind::Input(None), Some((name, end)));
                let event = self.paper.events.len() - 1;
                let found = self.include(file, &path)?;
                self.paper.events[event].kind = Kind::Input(found);
            }
            (b"pithnumber", Some(argument)) => {
                let number = text(&argument.0);
                push(Kind::Number(number), Some(argument));
            }
            (b"pithbadge" | b"pithsetup" | b"pithtitlebadge", _) => {
                push(Kind::Pith(String::from_utf8_lossy(command.name).into_owned()), None);
            }
            (b"begin", Some(argument)) if &code[argument.0.clone()] == b"document" => {
                // A class or a package speaks of it, and does not begin it.
                let name = &self.paper.files[file].name;
                if !name.ends_with(".cls") && !name.ends_with(".sty") {
                    push(Kind::Document, Some(argument));
                }
            }
            (b"includegraphics" | b"includepdf" | b"includesvg" | b"overpic", Some(argument)) => {
                let name = text(&argument.0);
                push(Kind::Figure(name), Some(argument));
            }
            (b"bibliography" | b"addbibresource", Some(argument)) => {
                push(Kind::Bibliography, Some(argument));
            }
            (b"tikzexternalize" | b"ShellEscape" | b"inputminted" | b"includesvg", argument) => {
                push(Kind::Shell(String::from_utf8_lossy(command.name).into_owned()), argument);
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads a file that is included, where the tree has it: from where TeX runs, or from the file that names it.
    fn include(&mut self, from: usize, name: &str) -> Result<Option<usize>, TreeError> {
        let name = name.trim().trim_matches('"');
        let folder = parent_of(&self.paper.files[from].name).to_owned();
        for of in [self.top.clone(), folder] {
            for end in ["", ".tex"] {
                let path = match of.is_empty() {
                    true => clean_path(&format!("{name}{end}")),
                    false => {
                        clean_path(&format!("{of}/{name}{end}")).filter(|_| !name.starts_with('/'))
                    }
                };
                let Some(path) = path else { continue };
                let is_text =
                    is_latex_name(&path) || path.ends_with(".sty") || path.ends_with(".cls");
                if self.open.contains(&path) || !(is_text || end.is_empty() && name.contains('.')) {
                    continue;
                }
                if self.open.len() >= MAX_DEPTH || self.paper.files.len() >= MAX_FILES {
                    self.paper.is_cut = true;
                    return Ok(None);
                }
                let Some(bytes) = self.tree.read(&path)? else { continue };
                self.total += bytes.len();
                if self.total > MAX_BYTES {
                    self.paper.is_cut = true;
                    return Ok(None);
                }
                return self.file(path, bytes).map(Some);
            }
        }
        Ok(None)
    }
}
