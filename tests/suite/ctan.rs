//! tex/ is a package as CTAN takes it: the real l3build checks, installs, documents and packs it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools;

const TEX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tex");

/// What goes to CTAN, and nothing else.
const UPLOAD: [&str; 8] = [
    "pith/LICENSE",
    "pith/README.md",
    "pith/example.tex",
    "pith/pith-doc-figures.pdf",
    "pith/pith-doc.pdf",
    "pith/pith-doc.tex",
    "pith/pith.sty",
    "pith/pith.sty.ltxml",
];

/// The commands for authors, and two that a .aux file or a title may hold.
const COMMANDS: [&str; 5] = ["pithaux", "pithbadge", "pithnumber", "pithsetup", "pithtitlebadge"];

/// What an archive holds: a line `<octal mode> <name>` for each entry.
const LIST: &str = "import sys, zipfile
for entry in zipfile.ZipFile(sys.argv[1]).infolist():
    print(oct(entry.external_attr >> 16)[2:], entry.filename)";

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(TEX).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The files of tex/ in a folder of their own, without what an earlier build left.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let listed = ["build.lua", "testfiles"].map(str::to_owned);
    let upload = UPLOAD.iter().map(|name| name.trim_start_matches("pith/").to_owned());
    for name in upload.chain(listed).filter(|name| name != "pith-doc.pdf") {
        copy_into(&Path::new(TEX).join(&name), &folder.path().join(&name));
    }
    folder
}

fn copy_into(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy_into(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

#[test]
fn l3build_checks_documents_packs_and_installs() {
    let needed = ["l3build", "pdflatex", "lualatex", "xelatex", "pdffonts", "pdftotext"];
    if !needed.iter().all(|tool| tools::require(tool)) {
        return;
    }
    let Some(python) = tools::require_python("pikepdf") else { return };
    let folder = copy();
    // `ctan` checks and typesets before it packs.
    let said = tools::run(folder.path(), "l3build", &["ctan"]);
    assert!(said.contains("All checks passed"), "{said}");
    the_archive(folder.path(), &python);
    the_manual(folder.path(), &python);
    let home = folder.path().join("texmf");
    let installed = ["install", "--texmfhome", home.to_str().unwrap()];
    tools::run(folder.path(), "l3build", &installed);
    an_installed_package_is_found(&home);
    // What `clean` leaves is what was there, beside the folder of the build.
    tools::run(folder.path(), "l3build", &["clean"]);
    assert!(folder.path().join("pith-doc-figures.pdf").is_file(), "clean takes a source away");
    assert!(!folder.path().join("pith-doc.pdf").exists());
}

/// One folder at the top, only what belongs there, plain files with plain line ends.
fn the_archive(folder: &Path, python: &Path) {
    let python = python.to_str().unwrap();
    let listed = tools::run(folder, python, &["-c", LIST, "pith-ctan.zip"]);
    let mut names = BTreeSet::new();
    for (mode, name) in listed.lines().map(|line| line.split_once(' ').unwrap()) {
        let bits = u32::from_str_radix(mode, 8).unwrap();
        assert_eq!(bits & 0o111, 0, "{name} may be executed");
        names.insert(name.to_owned());
    }
    assert_eq!(names, UPLOAD.map(str::to_owned).into());
    let unpacked = folder.join("unpacked");
    fs::create_dir(&unpacked).unwrap();
    tools::run(&unpacked, python, &["-m", "zipfile", "-e", "../pith-ctan.zip", "."]);
    for name in UPLOAD.iter().filter(|name| !name.ends_with(".pdf")) {
        let text = fs::read_to_string(unpacked.join(name)).unwrap();
        assert!(!text.contains('\r') && text.ends_with('\n'), "{name}: line ends");
        assert!(text.is_ascii(), "{name}: a character that is not ASCII");
        let top = name.trim_start_matches("pith/");
        assert_eq!(text, read(top), "{name} is packed as it is");
    }
    let bytes = fs::metadata(folder.join("pith-ctan.zip")).unwrap().len();
    assert!(bytes < 1 << 20, "{bytes} bytes");
}

/// It compiles without a complaint, states title and language, embeds its fonts and shows the two lines first.
fn the_manual(folder: &Path, python: &Path) {
    let pdf = folder.join("pith-doc.pdf");
    let log = fs::read(folder.join("build/doc/pith-doc.log")).unwrap();
    for line in String::from_utf8_lossy(&log).lines() {
        let starts = ["Overfull", "Underfull", "Missing character"];
        let is_warning = line.contains("Warning") || starts.iter().any(|s| line.starts_with(s));
        assert!(!is_warning, "pith-doc.tex: {line}");
    }
    let facts = "import pikepdf
pdf = pikepdf.open('pith-doc.pdf')
print(pdf.Root.Lang, '|', pdf.docinfo['/Title'], '|', len(pdf.Root.Outlines) > 0)";
    let facts = tools::run(folder, python.to_str().unwrap(), &["-c", facts]);
    assert_eq!(facts.trim(), "en | The package pith | True");
    let fonts = tools::run(folder, "pdffonts", &[pdf.to_str().unwrap()]);
    let embedded = |line: &str| line.split_whitespace().rev().nth(4) == Some("yes");
    assert!(fonts.lines().skip(2).all(embedded), "{fonts}");
    let first = tools::run(folder, "pdftotext", &["-l", "1", pdf.to_str().unwrap(), "-"]);
    for line in ["\\usepackage{pith}", "\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}"] {
        assert!(first.contains(line), "page 1 lacks {line}: {first}");
    }
    let (date, version) = stamp();
    assert!(first.contains(&format!("Version {version}, {date}")), "{first}");
}

fn an_installed_package_is_found(home: &Path) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(Path::new(TEX).join("example.tex"), folder.path().join("example.tex")).unwrap();
    let tex = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder.path()).env("TEXMFHOME", home);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let places = ["tex/latex/pith/pith.sty", "tex/latex/pith/pith.sty.ltxml"];
    for place in places {
        assert!(home.join(place).is_file(), "{place} is not installed");
    }
    let found = tex("kpsewhich", &["pith.sty"]);
    assert_eq!(PathBuf::from(found), home.join(places[0]));
    tex("pdflatex", &["-interaction=batchmode", "-halt-on-error", "example.tex"]);
    let text = tex("pdftotext", &["example.pdf", "-"]);
    assert!(text.contains("pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD"), "{text}");
}

