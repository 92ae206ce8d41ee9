//! The PDFs and papers at the paths that were given: themselves, or all in a folder and the folders in it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::hint;
use crate::error;
use crate::latex::{self, Tree};
use crate::report::{FileReport, Unchecked};

/// A PDF or the folder of a paper to check, or the report on a path at which there is none.
pub(super) type Found = Result<PathBuf, Box<FileReport>>;

/// Folders within folders are followed this deep: paths longer than the system's limit end the walk before.
const MAX_DEPTH: usize = 500;

/// Walks through folders in the order of their names. Nothing is read before it is asked for, so only the names
/// in the folders that are open are in memory.
///
/// In a folder, names that begin with a dot are passed over, and links to folders are not followed: they may lead
/// back. A path that was given itself is always looked at.
pub(super) struct Walk<'a> {
    paths: std::slice::Iter<'a, PathBuf>,
    /// The folder that was given, and whether a PDF was found in it.
    given: Option<(&'a Path, bool)>,
    open: Vec<Folder>,
}

struct Folder {
    path: PathBuf,
    names: std::vec::IntoIter<OsString>,
}

impl Folder {
    fn open(path: PathBuf) -> Result<Self, Box<FileReport>> {
        let names = || -> io::Result<Vec<OsString>> {
            fs::read_dir(&path)?.map(|entry| Ok(entry?.file_name())).collect()
        };
        let mut names = names().map_err(|error| unread(&path, &error))?;
        names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
        names.sort_unstable();
        Ok(Self { path, names: names.into_iter() })
    }

    /// Whether it holds a paper's sources, with the main file right in it.
    fn is_paper(&self) -> bool {
        let names = self.names.as_slice().iter().filter_map(|name| name.to_str());
        let names: Vec<_> =
            names.filter(|name| latex::is_latex_name(name)).map(str::to_owned).collect();
        !names.is_empty() && latex::may_be_main(&Tree::Folder(self.path.clone()), &names)
    }
}

impl<'a> Walk<'a> {
    pub fn new(paths: &'a [PathBuf]) -> Self {
        Self { paths: paths.iter(), given: None, open: Vec::new() }
    }

    /// What lies at a path that was given; `None` where it is a folder, which is open now.
    fn enter(&mut self, path: &'a Path) -> Option<Found> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => match Folder::open(path.to_owned()) {
                Ok(folder) if folder.is_paper() => Some(Ok(folder.path)),
                Ok(folder) => {
                    self.given = Some((path, false));
                    self.open.push(folder);
                    None
                }
                Err(report) => Some(Err(report)),
            },
            Ok(_) => Some(Ok(path.to_owned())),
            Err(error) => Some(Err(unread(path, &error))),
        }
    }

    /// What lies at a name in a folder; `None` where it is no PDF, or a folder that is open now.
    fn look(&mut self, path: PathBuf) -> Option<Found> {
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|kind| kind.is_dir());
        if is_folder && self.open.len() < MAX_DEPTH {
            return match Folder::open(path) {
                Ok(folder) if folder.is_paper() => Some(Ok(folder.path)),
                Ok(folder) => {
                    self.open.push(folder);
                    None
                }
                Err(report) => Some(Err(report)),
            };
        }
        (is_pdf_name(&path) && !path.is_dir()).then_some(Ok(path))
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let found = if let Some(folder) = self.open.last_mut() {
                match folder.names.next() {
                    Some(name) => {
                        let path = folder.path.join(name);
                        self.look(path)
                    }
                    None => {
                        self.open.pop();
                        None
                    }
                }
            } else if let Some((path, false)) = self.given.take() {
                let message = "there is no PDF and no paper's source in this folder".to_owned();
                Some(Err(unreadable(path, message, &remedy(path))))
            } else {
                let path = self.paths.next()?;
                self.enter(path)
            };
            if let Some(found) = found {
                if let Some((_, any)) = &mut self.given {
                    *any = true;
                }
                return Some(found);
            }
        }
    }
}

fn unread(path: &Path, error: &io::Error) -> Box<FileReport> {
    unreadable(path, error::io_message(error), &hint::remedy(path, error))
}

/// Whether a file of this name is taken for a PDF.
pub(super) fn is_pdf_name(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("pdf"))
}

/// What to give instead of a folder in which nothing was found. Archives are not looked into unasked: most are no papers.
fn remedy(folder: &Path) -> String {
    let mut names: Vec<_> =
        Folder::open(folder.to_owned()).into_iter().flat_map(|f| f.names).collect();
    names.retain(|name| name.to_str().is_some_and(latex::is_archive_name));
    match names.first() {
        Some(name) => {
            let archive = hint::shell_word(&folder.join(name).display().to_string());
            format!("to check an archive, name it: pith check {archive}")
        }
        None => "name the folder that has main.tex, or a PDF".to_owned(),
    }
}

fn unreadable(path: &Path, message: String, remedy: &str) -> Box<FileReport> {
    let remedy = Some(remedy.to_owned());
    let outcome = Err(Unchecked { message, remedy, findings: Vec::new() });
    Box::new(FileReport { path: path.to_owned(), outcome })
}
