//! What lopdf alone does with a PDF, for benches/compare: `read IN` and `write IN OUT`.

use lopdf::{Dictionary, Document, IncrementalDocument, Object};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["read", input] => {
            let document = Document::load(input)?;
            println!("{:?}, {} pages", info(&document), document.get_pages().len());
        }
        ["write", input, output] => {
            let mut document = IncrementalDocument::load(input)?;
            let previous = document.get_prev_documents();
            let mut info = info(previous).cloned().unwrap_or_default();
            info.set("PithNumber", Object::string_literal("pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD"));
            let id = document.new_document.add_object(info);
            document.new_document.trailer.set("Info", id);
            document.save(output)?;
        }
        _ => return Err("read IN, or write IN OUT".into()),
    }
    Ok(())
}

fn info(document: &Document) -> Option<&Dictionary> {
    let info = document.trailer.get(b"Info").ok()?.as_reference().ok()?;
    document.get_dictionary(info).ok()
}