/// Date and version of `\ProvidesExplPackage {pith} {date} {version}`.
fn stamp() -> (String, String) {
    let sty = read("pith.sty");
    let (_, rest) = sty.split_once("\\ProvidesExplPackage {pith} {").unwrap();
    let mut parts = rest.split(['{', '}']);
    let (date, version) = (parts.next().unwrap(), parts.nth(1).unwrap());
    (date.to_owned(), version.to_owned())
}

/// One stamp, of the same version as the program; the other files take it from there or do not name it.
#[test]
fn the_version_stands_in_one_place() {
    let (date, version) = stamp();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    let digits: Vec<_> = date.split('-').map(str::len).collect();
    assert_eq!(digits, [4, 2, 2], "{date}");
    for name in UPLOAD.iter().map(|name| name.trim_start_matches("pith/")) {
        if name.ends_with(".pdf") {
            continue;
        }
        let stamps = read(name).matches(&date).count();
        assert_eq!(stamps, usize::from(name == "pith.sty"), "{name} names the date {date}");
    }
    let manual = read("pith-doc.tex");
    let (_, history) = manual.split_once("\\section{Versions").unwrap();
    let (_, latest) = history.split_once("\\item[\\textbf{").unwrap();
    assert!(latest.starts_with(&format!("{version}}}")), "the manual's history ends before it");
}

/// Every key that pith.sty defines, in both manuals.
#[test]
fn every_key_and_command_is_documented() {
    let sty = read("pith.sty");
    let (_, keys) = sty.split_once("\\keys_define:nn { pith }").unwrap();
    let (keys, _) = keys.split_once("\n  }\n").unwrap();
    let keys: BTreeSet<_> = keys
        .lines()
        .filter_map(|line| line.split_once('.'))
        .map(|(key, _)| key.trim())
        .filter(|key| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase()))
        .collect();
    assert!(keys.len() >= 9, "{keys:?}");
    let (manual, readme) = (read("pith-doc.tex"), read("README.md"));
    for key in keys {
        let in_manual = ["=", "}"].iter().any(|end| manual.contains(&format!("\\key{{{key}{end}")));
        assert!(in_manual, "pith-doc.tex lacks the key {key}");
        assert!(readme.contains(&format!("| `{key}` |")), "README.md lacks the key {key}");
    }
    for command in ["pithbadge", "pithnumber", "pithsetup"] {
        assert!(manual.contains(&format!("\\item[\\cs{{{command}}}")), "pith-doc.tex: {command}");
        assert!(readme.contains(&format!("| `\\{command}")), "README.md: {command}");
    }
}

