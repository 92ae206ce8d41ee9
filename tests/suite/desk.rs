//! The program itself, as a person runs it: in a folder of its own, with nothing of this machine's settings.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::records;

/// Where the tests' data lies.
pub const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Ran {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Every line of standard output as JSON.
    pub fn json(&self) -> Vec<serde_json::Value> {
        let lines = self.out();
        let parsed = lines.lines().map(serde_json::from_str);
        parsed.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}: {lines}"))
    }
}

/// A temporary folder with what nearly every command needs: `mirror`, a folder of the three real
/// records, and `paper.pdf`, a PDF with the title of 2403.01164 and nothing of ours in it.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { folder };
        for (suffix, text) in [
            (records::HETEGEN_SUFFIX, records::HETEGEN),
            (records::SURVEY_SUFFIX, records::SURVEY),
            (records::SERVING_SUFFIX, records::SERVING),
        ] {
            desk.write(&format!("mirror/pith/{suffix}.json"), text.as_bytes());
        }
        desk.copy("checks/number-missing/bad.pdf", "paper.pdf");
        desk
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Copies a file of tests/.
    pub fn copy(&self, from: &str, name: &str) {
        let bytes = std::fs::read(Path::new(TESTS).join(from));
        self.write(name, &bytes.unwrap_or_else(|error| panic!("tests/{from}: {error}")));
    }

    /// Copies a folder of tests/ with all that is in it.
    pub fn copy_folder(&self, from: &str, name: &str) {
        for entry in std::fs::read_dir(Path::new(TESTS).join(from)).unwrap() {
            let entry = entry.unwrap();
            let file = entry.file_name().into_string().unwrap();
            let (from, name) = (format!("{from}/{file}"), format!("{name}/{file}"));
            match entry.path().is_dir() {
                true => self.copy_folder(&from, &name),
                false => self.copy(&from, &name),
            }
        }
    }

    /// The command, ready to be given arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pith"));
        self.clean(&mut command);
        command
    }

    /// A shell that finds the program as `pith`.
    pub fn shell(&self, name: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_pith")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(program).chain(std::env::split_paths(&path));
        let mut shell = Command::new(name);
        self.clean(&mut shell);
        shell.env("PATH", std::env::join_paths(folders).unwrap());
        shell
    }

    /// Any command, in this folder and without this machine's settings.
    pub fn clean(&self, command: &mut Command) {
        command.current_dir(self.path()).env_clear().env("HOME", self.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command();
        command.args(arguments);
        run(&mut command, b"")
    }

    /// Runs the program, which must succeed.
    pub fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.status, Some(0), "pith {arguments:?}\n{}{}", ran.out(), ran.err());
        ran
    }
}

/// Runs a command with `input` on its standard input.
pub fn run(command: &mut Command, input: &[u8]) -> Ran {
    let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
    let [stdin, stdout, stderr] = pipes;
    let child = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let mut errors = child.stderr.take().unwrap();
    std::thread::scope(|scope| {
        // A program that does not read its input closes the pipe, which is its right.
        scope.spawn(move || stdin.write_all(input));
        let stderr = scope.spawn(move || {
            let mut bytes = Vec::new();
            errors.read_to_end(&mut bytes).map(|_| bytes)
        });
        let mut stdout = Vec::new();
        child.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
        let status = child.wait().unwrap().code();
        Ran { status, stdout, stderr: stderr.join().unwrap().unwrap() }
    })
}
