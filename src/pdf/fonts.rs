//! Fonts that a file names and does not hold (ISO 32000-2, 9.9).

use std::collections::HashSet;

use hayro_syntax::object::{Array, Dict, FromBytes, MaybeRef, Name, ObjRef, Object};

use super::deadline::Allowance;
use super::map::Room;
use super::trailer::{Place, object_at};
use super::{ObjectId, Pdf, guard, names};

/// Pages that are looked at.
const MAX_PAGES: usize = 50;
/// Fonts and drawings that are looked at on them.
const MAX_OBJECTS: usize = 5_000;
/// How deep drawings within drawings are followed.
const MAX_DEPTH: usize = 4;

/// A font without its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingFont {
    /// The font's PostScript name, /BaseFont.
    pub name: String,
    /// The name under which the page uses it.
    pub resource: String,
    /// The first page that names it, from 1.
    pub page: usize,
    /// Its object.
    pub object: Option<ObjectId>,
}

impl Pdf {
    /// The fonts that the first 50 pages name, directly or in a drawing, and that are not in the file: each once.
    #[must_use]
    pub fn missing_fonts(&self) -> Vec<MissingFont> {
        let what = "its fonts cannot be read";
        guard::guard(what, || {
            let left = Allowance::new(MAX_OBJECTS);
            let (found, seen) = (Vec::new(), HashSet::new());
            let mut search = Search { pdf: self, found, seen, left, page: 0 };
            for page in self.file.pages().iter().take(MAX_PAGES) {
                search.page += 1;
                let resources = page.resources();
                search.fonts(&resources.fonts);
                search.drawings(&resources.x_objects, MAX_DEPTH);
            }
            search.found
        })
        .unwrap_or_default()
    }

    /// Whether a drawing is a picture, as far as a glance tells.
    fn is_picture(&self, drawing: &MaybeRef<Object<'_>>) -> bool {
        let MaybeRef::Ref(reference) = *drawing else { return false };
        let (data, mut room) = (self.bytes(), Room::new());
        let Some(Place::Offset(offset)) = self.chain.place(data, reference.obj_number) else {
            return false;
        };
        let seen = self.glance.at(data, offset, &mut room);
        let is_meant =
            |(id, _): &(ObjectId, usize)| Some(*id) == ObjectId::from_reference(reference);
        let dict = object_at(seen, 0).filter(is_meant);
        let dict = dict.and_then(|(_, body)| Dict::from_bytes(&seen[body..]));
        let kind = dict.and_then(|dict| dict.get::<Name<'_>>(names::SUBTYPE));
        kind.is_some_and(|kind| kind.as_ref() == b"Image")
    }
}

struct Search<'p> {
    pdf: &'p Pdf,
    found: Vec<MissingFont>,
    seen: HashSet<ObjRef>,
    left: Allowance,
    page: usize,
}

impl Search<'_> {
    /// The next value of a dictionary of resources that has not been looked at yet. The search ends where the allowance
    /// does: to tell that a value is not new costs time too.
    fn next_new<'a>(
        &mut self,
        entries: &mut impl Iterator<Item = (Name<'a>, MaybeRef<Object<'a>>)>,
    ) -> Option<(Name<'a>, MaybeRef<Object<'a>>)> {
        let mut allowed = entries.take_while(|_| self.left.take());
        allowed.find(|(_, value)| match value {
            MaybeRef::Ref(reference) => self.seen.insert(*reference),
            MaybeRef::NotRef(_) => true,
        })
    }

    fn fonts(&mut self, fonts: &Dict<'_>) {
        let mut entries = fonts.entries();
        while let Some((resource, _)) = self.next_new(&mut entries) {
            let Some(font) = fonts.get::<Dict<'_>>(&*resource) else { continue };
            if let Some(name) = missing(&font) {
                let object = font.obj_id().and_then(ObjectId::from_identifier);
                let resource = String::from_utf8_lossy(&resource).into_owned();
                if !self.found.iter().any(|other| other.name == name && other.resource == resource)
                {
                    self.found.push(MissingFont { name, resource, page: self.page, object });
                }
            }
        }
    }

    fn drawings(&mut self, drawings: &Dict<'_>, depth: usize) {
        if depth == 0 {
            return;
        }
        let mut entries = drawings.entries();
        while let Some((resource, value)) = self.next_new(&mut entries) {
            if self.pdf.is_picture(&value) {
                continue;
            }
            // Its dictionary alone: its end need not be read.
            let Some(drawing) = drawings.get::<Dict<'_>>(&*resource) else { continue };
            let resources = drawing.get::<Dict<'_>>(names::RESOURCES);
            let Some(resources) = resources else { continue };
            if let Some(fonts) = resources.get::<Dict<'_>>(names::FONT) {
                self.fonts(&fonts);
            }
            if let Some(drawings) = resources.get::<Dict<'_>>(names::X_OBJECT) {
                self.drawings(&drawings, depth - 1);
            }
        }
    }
}

/// The name of a font whose program is not in the file. A font of type 3 is made of drawings.
fn missing(font: &Dict<'_>) -> Option<String> {
    let kind = font.get::<Name<'_>>(names::SUBTYPE)?;
    let font = match kind.as_ref() {
        b"Type3" => return None,
        b"Type0" => {
            font.get::<Array<'_>>(b"DescendantFonts".as_slice())?.iter::<Dict<'_>>().next()?
        }
        _ => font.clone(),
    };
    const DESCRIPTOR: &[u8] = b"FontDescriptor";
    let descriptor = font.get::<Dict<'_>>(DESCRIPTOR);
    if descriptor.is_none() && font.contains_key(DESCRIPTOR) {
        // In a part of the file that is gone, as its program may be.
        return None;
    }
    let is_embedded = descriptor.is_some_and(|descriptor| {
        [&b"FontFile"[..], b"FontFile2", b"FontFile3"]
            .into_iter()
            .any(|key| descriptor.contains_key(key))
    });
    if is_embedded {
        return None;
    }
    let name = font.get::<Name<'_>>(b"BaseFont".as_slice());
    Some(name.map_or("without a name".into(), |name| String::from_utf8_lossy(&name).into_owned()))
}
