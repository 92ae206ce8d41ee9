//! Which TeX Live compiles: this system's, or that of the Debian in the folder `PITH_TEX_ROOT`, which
//! tests/tex-live makes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{pdf_files, tools};

fn root() -> Option<PathBuf> {
    env::var_os("PITH_TEX_ROOT").map(|root| Path::new(env!("CARGO_MANIFEST_DIR")).join(root))
}

/// An empty folder for papers, where the engines can reach it.
pub fn folder(name: &str) -> PathBuf {
    let Some(root) = root() else {
        return pdf_files::folder(name);
    };
    let folder = root.join("tmp").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether `program` is there to compile with.
pub fn has(program: &str) -> bool {
    root()
        .map_or_else(|| tools::require(program), |root| root.join("usr/bin").join(program).exists())
}

/// A program of this TeX Live, in a folder of [`folder`].
pub fn command(program: &str, folder: &Path) -> Command {
    let Some(root) = root() else {
        let mut command = Command::new(program);
        command.current_dir(folder);
        return command;
    };
    let inside = Path::new("/").join(folder.strip_prefix(&root).expect("a folder of the root"));
    let mut command = Command::new("chroot");
    command.arg(root).args(["env", "-C"]).arg(inside).arg(program);
    command
}

/// `TeX Live 2022`. Debian's package tells it, because engines that were built early name the next year.
pub fn name() -> String {
    let database = root().unwrap_or_else(|| "/".into()).join("var/lib/dpkg");
    let packaged = Command::new("dpkg-query")
        .arg("--admindir")
        .arg(database)
        .args(["-W", "-f", "${Version}", "texlive-base"])
        .output();
    let year = match packaged {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        _ => {
            let banner = tools::run(Path::new("."), "pdflatex", &["--version"]);
            banner.split_once("TeX Live ").expect("TeX Live").1.to_owned()
        }
    };
    format!("TeX Live {}", year.get(..4).expect("a year"))
}
