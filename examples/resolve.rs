//! Finds the records of papers with the library alone: no command line, no terminal, a runtime of one's own.
//!
//!     cargo run --example resolve -- MIRROR ID...
//!
//! MIRROR is an address, such as https://pith.science, or a folder with pith/<suffix>.json.

use std::error::Error;
use std::path::Path;

use pith::id::Query;
use pith::source::{Http, Mirror, Resolver, Source};
use pith::trust::Keyring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mirror = arguments.next().ok_or("usage: resolve MIRROR ID...")?;
    for id in arguments {
        println!("{}", describe(&mirror, &id).await?);
    }
    Ok(())
}

/// The number, the verdict, and each step of it.
pub async fn describe(mirror: &str, id: &str) -> Result<String, Box<dyn Error>> {
    let source: Box<dyn Source> = match mirror.contains("://") {
        true => Box::new(Http::new(mirror)?),
        false => Box::new(Mirror::open(Path::new(mirror))?),
    };
    let resolver = Resolver::new(vec![source], None, Keyring::pinned());
    let query: Query = id.parse()?;
    let resolved = resolver.resolve(&query).await?;
    let number = resolved.verdict.pith_number.map(|number| number.to_string());
    let mut text = format!("{} {}", number.unwrap_or_default(), resolved.verdict.status());
    for step in &resolved.verdict.steps {
        text.push_str(&format!("\n  {:<12} {}: {}", step.outcome, step.step, step.detail));
    }
    Ok(text)
}
