//! `pith add` and `pith remove` on papers in the shapes that sources have (tests/papers).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::desk::{Desk, Ran, TESTS, run};
use crate::tools::require;

const PACKAGE: &str = "\\usepackage{pith}";
const NUMBER: &str = "\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}";

/// Each paper, its main file, and the line on which the package goes; 0: within line 1, which is the only one.
const PAPERS: [(&str, &str, usize); 18] = [
    ("article", "main.tex", 5),
    ("beamer", "slides.tex", 4),
    ("byte-order-mark", "main.tex", 3),
    ("conditional", "main.tex", 10),
    ("cr", "main.tex", 3),
    ("crlf", "main.tex", 4),
    ("document-in-a-file", "main.tex", 3),
    ("document-metadata", "main.tex", 4),
    ("import", "main.tex", 4),
    ("input-preamble", "paper.tex", 4),
    ("latin-1", "artikel.tex", 4),
    ("one-line", "main.tex", 0),
    ("options-over-lines", "main.tex", 15),
    ("own-class", "paper.tex", 3),
    ("package-in-a-group", "main.tex", 8),
    ("subfiles", "thesis.tex", 4),
    ("title-first", "main.tex", 7),
    ("verbatim", "main.tex", 10),
];

/// All files under a folder, by their names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(of) = open.pop() {
        for entry in std::fs::read_dir(of).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A desk with one of the papers in the folder `paper`.
pub fn desk_with(paper: &str) -> Desk {
    let desk = Desk::new();
    desk.copy_folder(&format!("papers/{paper}"), "paper");
    desk
}

fn add(desk: &Desk, main: &str, more: &[&str]) -> Ran {
    let main = format!("paper/{main}");
    desk.run(&[&["add", &main, "2403.01164", "--mirror", "mirror"], more].concat())
}

fn added(desk: &Desk, main: &str) -> Ran {
    let ran = add(desk, main, &[]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.out(), ran.err());
    ran
}

/// The lines as TeX counts them.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn every_paper_has_its_row() {
    let entries = std::fs::read_dir(Path::new(TESTS).join("papers")).unwrap();
    let folders = entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<_> = folders.map(|e| e.file_name().into_string().unwrap()).collect();
    assert_eq!(folders, PAPERS.iter().map(|(name, ..)| (*name).to_owned()).collect());
}

#[test]
fn the_lines_go_after_the_last_package_and_come_out_again() {
    for (paper, main, line) in PAPERS {
        let desk = desk_with(paper);
        let before = files(&desk.join("paper"));
        added(&desk, main);
        let after = files(&desk.join("paper"));
        let (old, new) = (&before[main], &after[main]);
        if line == 0 {
            let text = String::from_utf8(new.clone()).unwrap();
            assert_eq!(text.replace(&format!("{PACKAGE}{NUMBER}"), "").as_bytes(), old, "{paper}");
        } else {
            let mut expected = lines(old);
            expected.splice(line - 1..line - 1, [PACKAGE.to_owned(), NUMBER.to_owned()]);
            assert_eq!(lines(new), expected, "{paper}");
        }
        for (name, bytes) in before.iter().filter(|(name, _)| *name != main) {
            assert_eq!(&after[name], bytes, "{paper}/{name}");
        }
        assert_eq!(after.len(), before.len() + 2, "{paper}: pith.sty and pith.json are new");
        let again = added(&desk, main);
        assert!(again.err().contains("nothing to change"), "{paper}: {}", again.err());
        assert_eq!(files(&desk.join("paper")), after, "{paper}: a second run changes nothing");
        desk.good(&["remove", &format!("paper/{main}")]);
        assert_eq!(files(&desk.join("paper")), before, "{paper}: as it was");
    }
}

#[test]
fn line_ends_are_those_of_the_file() {
    for (paper, main, ending) in [("crlf", "main.tex", "\r\n"), ("cr", "main.tex", "\r")] {
        let desk = desk_with(paper);
        added(&desk, main);
        let text = std::fs::read_to_string(desk.join("paper/main.tex")).unwrap();
        assert!(text.contains(&format!("{ending}{PACKAGE}{ending}{NUMBER}{ending}")), "{text:?}");
        assert_eq!(text.contains('\n'), ending.contains('\n'));
    }
}

