//! What benches/bulk needs beside the program: inputs of any length, and ed25519-dalek's batch verification alone.
//!
//!     cargo bench --bench bulk_tool -- records N TRUST    records signed by a key of its own, one a line; the key into TRUST
//!     cargo bench --bench bulk_tool -- papers N           lines like those of arXiv's metadata snapshot
//!     cargo bench --bench bulk_tool -- batch SECONDS      signatures that batch verification checks a second, on all cores

use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use pith::compute::{Metadata, Options, compute};
use sha2::{Digest, Sha256};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = |index: usize| arguments.get(index).and_then(|word| word.parse::<u64>().ok());
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    match (arguments.first().map(String::as_str), number(1)) {
        (Some("records"), Some(count)) => {
            let key = SigningKey::from_bytes(&[7; 32]);
            let public = BASE64.encode(key.verifying_key().as_bytes());
            let trust = format!("{{\"key_id\": \"bench\", \"public_key_b64\": \"{public}\"}}\n");
            std::fs::write(arguments.get(2).expect("a file for the key"), trust)?;
            (0..count).try_for_each(|n| out.write_all(record(n, &key).as_bytes()))
        }
        (Some("papers"), Some(count)) => {
            (0..count).try_for_each(|n| out.write_all(paper(n).as_bytes()))
        }
        (Some("batch"), Some(seconds)) => {
            writeln!(out, "{:.0}", batches(Duration::from_secs(seconds)))
        }
        // `cargo test --benches` runs it without arguments.
        _ => Ok(()),
    }
}

/// A line of the metadata snapshot, as long as the average of real ones.
fn paper(number: u64) -> String {
    let words = [
        "graph", "random", "of", "the", "quantum", "field", "$n$", "learning", "we", "show",
        "that", "energy",
    ];
    // A linear congruential generator: the same lines on every machine.
    let mut state =
        number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let mut text = |count: u64| {
        let mut text = String::new();
        for at in 0..count {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(words[(state >> 33) as usize % words.len()]);
            // arXiv breaks lines.
            text.push_str(if at % 12 == 11 { "\\n" } else { " " });
        }
        text
    };
    let (title, authors, body) = (text(9), text(12), text(190));
    let (month, rest) = (1 + number % 12, number / 12);
    let (year, serial) = (15 + rest % 10, rest / 10 % 100_000);
    format!(
        "{{\"id\":\"{year}{month:02}.{serial:05}\",\"submitter\":\"A Submitter\",\"authors\":\"{authors}\",\"title\":\"{title}\",\
         \"comments\":\"12 pages, 3 figures\",\"journal-ref\":null,\"doi\":null,\"report-no\":null,\"categories\":\"math.CO cs.DM\",\
         \"license\":\"http://arxiv.org/licenses/nonexclusive-distrib/1.0/\",\"abstract\":\"  {body}\\n\",\
         \"versions\":[{{\"version\":\"v1\",\"created\":\"Thu, 27 Sep 2018 05:54:49 GMT\"}},\
         {{\"version\":\"v2\",\"created\":\"Fri, 1 Mar 2019 10:00:00 GMT\"}}],\"update_date\":\"2019-03-04\",\
         \"authors_parsed\":[[\"One\",\"Author\",\"\"],[\"Other\",\"Author\",\"\"]]}}\n"
    )
}

/// A record with its receipt, in the form that `pith` itself writes.
fn record(number: u64, key: &SigningKey) -> String {
    let line = paper(number);
    let metadata = Metadata::from_json(line.as_bytes()).expect("these lines are good");
    let computed = compute(&metadata, &Options::default()).expect("these lines are good");
    let signature = BASE64.encode(&key.sign(&computed.digest).to_bytes());
    let source = &computed.fields.source;
    let (id, version) = (source.id(), source.version().unwrap_or(1));
    let canonical = String::from_utf8(computed.canonical_bytes.clone()).expect("JSON is UTF-8");
    let title = computed.title.clone().unwrap_or_default();
    let title = serde_json::to_string(&title).expect("text is JSON");
    format!(
        "{{\"pith_number\":\"{}\",\"canonical_sha256\":\"{}\",\"source\":{{\"id\":\"{id}\",\"kind\":\"arxiv\",\"version\":{version}}},\
         \"paper\":{{\"title\":{title}}},\"canonical_record\":{canonical},\"receipt\":{{\"kind\":\"pith_receipt\",\"key_id\":\"bench\",\
         \"algorithm\":\"ed25519\",\"signed_message\":\"canonical_sha256_bytes\",\"signed_at\":\"2026-07-05T07:51:43Z\",\
         \"signature_b64\":\"{signature}\"}}}}\n",
        computed.number(),
        HEXLOWER.encode(&computed.digest),
    )
}

/// Signatures a second, on as many threads as there are cores, in the batches that are fastest here.
fn batches(time: Duration) -> f64 {
    let key = SigningKey::from_bytes(&[7; 32]);
    let messages: Vec<[u8; 32]> =
        (0..4096_u32).map(|n| Sha256::digest(n.to_le_bytes()).into()).collect();
    let signatures: Vec<Signature> = messages.iter().map(|message| key.sign(message)).collect();
    let messages: Vec<&[u8]> = messages.iter().map(|message| &message[..]).collect();
    let keys: Vec<VerifyingKey> = vec![key.verifying_key(); messages.len()];
    let rate = |size: usize| {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let begun = Instant::now();
        let count: usize = std::thread::scope(|scope| {
            let work = || {
                let mut count = 0;
                while begun.elapsed() < time {
                    for at in (0..messages.len()).step_by(size) {
                        let all = at..at + size;
                        ed25519_dalek::verify_batch(
                            &messages[all.clone()],
                            &signatures[all.clone()],
                            &keys[all],
                        )
                        .expect("they are good");
                    }
                    count += messages.len();
                }
                count
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no thread panics")).sum()
        });
        count as f64 / begun.elapsed().as_secs_f64()
    };
    [64, 256, 1024].into_iter().map(rate).fold(0.0, f64::max)
}
