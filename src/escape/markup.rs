//! XML, HTML, and JSON inside them.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use super::character::{Kind, kind};

/// Text and attribute values of XML 1.0; [`super::xml`].
#[derive(Clone, Copy, Debug)]
pub struct Xml;

impl Escaper for Xml {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => dest.write_str("&amp;")?,
                '<' => dest.write_str("&lt;")?,
                // Always, so that no "]]>" can form.
                '>' => dest.write_str("&gt;")?,
                '"' => dest.write_str("&quot;")?,
                '\'' => dest.write_str("&apos;")?,
                // A parser turns these into spaces in an attribute, and CR into LF everywhere.
                '\t' | '\n' | '\r' => write!(dest, "&#{};", u32::from(c))?,
                // XML 1.0, production 2 (Char).
                '\0'..'\x20' | '\u{FFFE}' | '\u{FFFF}' => {}
                // Allowed and discouraged (2.2): as references, so that no viewer acts on them.
                '\x7F'..='\u{9F}' => write!(dest, "&#{};", u32::from(c))?,
                _ if kind(c) == Kind::Hidden => write!(dest, "&#x{:X};", u32::from(c))?,
                _ => dest.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Text and quoted attribute values of HTML; [`super::html`].
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => dest.write_str("&amp;")?,
                '<' => dest.write_str("&lt;")?,
                '>' => dest.write_str("&gt;")?,
                '"' => dest.write_str("&quot;")?,
                '\'' => dest.write_str("&#39;")?,
                _ => match kind(c) {
                    Kind::Visible => dest.write_char(c)?,
                    Kind::Space => dest.write_char(' ')?,
                    Kind::Hidden => {}
                },
            }
        }
        Ok(())
    }
}

/// JSON for a `script` element or an XML text; [`super::script_json`].
///
/// In JSON, the escaped characters stand only inside strings, so that the value stays the same. All
/// of non-ASCII is escaped: a page that is served in another encoding keeps its proof.
#[derive(Clone, Copy, Debug)]
pub struct ScriptJson;

impl Escaper for ScriptJson {
    fn write_escaped_str<W: Write>(&self, mut dest: W, json: &str) -> fmt::Result {
        for c in json.chars() {
            match c {
                '<' | '>' | '&' | '\'' | '\x7F'.. => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(dest, "\\u{unit:04x}")?;
                    }
                }
                _ => dest.write_char(c)?,
            }
        }
        Ok(())
    }
}