#[test]
fn what_the_author_writes_meanwhile_stays() {
    for (paper, main, line) in PAPERS.into_iter().filter(|(.., line)| *line > 0) {
        let desk = desk_with(paper);
        let path = desk.join(&format!("paper/{main}"));
        let before = std::fs::read(&path).unwrap();
        added(&desk, main);
        let edited =
            [&std::fs::read(&path).unwrap()[..], b"\n% a thought of the author\n"].concat();
        std::fs::write(&path, edited).unwrap();
        desk.good(&["remove", &format!("paper/{main}")]);
        let expected = [&before[..], b"\n% a thought of the author\n"].concat();
        assert_eq!(std::fs::read(&path).unwrap(), expected, "{paper}, line {line}");
    }
}

/// The diff of --dry-run is one that `patch` applies, and gives what `add` gives.
#[test]
fn a_dry_run_prints_a_diff_that_applies() {
    if !require("patch") {
        return;
    }
    for (paper, main, _) in PAPERS {
        let desk = desk_with(paper);
        let before = files(&desk.join("paper"));
        let ran = add(&desk, main, &["--dry-run"]);
        assert_eq!(ran.status, Some(0), "{}", ran.err());
        assert!(ran.err().contains("nothing was written"), "{}", ran.err());
        assert_eq!(files(&desk.join("paper")), before);
        let mut command = Command::new("patch");
        desk.clean(command.args(["-p1", "--binary", "--quiet"]));
        let patched = run(&mut command, &ran.stdout);
        assert_eq!(patched.status, Some(0), "{paper}: {}{}", patched.out(), patched.err());
        let patched = files(&desk.join("paper"));
        let other = desk_with(paper);
        added(&other, main);
        assert_eq!(patched, files(&other.join("paper")), "{paper}");
    }
}

/// `patch` takes no name with a blank as it is, and none that leads upwards.
#[test]
fn a_diff_applies_whatever_the_path_is() {
    if !require("patch") {
        return;
    }
    for (folder, main) in
        [("my paper", "my paper/main.tex"), ("paper", "../desk/paper/main.tex"), ("paper", "/")]
    {
        let desk = Desk::new();
        let absolute = desk.join("desk/paper/main.tex").to_str().unwrap().to_owned();
        let main = if main == "/" { absolute.as_str() } else { main };
        std::fs::create_dir(desk.join("desk")).unwrap();
        desk.copy_folder("papers/article", &format!("desk/{folder}"));
        let mut command = desk.command();
        command.current_dir(desk.join("desk"));
        command.args(["add", main, "2403.01164", "--mirror", "../mirror", "--dry-run"]);
        let ran = run(&mut command, b"");
        assert_eq!(ran.status, Some(0), "{}", ran.err());
        let is_outside = main.starts_with(['.', '/']);
        assert_eq!(ran.err().contains("names are as in "), is_outside, "{}", ran.err());
        let mut command = Command::new("patch");
        desk.clean(command.args(["-p1", "--binary", "--quiet"]));
        command.current_dir(desk.join(if is_outside { "desk/paper" } else { "desk" }));
        let patched = run(&mut command, &ran.stdout);
        assert_eq!(patched.status, Some(0), "{}{}", patched.out(), patched.err());
        let main = std::fs::read_to_string(desk.join(&format!("desk/{folder}/main.tex"))).unwrap();
        assert!(main.contains(NUMBER), "{main}");
    }
}

#[test]
fn another_number_is_not_touched_unless_forced() {
    let desk = desk_with("article");
    added(&desk, "main.tex");
    let before = files(&desk.join("paper"));
    let other = ["add", "paper/main.tex", "2404.14294", "--mirror", "mirror"];
    let ran = desk.run(&other);
    assert_eq!(ran.status, Some(1), "{}", ran.err());
    assert!(
        ran.err().contains("pith.json: it pins the record of arXiv:2403.01164v1"),
        "{}",
        ran.err()
    );
    assert_eq!(files(&desk.join("paper")), before);
    std::fs::remove_file(desk.join("paper/pith.json")).unwrap();
    let ran = desk.run(&other);
    assert_eq!(ran.status, Some(1));
    let said = "it has \\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD} already (main.tex:6)";
    assert!(ran.err().contains(said), "{}", ran.err());
    desk.good(&[&other[..], &["--force"]].concat());
    let after = files(&desk.join("paper"));
    let changed = |name: &str| String::from_utf8(after[name].clone()).unwrap();
    let lines = lines(&after["main.tex"]);
    assert_eq!(lines.iter().filter(|line| line.contains("\\pithnumber")).count(), 1);
    assert!(!changed("main.tex").contains("WKFOJ2EC") && !changed("pith.sty").contains("WKFOJ2EC"));
    // Without the pith.json of the first run, its lines were there before the second.
    desk.good(&["remove", "paper/main.tex"]);
    assert_eq!(files(&desk.join("paper"))["main.tex"], before["main.tex"]);
    desk.good(&["remove", "paper/main.tex"]);
    assert_eq!(files(&desk.join("paper")), files(&desk_with("article").join("paper")));
}

