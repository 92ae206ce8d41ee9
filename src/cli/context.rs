//! From the options to a resolver.

use std::path::{Path, PathBuf};

use super::options::Options;
use super::terminal::Terminal;
use super::{Exit, Failure, files, settings};
use crate::check::Pin;
use crate::error::Remedy;
use crate::id::Query;
use crate::source::{
    Cache, DEFAULT_URL, Found, Http, HttpError, MAX_MANIFEST_BYTES, Mirror, ResolveError, Resolved,
    Resolver, Source, mirrors_in,
};
use crate::trust::Keyring;

/// A resolver and the runtime that drives it.
pub(super) struct Context {
    resolver: Resolver,
    runtime: tokio::runtime::Runtime,
    verbose: bool,
}

impl Context {
    /// A context without a paper of its own.
    pub fn new(options: &Options) -> Result<Self, Failure> {
        Self::over(resolver(options)?, options)
    }

    /// A context for the papers in `folder`: a pinned record there, or above it, comes first.
    pub fn beside(
        folder: &Path,
        options: &Options,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let pin = match settings::pinned(folder) {
            None => None,
            Some(Ok(Pin { name, record: Ok(record) })) => {
                Some(Found { record, url: name, validator: None })
            }
            Some(Ok(Pin { name, record: Err(message) })) => {
                terminal.note(&format!("the pinned record was not used: {name}: {message}"));
                None
            }
            Some(Err(foreign)) => {
                terminal.note(&foreign);
                None
            }
        };
        Self::over(resolver(options)?.with_pin(pin), options)
    }

    /// A context over a resolver that is made already.
    pub fn over(resolver: Resolver, options: &Options) -> Result<Self, Failure> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        // Without a network to reach, the runtime gets no network driver: nothing opens a socket.
        if resolver.needs_network() {
            builder.enable_io().enable_time();
        }
        let runtime = builder
            .build()
            .map_err(|error| Failure::new(Exit::Io, format!("cannot start: {error}"), None))?;
        Ok(Self { resolver, runtime, verbose: options.verbose })
    }

    /// Finds the record for `query`, and says nothing.
    pub fn look_up(&self, query: &Query) -> Result<Resolved, ResolveError> {
        self.runtime.block_on(self.resolver.resolve(query))
    }

    /// Parses `text` and finds its record, and says nothing.
    pub fn find(&self, text: &str) -> Result<(Query, Resolved), Failure> {
        let query = query(text)?;
        let resolved = self.look_up(&query).map_err(|error| failure(&error))?;
        Ok((query, resolved))
    }

    /// Whether answers come from other machines.
    pub fn needs_network(&self) -> bool {
        self.resolver.needs_network()
    }

    /// Finds the record of an id as a person gave it. Says of a source that lies; of others that were asked in
    /// vain where the user wants to know.
    pub fn resolve(
        &self,
        text: &str,
        terminal: &mut Terminal,
    ) -> Result<(Query, Resolved), Failure> {
        let (query, resolved) = self.find(text)?;
        for note in self.notes(&query, &resolved) {
            terminal.note(&note);
        }
        Ok((query, resolved))
    }

    /// What to say of the sources that were asked before.
    pub fn notes(&self, query: &Query, resolved: &Resolved) -> Vec<String> {
        let told = resolved.passed_over.iter().filter(|s| s.is_doubtful || self.verbose);
        told.map(|source| format!("{query}: {} {}", source.source_name, source.answer)).collect()
    }
}

fn resolver(options: &Options) -> Result<Resolver, Failure> {
    let keys = keyring(options)?;
    let cache = cache_folder(options).map(|folder| Cache::new(&folder, options.offline));
    Ok(Resolver::new(sources(options)?, cache, keys))
}

/// The sources that were named, in their order; without a network only the folders among them.
fn sources(options: &Options) -> Result<Vec<Box<dyn Source>>, Failure> {
    let mirrors = mirrors(options)?;
    let is_address = |mirror: &&String| mirror.contains("://");
    let addresses: Vec<_> = mirrors.iter().filter(is_address).collect();
    let mut servers = Vec::new();
    if !options.offline && !addresses.is_empty() {
        servers = Http::all(&addresses, (&options.network).into()).map_err(wrong_mirror)?;
    }
    let mut servers = servers.into_iter();
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    for mirror in &mirrors {
        if !is_address(&mirror) {
            sources.push(Box::new(folder(mirror)?));
        } else if let Some(server) = servers.next() {
            sources.push(Box::new(server));
        }
    }
    Ok(sources)
}

fn wrong_mirror(error: HttpError) -> Failure {
    let remedy = "give an address that begins with https://, or a folder";
    Failure::new(Exit::Usage, format!("--mirror: {error}"), Some(remedy.into()))
}

