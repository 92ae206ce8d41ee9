//! PDFs for the tests, of each kind of writer: compiled once a run into the target's folder for temporary files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::tools;

/// The ways to get from TeX to PDF.
pub const ENGINES: [&str; 4] = ["pdflatex", "lualatex", "xelatex", "dvips"];

/// A paper whose title runs over three lines and is full of ligatures, with a footnote mark and accents beside it.
pub const TITLE: &str = "Efficient Offline Shuffling: Waffle Affinity and the First Flow of \
                         Heterogeneous Parallel Inference in Difficult Coffee Fields";

const PAPER: &str = r"\documentclass{article}
\title{Efficient Offline Shuffling: Waffle Affinity and the First Flow of
Heterogeneous Parallel Inference in Difficult Coffee Fields\thanks{Supported by no one.}}
\author{Ren\'e G\'odel\thanks{Nowhere.} \and Fran\c{c}ois \'Emile}
\date{2 March 2024}
\begin{document}
\maketitle
\begin{abstract}We show $x^2$ and nothing else. \end{abstract}
\section{Introduction}
The quick brown fox jumps over the lazy dog, again and again, until the very long line is broken by the
typesetting system's internationalization of heterogeneous hyphenation possibilities and responsibilities.
\end{document}
";

/// Compiles `tex` with `engine` in a folder named `name`, once; `None` where a tool is missing.
pub fn compile(name: &str, engine: &str, tex: &str) -> Option<PathBuf> {
    let needed: &[&str] = match engine {
        "dvips" => &["latex", "dvips", "ps2pdf"],
        engine => &[engine],
    };
    if !needed.iter().all(|tool| tools::require(tool)) {
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{name}-{engine}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("main.tex"), tex).unwrap();
    let flags = ["-interaction=nonstopmode", "-halt-on-error", "main.tex"];
    if engine == "dvips" {
        tools::run(&folder, "latex", &flags);
        tools::run(&folder, "dvips", &["-q", "main.dvi"]);
        tools::run(&folder, "ps2pdf", &["main.ps", "main.pdf"]);
    } else {
        tools::run(&folder, engine, &flags);
    }
    Some(folder.join("main.pdf"))
}

/// The paper with [`TITLE`], by one of [`ENGINES`].
pub fn paper(engine: &str) -> Option<PathBuf> {
    static PAPERS: [OnceLock<Option<PathBuf>>; 4] = [const { OnceLock::new() }; 4];
    let index = ENGINES
        .iter()
        .position(|name| *name == engine)
        .expect("an engine");
    PAPERS[index]
        .get_or_init(|| compile("paper", engine, PAPER))
        .clone()
}