/// The registry signs a record anew: the same number with another receipt.
#[test]
fn a_new_version_of_the_record_updates_in_place() {
    let desk = desk_with("input-preamble");
    added(&desk, "paper.tex");
    let whole = files(&desk.join("paper"));
    let pin = String::from_utf8(whole["pith.json"].clone()).unwrap();
    let older = pin.replace("signed_at\":\"2", "signed_at\":\"1");
    assert_ne!(pin, older);
    desk.write("paper/pith.json", older.as_bytes());
    let sty = String::from_utf8(whole["pith.sty"].clone()).unwrap();
    desk.write("paper/pith.sty", sty.replace("{2026-", "{2025-").as_bytes());
    let ran = added(&desk, "paper.tex");
    assert!(ran.err().contains("pith.sty: updated") && ran.err().contains("pith.json: updated"));
    assert_eq!(files(&desk.join("paper")), whole);
}

#[test]
fn what_is_not_ours_is_not_replaced_or_removed() {
    let desk = desk_with("article");
    let before = files(&desk.join("paper"));
    for (name, said) in [("pith.sty", "it is not pith's"), ("pith.json", "it holds no record")] {
        desk.write(&format!("paper/{name}"), b"mine");
        let ran = add(&desk, "main.tex", &[]);
        assert_eq!(ran.status, Some(1));
        assert!(ran.err().contains(said) && ran.err().contains("--force"), "{}", ran.err());
        std::fs::remove_file(desk.join(&format!("paper/{name}"))).unwrap();
        assert_eq!(files(&desk.join("paper")), before);
    }
    added(&desk, "main.tex");
    for name in ["pith.sty", "pith.json"] {
        let bytes = std::fs::read(desk.join(&format!("paper/{name}"))).unwrap();
        desk.write(&format!("paper/{name}"), &[&bytes[..], b"% my line\n"].concat());
    }
    let ran = desk.good(&["remove", "paper/main.tex"]);
    assert!(ran.err().contains("pith.sty stays"), "{}", ran.err());
    assert_eq!(files(&desk.join("paper"))["main.tex"], before["main.tex"]);
    assert!(desk.join("paper/pith.sty").exists());
}

/// A desk with a paper of these files.
fn desk_of(paper: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.join("paper")).unwrap();
    for (name, text) in paper {
        desk.write(&format!("paper/{name}"), text.as_bytes());
    }
    desk
}

/// Places where a line would be no line of LaTeX, and where it goes instead (`+`).
#[test]
fn the_lines_go_where_latex_reads_them() {
    let class =
        "\\LoadClass{article}\\AtBeginDocument{\\typeout{Missing \\protect\\begin{document}}}";
    let meta = format!("{NUMBER}\n");
    let papers = [
        ("\\documentclass{my}\n+\\title{X}\n\\begin{document}\n", ("my.cls", class)),
        (
            "\\documentclass{article}\n\\usepackage{verbatim}\\iffalse\nx\n\n\\fi\n+\\begin{document}\n",
            ("x", ""),
        ),
        (
            "\\documentclass{article} \\begin{filecontents*}{a.bib}\nx\n\\end{filecontents*}\n+\\begin{document}\n",
            ("x", ""),
        ),
        (
            "\\documentclass{article}\n\\usepackage{hyperref} \\hypersetup\n{x}\n+\\begin{document}\n",
            ("x", ""),
        ),
        (
            "\\documentclass{article}\n+\\input{meta}\n\\usepackage{amsmath}\n\\begin{document}\n",
            ("meta.tex", &meta),
        ),
        (
            "\\documentclass{article}\n\\usepackage{x}\n+\\AtBeginDocument{\n\\input{meta}}\n\\begin{document}\n",
            ("meta.tex", &meta),
        ),
        ("\\documentclass{article}+ \\input{meta}\n\\begin{document}\n", ("meta.tex", &meta)),
    ];
    for (marked, other) in papers {
        let main = marked.replace('+', "");
        let desk = desk_of(&[("main.tex", &main), other]);
        let before = files(&desk.join("paper"));
        added(&desk, "main.tex");
        let after = files(&desk.join("paper"));
        let has_number = other.1 == meta;
        let mut lines = format!("{PACKAGE}\n");
        if !has_number {
            lines += &format!("{NUMBER}\n");
        }
        let lines = if marked.contains("}+ ") { lines.trim_end() } else { &lines };
        assert_eq!(String::from_utf8_lossy(&after["main.tex"]), marked.replace('+', lines));
        assert!(added(&desk, "main.tex").err().contains("nothing to change"), "{marked}");
        desk.good(&["remove", "paper/main.tex"]);
        assert_eq!(files(&desk.join("paper"))["main.tex"], before["main.tex"], "{marked}");
    }
}

