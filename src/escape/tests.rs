use proptest::prelude::*;

use super::character::{Kind, kind};
use super::*;

const HOSTILE: &str = "a%$&#_{}~^\\b <i>\"'`|[*] ]]> \0\x1b[31m\u{9b}\u{202e}\u{200b}\u{feff}\u{fe0f}\u{e0041}\n\u{2028}é漢😀";

#[test]
fn each_target_has_its_form() {
    assert_eq!(line(HOSTILE), "a%$&#_{}~^\\b <i>\"'`|[*] ]]> [31m  é漢😀");
    assert_eq!(
        tex(HOSTILE),
        "a\\%\\$\\&\\#\\_\\textbraceleft{}\\textbraceright{}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}b \
         \\textless{}i\\textgreater{}\\textquotedblright{}'\\textasciigrave{}\\textbar{}{[}{*}{]} {]}{]}\\textgreater{} \
         {[}31m  é漢{[}U+1F600{]}"
    );
    assert_eq!(
        tex_comment("Schr\\\"odinger\n\\pdfoutput=1\\"),
        "Schr\\\"odinger \\ pdfoutput=1\\ "
    );
    assert_eq!(
        xml("<a b='c'>]]>&\0\u{ffff}\r\u{85}\u{202e}é"),
        "&lt;a b=&apos;c&apos;&gt;]]&gt;&amp;&#13;&#133;&#x202E;é"
    );
    assert_eq!(
        html("<a b='c' d=\"e\">&\n\0\u{202e}é"),
        "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp; é"
    );
    assert_eq!(
        script_json("\"</script><!-- & ' \u{2028}é😀\u{7f}\""),
        "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u0027 \\u2028\\u00e9\\ud83d\\ude00\\u007f\""
    );
    assert_eq!(
        markdown("a-b [c](d) `e` *f* <g> @h www.x.y"),
        "a-b \\[c\\](d) \\`e\\` \\*f\\* \\<g\\> \\@h www\\.x\\.y"
    );
    assert_eq!(rst("*a* `b`_ |c| :d:`e`"), "\\*a\\* \\`b\\`\\_ \\|c\\| \\:d\\:\\`e\\`");
    assert_eq!(asciidoc("*a* {b} <<c>>"), "&#42;a&#42; &#123;b&#125; &#60;&#60;c&#62;&#62;");
    assert_eq!(terminal("a\x1b[31m\u{202e}\u{9b}\r\nb"), "a\\u{1b}[31m\\u{202e}\\u{9b}  b");
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| kind(*c) != Kind::Hidden)
        .map(|c| if kind(c) == Kind::Space { ' ' } else { c })
        .collect()
}

fn pieces() -> impl Strategy<Value = String> {
    let special = "[%$&#_{}~^\\\\<>\"'`|*\\[\\]()@:;!/.=+-]{1,3}";
    proptest::collection::vec(prop_oneof![special, any::<String>(), "\\PC", "[a-z ]{1,4}"], 0..8)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn xml_gives_back_all_that_xml_can_hold(text in pieces()) {
        let document = format!("<a b=\"{0}\">{0}</a>", xml(&text));
        let document = roxmltree::Document::parse(&document).unwrap();
        let allowed: String = text.chars().filter(|&c| c >= ' ' || "\t\n\r".contains(c))
            .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
        prop_assert_eq!(document.root_element().text().unwrap_or_default(), &allowed);
        prop_assert_eq!(document.root_element().attribute("b").unwrap(), &allowed);
    }

    #[test]
    fn script_json_keeps_the_value(text in pieces()) {
        let json = serde_json::to_string(&text).unwrap();
        let escaped = script_json(&json);
        prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        prop_assert!(escaped.bytes().all(|b| matches!(b, b' '..=b'~') && !b"<>&'".contains(&b)));
    }

    #[test]
    fn markdown_is_read_as_the_text(text in pieces()) {
        use pulldown_cmark::{Event, Options, Parser};
        let source = format!("x{}x", markdown(&text));
        let mut read = String::new();
        // More than GitHub reads, but for typographic quotes, which change the text.
        let options = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
        for event in Parser::new_ext(&source, options) {
            match event {
                Event::Text(text) => read.push_str(&text),
                Event::Start(tag) => prop_assert_eq!(tag, pulldown_cmark::Tag::Paragraph),
                Event::End(_) => {}
                other => prop_assert!(false, "{other:?} in {source}"),
            }
        }
        prop_assert_eq!(read, format!("x{}x", plain(&text)));
    }

    #[test]
    fn nothing_invisible_is_left(text in pieces()) {
        for escape in [line, tex, tex_comment, bibtex, html, markdown, rst, asciidoc, terminal] {
            let escaped = escape(&text);
            prop_assert!(escaped.chars().all(|c| c == ' ' || kind(c) == Kind::Visible), "{escaped:?}");
        }
    }

    #[test]
    fn html_has_no_markup(text in pieces()) {
        let escaped = html(&text);
        prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        let read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
        prop_assert_eq!(read, plain(&text));
    }

    #[test]
    fn tex_has_balanced_braces_and_no_specials(text in pieces()) {
        let mut depth = 0;
        let escaped = tex(&text);
        let mut characters = escaped.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => prop_assert!(characters.next().is_some_and(|c| "%$&#_".contains(c) || c.is_ascii_lowercase())),
                '{' => depth += 1,
                '}' => depth -= 1,
                '%' | '$' | '&' | '#' | '_' | '~' | '^' | '"' | '`' | '|' | '<' | '>' => prop_assert!(false, "{escaped}"),
                _ => {}
            }
            prop_assert!(depth >= 0);
        }
        prop_assert_eq!(depth, 0);
    }

    /// Templates hand over a text in pieces.
    #[test]
    fn pieces_are_escaped_as_the_whole(one in pieces(), two in pieces()) {
        for escape in [line, tex, xml, html, script_json, markdown, rst, asciidoc, terminal] {
            prop_assert_eq!(escape(&one) + &escape(&two), escape(&format!("{one}{two}")));
        }
    }
}
