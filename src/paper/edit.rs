//! A change to one file, and how it is shown: a unified diff, which `patch -p1` and `git apply` take.

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// A file as it is and as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its name.
    pub file: String,
    /// The bytes that it has; empty for a file that is not there yet.
    pub old: Vec<u8>,
    /// The bytes that it gets.
    pub new: Vec<u8>,
}

/// The unified diff of one file, as bytes: a source need not be UTF-8. `None` for `old` or `new` is a file that is not
/// there. One hunk holds all changes.
pub fn diff(name: &str, old: Option<&[u8]>, new: Option<&[u8]>) -> Vec<u8> {
    let (a, b) = (lines(old.unwrap_or_default()), lines(new.unwrap_or_default()));
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - same;
    let tail = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut out = Vec::new();
    if old == new {
        return out;
    }
    // `patch` takes a name to its first blank, unless a tab ends it.
    let tab = if name.contains(' ') { "\t" } else { "" };
    let side = |file: Option<&[u8]>, prefix: &str| match file {
        Some(_) => format!("{prefix}/{name}{tab}"),
        None => "/dev/null".to_owned(),
    };
    out.extend(format!("--- {}\n+++ {}\n", side(old, "a"), side(new, "b")).into_bytes());
    let start = same.saturating_sub(CONTEXT);
    let after = tail.min(CONTEXT);
    let count = |lines: &[&[u8]]| lines.len() - tail + after - start;
    let range = |lines: &[&[u8]]| match count(lines) {
        0 => format!("{start},0"),
        length => format!("{},{length}", start + 1),
    };
    out.extend(format!("@@ -{} +{} @@\n", range(&a), range(&b)).into_bytes());
    let mut push = |sign: u8, lines: &[&[u8]]| {
        for line in lines {
            out.push(sign);
            out.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    };
    push(b' ', &a[start..same]);
    push(b'-', &a[same..a.len() - tail]);
    push(b'+', &b[same..b.len() - tail]);
    push(b' ', &a[a.len() - tail..a.len() - tail + after]);
    out
}

/// Each with its line end; the last may have none.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_what_is_around_it() {
        let text = diff("m.tex", Some(b"1\n2\n3\n4\n5\n"), Some(b"1\n2\n3\n4\nx\n5\n"));
        let expected = "--- a/m.tex\n+++ b/m.tex\n@@ -2,4 +2,5 @@\n 2\n 3\n 4\n+x\n 5\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        let text = diff("n", None, Some(b"1"));
        let expected =
            "--- /dev/null\n+++ b/n\n@@ -0,0 +1,1 @@\n+1\n\\ No newline at end of file\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        assert!(diff("n", Some(b"1"), Some(b"1")).is_empty());
    }
}
