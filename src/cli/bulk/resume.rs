//! `--resume FILE`: what an earlier run has written is not done again.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::cli::{Exit, Failure};

/// How many inputs are done. Every input gives one line of JSON, in order, so the lines of the earlier output count them.
pub(in crate::cli) struct Resume {
    file: String,
    state: Mutex<State>,
    done: u64,
}

struct State {
    left: u64,
    last: String,
}

/// What is looked at in a line of an earlier output.
#[derive(Deserialize)]
struct Line {
    input: String,
}

impl Resume {
    /// Nothing is done yet.
    pub fn nothing() -> Self {
        let state = Mutex::new(State { left: 0, last: String::new() });
        Self { file: String::new(), state, done: 0 }
    }

    /// Reads what an earlier run has written as JSON. A file that is not there yet has nothing.
    ///
    /// # Errors
    /// Where the file cannot be read, or its last line is cut off or no output of this program.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::nothing()),
            file => file.map_err(|error| Failure::io(path, &error))?,
        };
        let mut input = BufReader::new(file);
        let (mut line, mut last, mut count, mut at) = (Vec::new(), Vec::new(), 0, 0_u64);
        while {
            line.clear();
            input.read_until(b'\n', &mut line).map_err(|error| Failure::io(path, &error))? > 0
        } {
            if !line.ends_with(b"\n") {
                let message = format!("{name}: its last line is cut off");
                let remedy = format!("take it away (truncate -s {at} {name}), then resume");
                return Err(Failure::new(Exit::Io, message, Some(remedy)));
            }
            at += line.len() as u64;
            count += 1;
            std::mem::swap(&mut line, &mut last);
        }
        let last = match count {
            0 => String::new(),
            _ => {
                serde_json::from_slice::<Line>(&last)
                    .map_err(|_| {
                        let message =
                            format!("{name}: its last line is no output of --format json");
                        Failure::new(
                            Exit::Io,
                            message,
                            Some("give the file that the earlier run wrote".into()),
                        )
                    })?
                    .input
            }
        };
        Ok(Self { file: name, state: Mutex::new(State { left: count, last }), done: count })
    }

    /// Whether some inputs are still to be skipped.
    pub fn skips(&self) -> bool {
        self.lock().left > 0
    }

    /// Whether the input of this name, the next one, is done.
    ///
    /// # Errors
    /// Where the last one that is done had another name: the inputs are not those of the earlier run.
    pub fn skip(&self, input: &str) -> Result<bool, Failure> {
        let mut state = self.lock();
        if state.left == 0 {
            return Ok(false);
        }
        state.left -= 1;
        if state.left == 0 && state.last != input {
            return Err(self.mismatch(&format!(
                "ends with {}, and input {} is {input} now",
                state.last, self.done
            )));
        }
        Ok(true)
    }

    /// Says where the earlier run had more inputs than there are.
    pub fn finish(&self) -> Result<(), Failure> {
        match self.lock().left {
            0 => Ok(()),
            left => Err(self.mismatch(&format!("has {left} results more than there are inputs"))),
        }
    }

    fn mismatch(&self, reason: &str) -> Failure {
        let message =
            format!("{}: it {reason}, so it was not written from these inputs", self.file);
        Failure::new(
            Exit::Usage,
            message,
            Some(
                "give the inputs of the earlier run, in the same order, or leave out --resume"
                    .into(),
            ),
        )
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