/// The names that mean something to LuaTeX at the end of a paper of `class` with `lines` in its preamble. A name that
/// was only asked for means `\relax`.
fn names(class: &str, lines: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(Path::new(TEX).join("pith.sty"), folder.path().join("pith.sty")).unwrap();
    // Only names count: acmart takes the kernel's fonts where these packages do nothing.
    for font in ["libertine", "zi4", "newtxmath"] {
        let nothing =
            "\\DeclareOption*{}\\ProcessOptions\\relax\n\\providecommand\\setmonofont[2][]{}\n";
        fs::write(folder.path().join(format!("{font}.sty")), nothing).unwrap();
    }
    let lua = "function writenames()
  local out = io.open('names', 'w')
  for _, name in pairs(tex.hashtokens()) do
    local meaning = token.is_defined(name) and token.create(name)
    if meaning and meaning.cmdname ~= 'relax' then out:write(name, '\\n') end
  end
  out:close()
end
";
    fs::write(folder.path().join("names.lua"), lua).unwrap();
    let tex = format!(
        "\\documentclass{class}\n{lines}\n\\title{{A title}}\n\\author{{An author}}\n\
         \\directlua{{require('names')}}\n\\begin{{document}}\n\
         {{\\footnotesize x\\small x\\ttfamily x\\footnotesize x}}\\fbox{{x}}\n\\maketitle\nText.\n\\clearpage\n\
         \\directlua{{writenames()}}\n\\end{{document}}\n"
    );
    fs::write(folder.path().join("main.tex"), tex).unwrap();
    let flags = ["-interaction=nonstopmode", "-halt-on-error", "main.tex"];
    tools::run(folder.path(), "lualatex", &flags);
    let names = fs::read(folder.path().join("names")).unwrap();
    String::from_utf8_lossy(&names).lines().map(str::to_owned).collect()
}

/// Whether a name is the package's own, or one that the kernel makes from the package's name or for its hooks.
fn is_ours(name: &str) -> bool {
    let private = ["__pith_", "g__pith_", "l__pith_", "c__pith_"];
    // A robust command is two more names: with a blank, and with ` code`.
    let command = name.trim_end_matches(" code").trim_end_matches(' ');
    COMMANDS.contains(&command) || private.iter().any(|start| name.starts_with(start))
}

fn is_of_the_kernel(name: &str) -> bool {
    let derived = [
        "@raw@opt@pith.sty",
        "opt@pith.sty",
        "ver@pith.sty",
        "pith.sty-h@@k",
        "__file_name=pith.sty",
    ];
    let keys = ["key ", "msg "].iter().any(|start| name.starts_with(start));
    let hook = ["__hook", "g__hook_", "l__hook_", "c__hook_"].iter().any(|s| name.starts_with(s));
    // Variants of the kernel's functions, which whoever needs one generates.
    let function = name.split_once(':').is_some_and(|(base, arguments)| {
        let bases = [
            "exp_args",
            "iow_now",
            "msg_error",
            "msg_warning",
            "seq_set_split",
            "str_if_eq",
            "str_put_right",
        ];
        bases.contains(&base) && arguments.bytes().all(|b| b.is_ascii_alphabetic())
    });
    // What the kernel keeps for nested maps, pictures and the boxes of a page.
    let inner =
        ["__str_map_", "__tl_analysis_", "c__shipout_", "__shipout_", "__regex_", "g__regex_"];
    derived.contains(&name)
        // The badge's fonts, as the kernel names what it has opened.
        || ["OT1/cmtt/", "OT1/cmr/"].iter().any(|font| name.starts_with(font))
        || keys && name.contains("> pith/")
        || hook && ["pith", "cmd/", "package/"].iter().any(|part| name.contains(part))
        || function
        || inner.iter().any(|start| name.starts_with(start))
}

#[test]
fn no_other_name_is_defined() {
    if !tools::require("lualatex") {
        return;
    }
    let lines = "\\usepackage{pith}\\pithnumber[year=2024,source=2403.01164v1,style=box]\
                 {WKFOJ2ECV52KUJR3SCIBSQ4GYD}";
    for (class, more) in
        [("{article}", ""), ("[sigconf,nonacm]{acmart}", "\\usepackage{hyperref}\n")]
    {
        let without = names(class, more);
        let with = names(class, &format!("{more}{lines}"));
        let new: Vec<_> = with.difference(&without).collect();
        assert!(new.iter().filter(|name| is_ours(name)).count() > 80, "{class}: {new:?}");
        let leaked: Vec<_> =
            new.iter().filter(|name| !is_ours(name) && !is_of_the_kernel(name)).collect();
        assert!(leaked.is_empty(), "{class}: {leaked:#?}");
        for command in COMMANDS {
            assert!(with.contains(command), "{class}: {command} is not defined");
        }
    }
}
