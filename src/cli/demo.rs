//! `pith demo [DIR]`: the whole job on an embedded real record, offline.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::check::Checker;
use super::context::Context;
use super::options::Options;
use super::settings::Settings;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files, hint};
use crate::badge::{Badge, Format, Style};
use crate::error::Remedy;
use crate::escape;
use crate::inject::{self, Output};
use crate::latex::Tree;
use crate::metadata::Metadata;
use crate::paper::{self, Paper};
use crate::report::{Counts, FileReport, Text};
use crate::source::{DEMO_ID, Embedded, Resolved, Resolver};
use crate::sty;
use crate::trust::Keyring;

/// A page with the embedded record's title, as its authors might begin it: without our two lines.
const PAPER: &[u8] = include_bytes!("demo/paper.tex");
/// The same page, compiled, for machines without TeX.
const PAPER_PDF: &[u8] = include_bytes!("demo/paper.pdf");

/// The engines of TeX that are looked for, in this order.
const ENGINES: [&str; 3] = ["pdflatex", "lualatex", "xelatex"];
/// How long one run of TeX may take; the first one on a machine makes font caches.
const TEX_TIMEOUT: Duration = Duration::from_secs(180);

/// Do the whole job on an embedded real record, offline
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith demo              write into ./pith-demo
  pith demo somewhere    into another folder")]
pub(super) struct Args {
    /// Where to write
    #[arg(value_name = "DIR", default_value = "pith-demo")]
    dir: PathBuf,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let mut demo = Demo { dir: &args.dir, written: Vec::new(), terminal };
    demo.keep_off_papers()?;
    std::fs::create_dir_all(demo.dir).map_err(|error| Failure::io(demo.dir, &error))?;
    let resolved = demo.resolve(options)?;
    demo.package(&resolved)?;
    demo.badges(&resolved)?;
    demo.inject(&resolved)?;
    let paper = demo.compile()?;
    let exit = demo.check(paper, options)?;
    demo.close(paper)?;
    Ok(exit)
}

struct Demo<'a> {
    dir: &'a Path,
    written: Vec<(&'static str, String)>,
    terminal: &'a mut Terminal,
}

