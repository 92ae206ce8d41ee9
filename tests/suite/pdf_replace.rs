//! A file that is replaced is the old one or the new one at every moment, whatever happens to the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Ended, Stdio};
use std::time::{Duration, Instant};

use pith::error::Remedy;
use pith::inject::{InjectError, Note, Options, Output, inject, strip};
use pith::metadata::{Metadata, Reading};
use pith::pdf::Pdf;
use pith::pdf::append::{Changes, plan};

use crate::pdf_files::{build, folder, stream, unusual};
use crate::pdf_inject::metadata;
use crate::tools::{self, require};

const PITH: &str = env!("CARGO_BIN_EXE_pith");
const RECORDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/records");

/// A paper's length of bytes: half a megabyte takes some time to write.
fn large(folder: &Path, length: usize) -> PathBuf {
    let path = folder.join("paper.pdf");
    let padding = stream("", &"x".repeat(length));
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>"),
        (9, padding.as_str()),
    ];
    fs::write(&path, build(&objects, "/Root 1 0 R")).unwrap();
    path
}

/// A mirror with the record of 2403.01164.
fn mirror(folder: &Path) {
    fs::create_dir_all(folder.join("mirror/pith")).unwrap();
    let record = "mirror/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD.json";
    fs::copy(Path::new(RECORDS).join("2403.01164.json"), folder.join(record)).unwrap();
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(PITH);
    let arguments =
        "--offline --mirror mirror inject paper.pdf WKFOJ2ECV52KUJR3SCIBSQ4GYD --in-place";
    command.args(arguments.split(' ')).current_dir(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Numbers that look random and are the same in each run (Marsaglia's xorshift).
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Kills `turns` runs; how many left the old file and the new one.
fn kill(folder: &Path, turns: u32, mut state: u64) -> (u32, u32) {
    mirror(folder);
    let path = large(folder, 400_000);
    let old = fs::read(&path).unwrap();
    let start = Instant::now();
    assert!(command(folder).status().unwrap().success());
    let whole = start.elapsed();
    let new = fs::read(&path).unwrap();
    assert!(new.starts_with(&old) && new.len() > old.len());
    let (mut kept, mut replaced) = (0, 0);
    // Most of a run is its start; half of the kills come in the last quarter.
    for turn in 0..turns {
        fs::write(&path, &old).unwrap();
        let mut child = command(folder).spawn().unwrap();
        let share = random(&mut state) % 1000;
        let share = if turn % 2 == 0 { share } else { 750 + share / 2 };
        std::thread::sleep(whole * u32::try_from(share).unwrap() / 1000);
        child.kill().unwrap();
        child.wait().unwrap();
        match fs::read(&path).unwrap() {
            bytes if bytes == old => kept += 1,
            bytes if bytes == new => replaced += 1,
            bytes => panic!("neither the old file nor the new one: {} bytes", bytes.len()),
        }
    }
    (kept, replaced)
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_leaves_the_old_file_or_the_new_one() {
    let folders: Vec<_> = (0..4).map(|number| folder(&format!("kill-{number}"))).collect();
    let counts: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = folders
            .iter()
            .zip(88_172_645_463_325_252..)
            .map(|(folder, seed)| scope.spawn(move || kill(folder, 125, seed)))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let (kept, replaced) = counts.iter().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    assert_eq!(kept + replaced, 500);
    assert!(kept > 50 && replaced > 10, "{kept} old, {replaced} new: the kills came at one moment");
    // A file has a name only in the moment before it takes the other's place.
    let left: usize = folders.iter().map(|folder| names(folder).len() - 2).sum();
    assert!(left < 10, "{left} temporary files are left");
}

/// Runs the command under a limit on the size of files, or where `mount` says.
fn run(folder: &Path, script: &str) -> Ended {
    Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn a_full_disk_or_a_limit_is_said_and_the_input_is_untouched() {
    let folder = folder("full");
    mirror(&folder);
    let path = large(&folder, 400_000);
    let old = fs::read(&path).unwrap();
    let arguments = "--offline --mirror mirror inject paper.pdf WKFOJ2ECV52KUJR3SCIBSQ4GYD";
    let small = folder.join("small");
    fs::create_dir(&small).unwrap();
    // A disk of its own in a name space of its own, which goes with the command.
    let mount =
        "mount -t tmpfs -o size=600k tmpfs small && cp -r paper.pdf mirror small && cd small";
    let mounted = format!(
        "unshare -m sh -c '{mount} && {PITH} {arguments} --in-place; echo $?; ls -A; cmp paper.pdf ../paper.pdf'"
    );
    let mut tried = vec![
        format!(
            "ulimit -f 200; {PITH} {arguments} --in-place; echo $?; ls -A; cmp paper.pdf paper.pdf"
        ),
        format!(
            "ulimit -f 200; {PITH} {arguments} -o out.pdf; echo $?; ls -A; cmp paper.pdf paper.pdf"
        ),
    ];
    let can_mount = run(&folder, "unshare -m mount -t tmpfs tmpfs small").status.success();
    match can_mount {
        true => tried.push(mounted),
        false => eprintln!("skipped in part: no disk can be mounted here"),
    }
    for script in tried {
        let ended = run(&folder, &script);
        let said = String::from_utf8_lossy(&ended.stdout);
        let error = String::from_utf8_lossy(&ended.stderr);
        assert!(said.starts_with("5\n"), "{script}: {said}{error}");
        let why =
            if script.starts_with("ulimit") { "larger than the system" } else { "disk is full" };
        assert!(error.contains("cannot be written") && error.contains(why), "{script}: {error}");
        assert!(error.contains("help: "), "{script}: {error}");
        assert!(!said.contains(".pith-") && !said.contains("out.pdf"), "{script}: {said}");
        assert!(!error.contains("differ"), "{script}: {error}");
    }
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(names(&folder), ["mirror", "paper.pdf", "small"]);
}

#[test]
fn an_error_leaves_no_file_behind() {
    let folder = folder("no-trace");
    let path = folder.join("broken.pdf");
    let packet = stream("/Type/Metadata/Subtype/XML", "<rdf:RDF");
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
        (5, packet.as_str()),
    ];
    fs::write(&path, build(&objects, "/Root 1 0 R")).unwrap();
    let out = folder.join("out.pdf");
    for target in [Output::InPlace, Output::Path(&out)] {
        inject(&path, target, &metadata(), &Options::default()).unwrap_err();
        // No XML holds this character, so that the outcome does not read back, and is thrown away.
        let unheard = Metadata { number: "pith:\u{fffe}".to_owned(), ..metadata() };
        let forced = Options { force: true, ..Options::default() };
        let error = inject(&path, target, &unheard, &forced).unwrap_err();
        assert!(matches!(error, InjectError::Unfaithful { .. }), "{error}");
    }
    assert_eq!(names(&folder), ["broken.pdf"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_refused_and_a_file_of_several_names_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("read-only");
    let bytes = unusual().swap_remove(0).1;
    let (path, other) = (folder.join("paper.pdf"), folder.join("other.pdf"));
    fs::write(&path, &bytes).unwrap();
    fs::hard_link(&path, &other).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let input = folder.join("in.pdf");
    fs::write(&input, &bytes).unwrap();
    for (input, target) in [(&path, Output::InPlace), (&input, Output::Path(&path))] {
        let error = inject(input, target, &metadata(), &Options::default()).unwrap_err();
        assert!(matches!(error, InjectError::ReadOnly { .. }), "{error}");
        assert!(error.remedy().unwrap().contains("-o"));
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // What is made of it may be made again.
    let made = folder.join("made.pdf");
    for _ in 0..2 {
        inject(&path, Output::Path(&made), &metadata(), &Options::default()).unwrap();
        assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o644);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    let report = inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap();
    assert!(report.notes.contains(&Note::OtherNames), "{:?}", report.notes);
    assert_eq!(fs::read(&other).unwrap(), bytes);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o604);
    // The name is a file of its own now.
    let report = strip(&path, Output::InPlace, &Options::default()).unwrap();
    assert!(!report.notes.contains(&Note::OtherNames), "{:?}", report.notes);
}

/// A file that root changes stays its owner's.
#[cfg(unix)]
#[test]
fn the_owner_stays_where_that_can_be() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = folder("owner");
    let path = folder.join("paper.pdf");
    fs::write(&path, unusual().swap_remove(0).1).unwrap();
    if chown(&path, Some(12_345), Some(23_456)).is_err() {
        eprintln!("skipped: only root gives files away");
        return;
    }
    inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.uid(), after.gid()), (12_345, 23_456));
}

#[cfg(unix)]
#[test]
fn two_runs_with_one_output_do_not_lose_one_silently() {
    let folder = folder("one-output");
    let bytes = unusual().swap_remove(0).1;
    let inputs: Vec<_> = (0..6).map(|n| folder.join(format!("{n}.pdf"))).collect();
    for input in &inputs {
        fs::write(input, &bytes).unwrap();
    }
    let out = folder.join("out.pdf");
    let start = std::sync::Barrier::new(inputs.len());
    let done: Vec<_> = std::thread::scope(|scope| {
        let runs = inputs.iter().enumerate().map(|(number, input)| {
            let (out, start) = (&out, &start);
            scope.spawn(move || {
                let metadata = Metadata { number: format!("pith:{number}"), ..metadata() };
                start.wait();
                inject(input, Output::Path(out), &metadata, &Options::default())
            })
        });
        runs.collect::<Vec<_>>().into_iter().map(|run| run.join().unwrap()).collect()
    });
    let mut written = 0;
    for result in &done {
        match result {
            Ok(_) => written += 1,
            Err(InjectError::Changed { .. } | InjectError::Busy { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(written >= 1);
    assert!(Reading::of(&Pdf::open(&out, None).unwrap()).metadata().is_some());
    assert_eq!(names(&folder).len(), inputs.len() + 1);
}

#[test]
fn a_second_inject_writes_nothing() {
    let folder = folder("second");
    let mut samples: Vec<(String, Vec<u8>)> =
        unusual().into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    if require("qpdf") {
        let plain = folder.join("plain.pdf");
        fs::write(&plain, unusual().swap_remove(5).1).unwrap();
        for bits in ["128", "256"] {
            let target = folder.join("encrypted.pdf");
            let (plain, out) = (plain.to_str().unwrap(), target.to_str().unwrap());
            let weak =
                ["--allow-weak-crypto", "--warning-exit-0", plain, "--encrypt", "", "o", bits];
            let aes: &[&str] = if bits == "128" { &["--use-aes=y"] } else { &[] };
            tools::run(&folder, "qpdf", &[&weak, aes, &["--", out]].concat());
            samples.push((format!("aes-{bits}"), fs::read(&target).unwrap()));
        }
    }
    for (name, bytes) in samples {
        let path = folder.join("paper.pdf");
        fs::write(&path, &bytes).unwrap();
        inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap();
        let once = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
        let report = inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap();
        assert!(!report.changed && report.notes.contains(&Note::Current), "{name}: {report:?}");
        let twice = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
        assert!(once == twice, "{name}");
        let other = Metadata { number: "pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(), ..metadata() };
        let report = inject(&path, Output::InPlace, &other, &Options::default()).unwrap();
        assert!(report.changed && report.notes.contains(&Note::OwnSection), "{name}: {report:?}");
        strip(&path, Output::InPlace, &Options::default()).unwrap();
        if !name.starts_with("info") {
            assert_eq!(fs::read(&path).unwrap(), bytes, "{name}");
        }
    }
}

/// A file of more than 4 GiB, most of it a hole that takes no room on the disk. Only `make large` runs this: reading
/// it takes a minute, because hayro-syntax holds offsets in 32 bits and looks through the whole file.
#[test]
fn offsets_beyond_4_gib_are_written() {
    use std::io::{Seek, SeekFrom, Write};
    if std::env::var_os("PITH_LARGE").is_none() {
        eprintln!("skipped: `make large` runs this");
        return;
    }
    const HOLE: u64 = (4 << 30) + 12_345;
    let folder = folder("large");
    let path = folder.join("large.pdf");
    let mut file = fs::File::create(&path).unwrap();
    let mut offsets = Vec::new();
    write!(file, "%PDF-1.5\n9 0 obj\n<</Length {HOLE}>>\nstream\n").unwrap();
    file.seek(SeekFrom::Current(HOLE as i64)).unwrap();
    file.write_all(b"\nendstream\nendobj\n").unwrap();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>",
    ];
    for (number, body) in (1..).zip(objects) {
        offsets.push(file.stream_position().unwrap());
        write!(file, "{number} 0 obj\n{body}\nendobj\n").unwrap();
    }
    let table = file.stream_position().unwrap();
    write!(file, "xref\n0 4\n0000000000 65535 f \n").unwrap();
    offsets.iter().for_each(|offset| writeln!(file, "{offset:010} 00000 n ").unwrap());
    write!(file, "9 1\n{:010} 00000 n \n", 9).unwrap();
    write!(file, "trailer\n<</Size 10/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").unwrap();
    let pdf = Pdf::open(&path, None).unwrap();
    assert_eq!((pdf.page_count(), pdf.damage()), (1, Vec::new()));
    let info = vec![("PithNumber".to_owned(), Some(metadata().number))];
    let changes = Changes { info, packet: Some(b"<x/>".to_vec()) };
    let section = plan(&pdf, &changes).unwrap().unwrap();
    assert_eq!(section.start, file.metadata().unwrap().len());
    drop(pdf);
    file.write_all(&section.bytes).unwrap();
    let pdf = Pdf::open(&path, None).unwrap();
    assert_eq!(pdf.own_section(), Some(section.start));
    assert_eq!(pdf.info().unwrap()[0].value, metadata().number);
    if require("qpdf") && require("pdfinfo") {
        tools::run(&folder, "qpdf", &["--check", path.to_str().unwrap()]);
        let custom = tools::run(&folder, "pdfinfo", &["-custom", path.to_str().unwrap()]);
        assert!(custom.contains(&metadata().number), "{custom}");
    }
    fs::remove_file(path).unwrap();
}

/// A run that waits for another one's lock sees what that one wrote; a lock that is never given up is no hang here.
#[test]
fn a_slow_reader_does_not_hold_up_another() {
    let folder = folder("readers");
    let path = folder.join("paper.pdf");
    fs::write(&path, unusual().swap_remove(0).1).unwrap();
    let held = fs::File::open(&path).unwrap();
    held.lock_shared().unwrap();
    let start = Instant::now();
    inject(&path, Output::Path(&folder.join("out.pdf")), &metadata(), &Options::default()).unwrap();
    assert!(start.elapsed() < Duration::from_secs(20));
}