/// Whether the user named a source, beside the registry that is asked when none is named.
pub(super) fn is_asked(options: &Options) -> bool {
    options.mirrors_from.is_some() || !named_mirrors(options).is_empty()
}

/// The mirrors to ask, in order: those that were named, else the registry.
fn mirrors(options: &Options) -> Result<Vec<String>, Failure> {
    let mut mirrors = named_mirrors(options);
    if let Some(path) = &options.mirrors_from {
        let bytes = files::read(path, MAX_MANIFEST_BYTES)?;
        let listed = mirrors_in(&bytes)
            .map_err(|error| Failure::of(Exit::Io, &path.display().to_string(), &error))?;
        // What a list names is never a folder of this machine.
        if let Some(wrong) = listed.iter().find(|mirror| !mirror.contains("://")) {
            let message = format!("{}: {wrong:?} is not an address of a mirror", path.display());
            return Err(Failure::new(Exit::Io, message, Some("put its base_url right".into())));
        }
        mirrors.extend(listed);
    }
    if mirrors.is_empty() {
        mirrors.push(DEFAULT_URL.to_owned());
    }
    Ok(mirrors)
}

/// Those of `--mirror`, else those of `PITH_MIRROR`.
fn named_mirrors(options: &Options) -> Vec<String> {
    let mut mirrors = options.mirror.clone();
    mirrors.retain(|name| !name.is_empty());
    if mirrors.is_empty() {
        // A build script leaves blanks and empty items behind; set to nothing is as good as not set.
        let list = std::env::var_os("PITH_MIRROR").unwrap_or_default();
        let list = list.to_string_lossy().into_owned();
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
        mirrors.extend(names.map(str::to_owned));
    }
    mirrors
}

/// The folder of `--cache`, else pith's own among the user's caches, where there is a place for such.
fn cache_folder(options: &Options) -> Option<PathBuf> {
    if let Some(folder) = &options.cache {
        return Some(folder.clone()).filter(|folder| folder != Path::new("none"));
    }
    // The XDG Base Directory Specification has a path that is not absolute ignored.
    let folder = |name: &str| {
        std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute())
    };
    let caches = folder("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(folder("HOME")?.join("Library/Caches"))
        } else {
            Some(folder("HOME")?.join(".cache"))
        }
    });
    Some(caches?.join("pith"))
}

/// Reads an id as a person gave it.
pub(super) fn query(text: &str) -> Result<Query, Failure> {
    text.parse().map_err(|error: crate::id::IdError| {
        if Path::new(text.trim()).is_file() {
            let message = format!("{}: it is a file, and an id belongs here", text.trim());
            let remedy = "`pith check` looks at papers, `pith verify` at what a file carries";
            return Failure::new(Exit::Usage, message, Some(remedy.into()));
        }
        // As arXiv names the file of a paper.
        let stem = text.trim().strip_suffix(".pdf").or(text.trim().strip_suffix(".tex"));
        if let Some(stem) = stem.filter(|stem| stem.parse::<Query>().is_ok()) {
            let message = format!("{}: there is no such file, and it is no id", text.trim());
            return Failure::new(Exit::Usage, message, Some(format!("did you mean {stem}?")));
        }
        let mut input = text.trim().to_owned();
        if input.len() > 80 {
            input = input.chars().take(60).chain("...".chars()).collect();
        }
        Failure::of(Exit::Usage, &format!("\"{input}\""), &error)
    })
}

/// The pinned key and those of `--trust`.
pub(super) fn keyring(options: &Options) -> Result<Keyring, Failure> {
    let mut keys = Keyring::pinned();
    if let Some(path) = &options.trust {
        let bytes = files::read(path, crate::trust::MAX_BYTES)?;
        let name = path.display().to_string();
        keys.add_json(&bytes, &name).map_err(|error| Failure::of(Exit::Io, &name, &error))?;
    }
    Ok(keys)
}

fn folder(mirror: &str) -> Result<Mirror, Failure> {
    Mirror::open(Path::new(mirror)).map_err(|error| {
        let remedy = "--mirror takes the address of a registry (https://...) or a folder with pith/<suffix>.json";
        let message = format!("{mirror}: {}", crate::error::io_message(&error));
        Failure::new(Exit::Io, message, Some(remedy.into()))
    })
}

/// The failure of a verb that has no record.
pub(super) fn failure(error: &ResolveError) -> Failure {
    let exit = match error {
        ResolveError::NotFound { .. } => Exit::NoRecord,
        ResolveError::Ambiguous { .. } => Exit::Usage,
        ResolveError::Unusable { .. } | ResolveError::Unreachable { .. } => Exit::Unreachable,
    };
    Failure::new(exit, error.to_string(), error.remedy())
}
