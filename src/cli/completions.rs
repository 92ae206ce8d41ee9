//! `pith completions SHELL`

use clap_complete::Shell;

use super::terminal::Terminal;
use super::{Exit, Run};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith completions bash > ~/.local/share/bash-completion/completions/pith
  pith completions zsh > \"${fpath[1]}/_pith\"
  pith completions fish > ~/.config/fish/completions/pith.fish")]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Run {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "pith", &mut script);
    terminal.raw(&script)?;
    Ok(Exit::Good)
}