/// Files of the author that `add` would replace: it asks, and `remove` puts them back, byte by byte.
#[test]
fn files_that_were_replaced_come_back() {
    let main = "\\documentclass{article}\n\\usepackage{pith}\n\\begin{document}\n";
    let record = crate::records::HETEGEN;
    for (name, text, said) in [
        ("pith.sty", None, Some("it carries the proof of arXiv:2404.14294v3")),
        ("pith.sty", Some("% mine\r\n"), Some("it is not pith's")),
        ("pith.json", Some("mine\n"), Some("it holds no record")),
        ("pith.json", Some(record), None),
    ] {
        let desk = desk_of(&[("main.tex", main)]);
        let path = format!("paper/{name}");
        match text {
            Some(text) => desk.write(&path, text.as_bytes()),
            None => drop(desk.good(&["sty", "2404.14294", "--mirror", "mirror", "-o", &path])),
        }
        let before = files(&desk.join("paper"));
        if let Some(said) = said {
            let ran = add(&desk, "main.tex", &[]);
            assert_eq!(ran.status, Some(1), "{}", ran.err());
            assert!(ran.err().contains(said), "{}", ran.err());
            assert_eq!(files(&desk.join("paper")), before);
        }
        assert_eq!(add(&desk, "main.tex", &["--force"]).status, Some(0), "{name}");
        // How an editor lays out the JSON does not count.
        let pin = std::fs::read(desk.join("paper/pith.json")).unwrap();
        let pin: serde_json::Value = serde_json::from_slice(&pin).unwrap();
        desk.write("paper/pith.json", &serde_json::to_vec_pretty(&pin).unwrap());
        let ran = desk.good(&["remove", "paper/main.tex"]);
        assert!(ran.err().contains(&format!("{name}: as it was before")), "{}", ran.err());
        assert_eq!(files(&desk.join("paper")), before, "{name}: {text:?}");
    }
}

/// What another paper in the folder needs, or what stays of this one, is not taken away.
#[test]
fn the_package_stays_where_it_is_used() {
    let main = "\\documentclass{article}\n\\begin{document}\n\\input{part}\n\\end{document}\n";
    let desk = desk_of(&[("main.tex", main), ("supplement.tex", main), ("part.tex", "x\n")]);
    let before = files(&desk.join("paper"));
    added(&desk, "main.tex");
    added(&desk, "supplement.tex");
    let both = files(&desk.join("paper"));
    let ran = desk.run(&["remove", "paper/part.tex"]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.err().contains("it has no \\begin{document}"), "{}", ran.err());
    assert_eq!(files(&desk.join("paper")), both);
    let ran = desk.good(&["remove", "paper/main.tex"]);
    assert!(ran.err().contains("pith.sty stays: supplement.tex uses it"), "{}", ran.err());
    assert!(desk.join("paper/pith.sty").exists() && desk.join("paper/pith.json").exists());
    desk.good(&["remove", "paper/supplement.tex"]);
    assert_eq!(files(&desk.join("paper")), before);
    added(&desk, "main.tex");
    let text = std::fs::read_to_string(desk.join("paper/main.tex")).unwrap();
    desk.write("paper/main.tex", text.replace("{pith}", "{pith,amsmath}").as_bytes());
    let ran = desk.good(&["remove", "paper/main.tex"]);
    assert!(ran.err().contains("pith.sty stays: main.tex uses it"), "{}", ran.err());
    assert!(desk.join("paper/pith.sty").exists());
}

