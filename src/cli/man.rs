//! `pith man`

use super::terminal::Terminal;
use super::{Exit, Run};

/// Print the manual page (roff)
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith man | man -l -
  pith man > ~/.local/share/man/man1/pith.1")]
pub(super) struct Args {}

pub(super) fn run(_: &Args, terminal: &mut Terminal) -> Run {
    let mut page = Vec::new();
    let written = render(&mut page);
    debug_assert!(written.is_ok(), "writing to memory does not fail");
    terminal.raw(&page)?;
    Ok(Exit::Good)
}

/// The page of the program, then a section for each verb.
fn render(page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = super::command();
    command.build();
    let main = clap_mangen::Man::new(command.clone());
    main.render_title(page)?;
    main.render_name_section(page)?;
    main.render_synopsis_section(page)?;
    main.render_description_section(page)?;
    main.render_options_section(page)?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let man = clap_mangen::Man::new(verb.clone());
        let heading = format!(".SH \"PITH {}\"\n", verb.get_name().to_uppercase());
        page.extend_from_slice(heading.as_bytes());
        let mut section = Vec::new();
        man.render_description_section(&mut section)?;
        man.render_synopsis_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        let section = String::from_utf8_lossy(&section).replace("\n.SH ", "\n.SS ");
        page.extend_from_slice(section.replacen(".SH ", ".SS ", 1).as_bytes());
    }
    main.render_extra_section(page)?;
    main.render_version_section(page)
}
