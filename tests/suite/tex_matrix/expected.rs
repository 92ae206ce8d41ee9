//! What is expected to differ, and why. Mending pith.sty is better than a line here.

/// Template, engine (empty for all), check.
const LISTED: [(&str, &str, &str); 11] = [
    // The packet is in the PDF when pith.sty is read, and TeX cannot take it back: the Info keys and a warning.
    ("with-pdfx", "", "warning"),
    ("with-pdfx", "", "xmp"),
    ("with-pdfx", "", "one-run-xmp"),
    ("with-pdfx", "", "verified"),
    ("with-xmpincl-early", "", "warning"),
    ("with-xmpincl-early", "", "xmp"),
    ("with-xmpincl-early", "", "one-run-xmp"),
    ("with-xmpincl-early", "", "verified"),
    // Its title runs out of the page on this route, without pith.sty too.
    ("quantumarticle", "dvips", "verified"),
    // The watermark's one word is as large as the page.
    ("with-draftwatermark", "lualatex", "badge-free"),
    ("with-draftwatermark", "xelatex", "badge-free"),
];

/// Papers under blind review: no trace.
const ANONYMOUS: [&str; 1] = ["acmart-anonymous"];

pub fn is_listed(template: &str, engine: &str, check: &str) -> bool {
    LISTED.iter().any(|(name, by, what)| {
        *name == template && (by.is_empty() || *by == engine) && *what == check
    })
}

pub fn is_anonymous(template: &str) -> bool {
    ANONYMOUS.contains(&template)
}
