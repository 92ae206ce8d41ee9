//! `pith badge ID`

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::ValueEnum;
use memchr::memmem;

use super::context::Context;
use super::options::Options;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files, settings};
use crate::badge::{self, Badge};

/// More bytes than any badge has: an SVG with its proof has some thousand.
const MAX_BADGE: usize = 64 << 10;

/// Print a badge that links to the paper's record
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith badge 2403.01164                           two lines for a LaTeX paper
  pith badge 2403.01164 -o pith.svg               a picture with its proof
  pith badge 2403.01164 --format markdown         for a README")]
pub(super) struct Args {
    /// The paper
    #[arg(value_name = "ID")]
    id: String,

    /// What kind of badge; without it, what the name after -o ends with tells, else LaTeX
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// What a badge of SVG or HTML looks like
    #[arg(long, value_name = "STYLE", default_value = "flat", hide_default_value = true)]
    style: Style,

    /// Where to write; "-" is standard output
    #[arg(short, long, value_name = "PATH", default_value = "-", hide_default_value = true)]
    output: PathBuf,
}

/// The formats of the library, as the command line names them.
#[derive(Clone, Copy, Debug)]
struct Format(badge::Format);

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Format>> =
            LazyLock::new(|| badge::Format::ALL.map(Format).to_vec());
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// The styles of the library.
#[derive(Clone, Copy, Debug)]
struct Style(badge::Style);

impl ValueEnum for Style {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Style; 2] = [Style(badge::Style::ALL[0]), Style(badge::Style::ALL[1])];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let format = args.format()?;
    // A README is more than its badge.
    let is_ours = |old: &[u8]| old.len() < MAX_BADGE && memmem::find(old, b"pith").is_some();
    let remedy = "give another name, or append to it: pith badge ID --format markdown >> FILE";
    files::keep_others(&args.output, MAX_BADGE, is_ours, "no badge", remedy)?;
    let context = Context::beside(settings::folder_of(&args.output), options, terminal)?;
    let resolved = super::sty::verified(&args.id, &context, terminal)?;
    let badge = Badge::new(&resolved.record, &resolved.verdict)
        .map_err(|error| Failure::of(Exit::Wrong, &args.id, &error))?;
    let text = badge.render(format, args.style.0);
    files::write(&args.output, text.as_bytes(), terminal)?;
    Ok(Exit::Good)
}

impl Args {
    fn format(&self) -> Result<badge::Format, Failure> {
        let extension = self.output.extension();
        let extension = extension.map(|end| end.to_string_lossy().to_ascii_lowercase());
        match (self.format, extension) {
            (Some(format), _) => Ok(format.0),
            (None, None) => Ok(badge::Format::Latex),
            (None, Some(extension)) => {
                let known = if extension == "htm" { "html" } else { &extension };
                let named =
                    |format: &badge::Format| [format.extension(), format.name()].contains(&known);
                badge::Format::ALL.into_iter().find(named).ok_or_else(|| {
                    let message = format!("there is no badge of the kind .{extension}");
                    let remedy = "say which with --format: svg, markdown, html ...".to_owned();
                    Failure::new(Exit::Usage, message, Some(remedy))
                })
            }
        }
    }
}
