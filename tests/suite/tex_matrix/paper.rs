//! A paper in a folder of its own, compiled as an author does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pith::record::Record;

use super::release;
use crate::records::{HETEGEN, HETEGEN_SUFFIX};
use crate::tools;

/// The line of a template that the two lines replace.
const MARK: &str = "%%PITH%%";

/// What an author adds to a paper.
pub fn two_lines() -> String {
    format!("\\usepackage{{pith}}\n\\pithnumber{{{HETEGEN_SUFFIX}}}")
}

/// A folder with main.tex and the pith.sty of the paper.
pub struct Paper {
    pub folder: PathBuf,
}

impl Paper {
    /// `lines` stand for the mark in `tex`.
    pub fn write(folder: &Path, tex: &[u8], lines: &str) -> Self {
        fs::create_dir_all(folder).unwrap();
        let record = Record::from_slice(HETEGEN.as_bytes()).unwrap();
        fs::write(folder.join("pith.sty"), pith::sty::render(&record).unwrap()).unwrap();
        let at = tex.windows(MARK.len()).position(|part| part == MARK.as_bytes());
        let at = at.expect("a template has the line %%PITH%%");
        let tex = [&tex[..at], lines.as_bytes(), &tex[at + MARK.len()..]].concat();
        fs::write(folder.join("main.tex"), tex).unwrap();
        Self { folder: folder.into() }
    }

    pub fn pdf(&self) -> PathBuf {
        self.folder.join("main.pdf")
    }

    /// Whether one run went without an error and gave a PDF.
    pub fn compile(&self, engine: &str) -> bool {
        let program = if engine == "dvips" { "latex" } else { engine };
        let flags = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"];
        let printed = || {
            engine != "dvips"
                || self.run("dvips", &["-q", "-R2", "-z", "main.dvi"])
                    && self.run("ps2pdf", &["main.ps", "main.pdf"])
        };
        self.run(program, &flags) && printed() && self.pdf().is_file()
    }

    /// Whether another run may give another PDF: the log asks for it, or there are labels. A
    /// second run also warns of the files that the first one wrote.
    pub fn is_unsettled(&self) -> bool {
        let log = self.log();
        let aux = fs::read(self.folder.join("main.aux")).unwrap_or_default();
        if String::from_utf8_lossy(&aux).to_lowercase().contains("newlabel") {
            return true;
        }
        let missing = |line: &str| line.starts_with("No file ") && !line.contains(".aux");
        ["Rerun", "rerun", "Writing file"].iter().any(|text| log.contains(text))
            || log.lines().any(missing)
    }

    pub fn run(&self, program: &str, arguments: &[&str]) -> bool {
        self.run_with(program, arguments, &[])
    }

    /// Runs a program in the paper's folder, with more variables of the environment.
    pub fn run_with(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> bool {
        let output = self.command(program).args(arguments).envs(variables.iter().copied()).output();
        output.unwrap_or_else(|error| panic!("{program}: {error}")).status.success()
    }

    /// A program of TeX Live, which then writes long lines to its log as they are.
    fn command(&self, program: &str) -> Command {
        let mut command = release::command(program, &self.folder);
        command.env("max_print_line", "10000").env("SOURCE_DATE_EPOCH", "1709337600");
        command
    }

    pub fn log(&self) -> String {
        let log = fs::read(self.folder.join("main.log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The errors in the log, with the line after each.
    pub fn errors(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        let errors = lines.iter().enumerate().filter(|(_, line)| line.starts_with('!'));
        let errors = errors.map(|(at, _)| lines[at..lines.len().min(at + 3)].join(" | "));
        errors.collect::<Vec<_>>().join("; ")
    }

    /// The warnings in the log, without their numbers, which are places and sizes.
    pub fn warnings(&self) -> Vec<String> {
        let log = self.log();
        let is_warning = |line: &&str| {
            let starts = ["Overfull", "Underfull", "Missing character"];
            line.contains("Warning") || starts.iter().any(|start| line.starts_with(start))
        };
        let digit = |c: char| if c.is_ascii_digit() { '#' } else { c };
        let plain = |line: &str| line.chars().map(digit).collect::<String>().replace("##", "#");
        log.lines().filter(is_warning).map(plain).collect()
    }
}

/// The words of each page in the order in which they were set.
pub fn words(pdf: &Path) -> Vec<Vec<String>> {
    let folder = pdf.parent().unwrap();
    let name = pdf.file_name().unwrap().to_str().unwrap();
    let text = tools::run(folder, "pdftotext", &["-raw", name, "-"]);
    let pages = text.trim_end_matches('\u{c}').split('\u{c}');
    pages.map(|page| page.split_whitespace().map(str::to_owned).collect()).collect()
}