impl Demo<'_> {
    fn say(&mut self, command: &str, what: &str) -> Result<(), Failure> {
        let style = self.terminal.text;
        let line = format!("{}$ {command}{}\n{what}\n", style.bold, style.reset);
        self.terminal.result(&line)
    }

    /// Refuses a folder that holds something else than an earlier demonstration: a paper may lie there.
    fn keep_off_papers(&self) -> Result<(), Failure> {
        let holds = |name: &str| self.dir.join(name).symlink_metadata().is_ok();
        let is_empty =
            std::fs::read_dir(self.dir).is_ok_and(|mut entries| entries.next().is_none());
        if is_empty || !self.dir.is_dir() || (holds("record.json") && holds("paper-with-proof.pdf"))
        {
            return Ok(());
        }
        let message = format!(
            "{}: is not empty, and a demonstration could write over what is in it",
            self.dir.display()
        );
        let remedy = "name a new folder: pith demo pith-demo".to_owned();
        Err(Failure::new(Exit::Usage, message, Some(remedy)))
    }

    fn write(&mut self, name: &str, about: &'static str, bytes: &[u8]) -> Result<(), Failure> {
        files::write(&self.dir.join(name), bytes, self.terminal)?;
        self.written.push((about, name.to_owned()));
        Ok(())
    }

    fn resolve(&mut self, options: &Options) -> Result<Resolved, Failure> {
        let resolver = Resolver::new(vec![Box::new(Embedded)], None, Keyring::pinned());
        let (_, resolved) = Context::over(resolver, options)?.resolve(DEMO_ID, self.terminal)?;
        let text = super::resolve::text(&resolved, self.terminal.text);
        self.say(&format!("pith resolve {DEMO_ID}"), &text)?;
        let record = resolved.record.proof_json().unwrap_or_default();
        self.write("record.json", "the record and its receipt", record.as_bytes())?;
        Ok(resolved)
    }

    /// pith.sty with the proof, and the paper with our two lines.
    fn package(&mut self, resolved: &Resolved) -> Result<(), Failure> {
        let sty = sty::render(&resolved.record)
            .map_err(|error| Failure::of(Exit::Wrong, DEMO_ID, &error))?;
        self.write("pith.sty", "the LaTeX package with the proof in it", sty.as_bytes())?;
        let number = resolved.verdict.pith_number;
        let suffix = number.expect("the embedded record has a number").suffix;
        let tree = Tree::Memory([("paper.tex".to_owned(), PAPER.to_vec())].into());
        let paper = Paper::read(&tree, "paper.tex").expect("it is in memory");
        let wired = paper::wire(&paper, &suffix, |_| false)
            .map_err(|error| Failure::of(Exit::Wrong, "paper.tex", &error))?;
        self.write("main.tex", "a paper that uses it", &wired.edits[0].new)?;
        let lines = format!("  \\usepackage{{pith}}\n  \\pithnumber{{{suffix}}}\n");
        self.say(&format!("pith sty {DEMO_ID}"), &format!("in main.tex:\n{lines}"))
    }

    fn badges(&mut self, resolved: &Resolved) -> Result<(), Failure> {
        let badge = Badge::new(&resolved.record, &resolved.verdict)
            .map_err(|error| Failure::of(Exit::Wrong, DEMO_ID, &error))?;
        for format in Format::ALL {
            let name = format!("badge.{}", format.extension());
            let text = badge.render(format, Style::Flat);
            self.write(&name, "a badge", text.as_bytes())?;
        }
        let text = badge.render(Format::Text, Style::Flat);
        self.say(&format!("pith badge {DEMO_ID} --format text"), &text)
    }

    fn inject(&mut self, resolved: &Resolved) -> Result<(), Failure> {
        self.write("paper.pdf", "a PDF without metadata of ours", PAPER_PDF)?;
        let metadata = Metadata::of(&resolved.record).expect("what verified has a receipt");
        let (from, to) = (self.dir.join("paper.pdf"), self.dir.join("paper-with-proof.pdf"));
        let report =
            inject::inject(&from, Output::Path(&to), &metadata, &inject::Options::default())
                .map_err(|error| Failure::new(Exit::Io, error.to_string(), error.remedy()))?;
        self.written.push(("the same PDF with the proof", "paper-with-proof.pdf".into()));
        let command = format!("pith inject paper.pdf {DEMO_ID} -o paper-with-proof.pdf");
        let grown = report.output_length.saturating_sub(report.input_length);
        self.say(&command, &format!("  {grown} bytes appended, nothing else changed\n"))
    }

    /// Compiles main.tex where an engine is on PATH; the name of the PDF to check.
    fn compile(&mut self) -> Result<&'static str, Failure> {
        let Some(engine) = ENGINES.into_iter().find(|engine| is_on_path(engine)) else {
            self.terminal.note(
                "There is no TeX on this machine, so main.tex was not compiled. To get it: \
                 apt install texlive-latex-recommended, brew install --cask mactex-no-gui, or \
                 https://tug.org/texlive; or upload main.tex and pith.sty to Overleaf.\n",
            );
            return Ok("paper-with-proof.pdf");
        };
        // The badge finds its place after the title in the second run.
        let compiled = (0..2).all(|_| compile(engine, self.dir));
        let command = format!("{engine} main.tex");
        if !compiled || !self.dir.join("main.pdf").is_file() {
            let log = self.dir.join("main.log");
            self.say(&command, "")?;
            let remedy =
                format!("see {}; the rest of the demonstration goes on without it", log.display());
            let message = format!("{engine} could not compile main.tex");
            self.terminal.error(&Failure::new(Exit::Wrong, message, Some(remedy)));
            return Ok("paper-with-proof.pdf");
        }
        self.written.push(("the paper, compiled: it carries the proof", "main.pdf".into()));
        self.say(&command, "  main.pdf, with the badge after its title\n")?;
        Ok("main.pdf")
    }

    fn check(&mut self, paper: &str, options: &Options) -> Run {
        let keys = super::context::keyring(options)?;
        let path = self.dir.join(paper);
        let checker =
            Checker { is_verbose: false, keys, password: None, expected: None, context: None };
        let report = checker.report(&path, &Settings::default());
        let report = FileReport { path: paper.into(), ..report };
        let counts = Counts::of(&report);
        let text = |style: Text| format!("{}{}", style.file(&report, true), style.summary(counts));
        self.say(&format!("pith check -v {paper}"), &text(self.terminal.text))?;
        self.write("check.txt", "this report", text(Text::default()).as_bytes())?;
        Ok(if report.has_errors() || report.outcome.is_err() { Exit::Wrong } else { Exit::Good })
    }

    /// What is there now, and what to do next.
    fn close(&mut self, paper: &str) -> Result<(), Failure> {
        let dir = self.dir.display();
        let mut out = format!("Written to {}:\n", escape::terminal(&dir.to_string()));
        for (about, name) in &self.written {
            out.push_str(&format!("  {name:<21} {about}\n"));
        }
        let path = hint::shell_word(&format!("{dir}/{paper}"));
        out.push_str(&format!("\nNext:  pith verify {}\n", escape::terminal(&path)));
        out.push_str("       pith sty YOUR-ARXIV-ID\n");
        self.terminal.result(&out)
    }
}

fn is_on_path(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&paths).any(|folder| folder.join(&name).is_file())
}

/// One run of TeX in `dir`, without questions, shell escape or end.
fn compile(engine: &str, dir: &Path) -> bool {
    let child = Command::new(engine)
        .args(["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return false;
    };
    let started = Instant::now();
    while started.elapsed() < TEX_TIMEOUT {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}