/// What was there before is that of one paper, not of all in the folder.
#[test]
fn two_papers_in_a_folder_have_their_own_lines() {
    let plain = "\\documentclass{article}\n\\begin{document}\n\\end{document}\n";
    let own = plain.replacen(
        "\n",
        "\n\\usepackage{pith}\\pithnumber{pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD}\n",
        1,
    );
    let twice = format!("{own}\\pithnumber{{WKFOJ2ECV52KUJR3SCIBSQ4GYD}}\n");
    let twice = twice.replace("\\end{document}\n", "");
    for first in [&own, &twice] {
        let desk = desk_of(&[("a.tex", first), ("b.tex", plain)]);
        let before = files(&desk.join("paper"));
        added(&desk, "a.tex");
        added(&desk, "b.tex");
        desk.good(&["remove", "paper/b.tex"]);
        assert_eq!(files(&desk.join("paper"))["b.tex"], before["b.tex"]);
        desk.good(&["remove", "paper/a.tex"]);
        assert_eq!(files(&desk.join("paper"))["a.tex"], before["a.tex"], "{first}");
    }
}

/// The author's own pith.sty lies in pith.json alone, so that stays as long as it is not put back.
#[test]
fn the_only_copy_of_a_file_is_not_removed() {
    let main = "\\documentclass{article}\n\\begin{document}\n";
    let desk = desk_of(&[("main.tex", main), ("pith.sty", "% mine\n")]);
    assert_eq!(add(&desk, "main.tex", &["--force"]).status, Some(0));
    let written = std::fs::read(desk.join("paper/pith.sty")).unwrap();
    desk.write("paper/pith.sty", &[&written[..], b"% edited\n"].concat());
    let ran = desk.good(&["remove", "paper/main.tex"]);
    assert!(ran.err().contains("pith.json stays: it holds the pith.sty"), "{}", ran.err());
    desk.write("paper/pith.sty", &written);
    desk.good(&["remove", "paper/main.tex"]);
    let after = files(&desk.join("paper"));
    assert_eq!(after["pith.sty"], b"% mine\n");
    assert_eq!(after.len(), 2);
}

/// The same number twice is one, and both are replaced.
#[test]
fn every_place_of_a_number_is_replaced() {
    let other = "\\pithnumber{XTFVXS4R4ZX4MH7WZBQBV7LLJA}";
    let main = format!(
        "\\documentclass{{article}}\n\\usepackage{{pith}}\n{other}\n\\begin{{document}}\n{other}\n"
    );
    let desk = desk_of(&[("main.tex", &main)]);
    assert_eq!(add(&desk, "main.tex", &["--force"]).status, Some(0));
    let text = std::fs::read_to_string(desk.join("paper/main.tex")).unwrap();
    assert_eq!(text, main.replace(other, NUMBER));
    desk.good(&["remove", "paper/main.tex"]);
    assert_eq!(std::fs::read_to_string(desk.join("paper/main.tex")).unwrap(), main);
    desk.write("paper/main.tex", main.replace(other, "\\pithnumber{}").as_bytes());
    let ran = add(&desk, "main.tex", &[]);
    assert!(ran.err().contains("\\pithnumber{} already (main.tex:3), and that is no Pith Number"));
}

/// A link to a folder that is gone, as an archive may hold one.
#[cfg(unix)]
#[test]
fn a_link_to_nowhere_is_said_to_be_one() {
    let desk = desk_with("article");
    std::os::unix::fs::symlink("nowhere", desk.join("paper/pith.sty")).unwrap();
    let before = std::fs::read(desk.join("paper/main.tex")).unwrap();
    let ran = add(&desk, "main.tex", &[]);
    assert_eq!(ran.status, Some(5), "{}", ran.err());
    assert!(
        ran.err().contains("pith.sty: it is a link to a file that is not there"),
        "{}",
        ran.err()
    );
    assert_eq!(std::fs::read(desk.join("paper/main.tex")).unwrap(), before);
}

/// A folder of a file's name: nothing is half-done.
#[test]
fn where_one_file_cannot_be_written_none_is() {
    for name in ["pith.sty", "pith.json"] {
        let desk = desk_with("article");
        std::fs::create_dir(desk.join(&format!("paper/{name}"))).unwrap();
        let before = files(&desk.join("paper"));
        let ran = add(&desk, "main.tex", &["--force"]);
        assert_eq!(ran.status, Some(5), "{}", ran.err());
        assert!(ran.err().contains(name), "{}", ran.err());
        assert_eq!(files(&desk.join("paper")), before);
    }
}

