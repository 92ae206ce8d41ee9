//! From the options to a resolver.

use std::path::Path;

use super::options::Options;
use super::terminal::Terminal;
use super::{Exit, Failure};
use crate::error::Remedy;
use crate::id::Query;
use crate::source::{Cache, DEFAULT_URL, Http, Mirror, ResolveError, Resolved, Resolver, Source};
use crate::trust::Keyring;

/// A resolver and the runtime that drives it.
pub(super) struct Context {
    resolver: Resolver,
    runtime: tokio::runtime::Runtime,
    verbose: bool,
}

impl Context {
    pub fn new(options: &Options) -> Result<Self, Failure> {
        let keys = keyring(options)?;
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        for mirror in &mirrors(options) {
            let is_address = mirror.contains("://");
            if !is_address {
                sources.push(Box::new(folder(mirror)?));
            } else if !options.offline {
                let source = Http::new(mirror).map_err(|error| {
                    let remedy = "give an address that begins with https://, or a folder";
                    Failure::new(Exit::Usage, format!("--mirror: {error}"), Some(remedy.into()))
                })?;
                sources.push(Box::new(source));
            }
        }
        let cache = (options.cache != Path::new("none"))
            .then(|| Cache::new(&options.cache, options.offline));
        Self::over(Resolver::new(sources, cache, keys), options)
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

    /// Parses `text` and finds its record. Says of a source that lies; of others that were asked in
    /// vain where the user wants to know.
    pub fn resolve(
        &self,
        text: &str,
        terminal: &mut Terminal,
    ) -> Result<(Query, Resolved), Failure> {
        let query = query(text)?;
        let resolved = self.runtime.block_on(self.resolver.resolve(&query));
        let resolved = resolved.map_err(|error| failure(&error))?;
        for source in &resolved.passed_over {
            if source.is_doubtful || self.verbose {
                terminal.note(&format!("{query}: {} {}", source.source_name, source.answer));
            }
        }
        Ok((query, resolved))
    }
}

/// Whether the user named a source, beside the registry that is asked when none is named.
pub(super) fn is_asked(options: &Options) -> bool {
    !named_mirrors(options).is_empty()
}

/// The mirrors to ask, in order: those that were named, else the registry.
fn mirrors(options: &Options) -> Vec<String> {
    let mut mirrors = named_mirrors(options);
    if mirrors.is_empty() {
        mirrors.push(DEFAULT_URL.to_owned());
    }
    mirrors
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

/// Reads an id as a person gave it.
pub(super) fn query(text: &str) -> Result<Query, Failure> {
    text.parse().map_err(|error: crate::id::IdError| {
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
        let bytes = super::files::read(path, crate::trust::MAX_BYTES)?;
        keys.add_json(&bytes)
            .map_err(|error| Failure::of(Exit::Io, &path.display().to_string(), &error))?;
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