/// What of ours a paper had before is used, and is left when what `add` wrote goes.
#[test]
fn what_was_there_before_is_kept() {
    for (from, to) in [
        ("\\usepackage{graphicx}", "\\usepackage{graphicx,pith}"),
        ("\\usepackage{graphicx}", "\\usepackage[style=box]{pith}"),
        ("\\title", "\\pithnumber{pith:2024:wkfoj2ecv52kujr3scibsq4gyd}\n\\title"),
        ("\\title", "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}%\n\\title"),
        (
            "\\usepackage{graphicx}",
            "\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}\n\\usepackage{graphicx}",
        ),
    ] {
        for has_package in [false, true] {
            let desk = desk_with("article");
            let path = desk.join("paper/main.tex");
            let text = std::fs::read_to_string(&path).unwrap().replacen(from, to, 1);
            std::fs::write(&path, &text).unwrap();
            if has_package {
                desk.good(&["sty", "-o", "paper/pith.sty"]);
            }
            let before = files(&desk.join("paper"));
            added(&desk, "main.tex");
            let new = std::fs::read_to_string(&path).unwrap();
            assert_eq!(new.matches("\\pithnumber").count(), 1, "{new}");
            let is_load = |line: &&str| line.starts_with("\\usepackage") && line.contains("pith}");
            assert_eq!(new.lines().filter(is_load).count(), 1, "{new}");
            let load = new.find("pith}").unwrap();
            assert!(load < new.find("\\pithnumber").unwrap(), "{new}");
            let after = files(&desk.join("paper"));
            added(&desk, "main.tex");
            assert_eq!(files(&desk.join("paper")), after, "a second run changes nothing");
            let ran = desk.good(&["remove", "paper/main.tex"]);
            assert!(ran.err().contains("stays: it was there before"), "{}", ran.err());
            assert_eq!(files(&desk.join("paper")), before, "{to}");
        }
    }
}

/// The number that was replaced comes back, also from a file that the main file includes, and after an update.
#[test]
fn a_number_that_was_replaced_comes_back() {
    let other = "\\pithnumber{ XTFVXS4R4ZX4MH7WZBQBV7LLJA }";
    for file in ["main.tex", "sections/introduction.tex"] {
        let desk = desk_with("article");
        let path = desk.join(&format!("paper/{file}"));
        let text = std::fs::read_to_string(&path).unwrap();
        let title = if file == "main.tex" { "\\title" } else { "\\section" };
        let text = text.replacen(title, &format!("{other}\n{title}"), 1);
        assert!(text.contains(other), "{text}");
        std::fs::write(&path, text).unwrap();
        let before = files(&desk.join("paper"));
        let ran = add(&desk, "main.tex", &["--force"]);
        assert_eq!(ran.status, Some(0), "{}", ran.err());
        let pin = std::fs::read_to_string(desk.join("paper/pith.json")).unwrap();
        desk.write("paper/pith.json", pin.replace("signed_at\":\"2", "signed_at\":\"1").as_bytes());
        let ran = added(&desk, "main.tex");
        assert!(ran.err().contains("pith.json: updated"), "{}", ran.err());
        let ran = desk.good(&["remove", "paper/main.tex"]);
        assert!(ran.err().contains(&format!("{other} again")), "{}", ran.err());
        assert_eq!(files(&desk.join("paper")), before, "{file}");
    }
}

/// The papers compile with the lines, and their PDF verifies.
#[test]
fn wired_papers_compile_and_verify() {
    if !require("pdflatex") {
        return;
    }
    for (paper, main) in [
        ("article", "main.tex"),
        ("one-line", "main.tex"),
        ("options-over-lines", "main.tex"),
        ("own-class", "paper.tex"),
        ("cr", "main.tex"),
        ("verbatim", "main.tex"),
    ] {
        let desk = desk_with(paper);
        added(&desk, main);
        for _ in 0..2 {
            let mut command = Command::new("pdflatex");
            desk.clean(command.args(["-interaction=nonstopmode", "-halt-on-error", main]));
            command.current_dir(desk.join("paper"));
            let ran = run(&mut command, b"");
            assert_eq!(ran.status, Some(0), "{paper}: {}", ran.out());
        }
        let pdf = format!("paper/{}", main.replace(".tex", ".pdf"));
        let ran = desk.good(&["verify", &pdf, "--format", "number"]);
        assert_eq!(ran.out(), "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD\n", "{paper}");
    }
}
