//! Page 1: its boxes, its text as words with their places, its links.
//!
//! Words come in content-stream order, which is the order that TeX sets them in. Columns are not recognised and
//! hyphenated words are not joined; [`Word::hyphen_end`] says where a reader may want to.

use std::sync::Arc;

use hayro_interpret::kurbo::Point;
use hayro_syntax::object::{self, Array, Dict, Name};
use hayro_syntax::page::{Page, Rotation};

use super::deadline::{self, PATIENCE};
use super::text::{Text, Word};
use super::{ObjectId, Pdf, PdfError, budget, content, guard, interpret, names, text_string};

/// Annotations that are looked at.
const MAX_ANNOTATIONS: usize = 10_000;
/// Links of which is known whether anything is drawn at their place.
const MAX_PLACES: usize = 100;

/// A rectangle in default user space: points from the lower left corner, y upwards (ISO 32000-2, 8.3.2.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left.
    pub x0: f64,
    /// Bottom.
    pub y0: f64,
    /// Right.
    pub x1: f64,
    /// Top.
    pub y1: f64,
}

impl Rect {
    pub(super) fn around(points: [Point; 4]) -> Self {
        let mut rect = Self { x0: f64::MAX, y0: f64::MAX, x1: f64::MIN, y1: f64::MIN };
        for point in points {
            rect.x0 = lower(rect.x0, point.x);
            rect.y0 = lower(rect.y0, point.y);
            rect.x1 = higher(rect.x1, point.x);
            rect.y1 = higher(rect.y1, point.y);
        }
        rect
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self {
            x0: lower(self.x0, other.x0),
            y0: lower(self.y0, other.y0),
            x1: higher(self.x1, other.x1),
            y1: higher(self.y1, other.y1),
        }
    }

    fn from_pdf(rect: object::Rect) -> Self {
        Self { x0: rect.x0, y0: rect.y0, x1: rect.x1, y1: rect.y1 }
    }

    /// Whether it is narrower or lower than a quarter of a point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.x1 - self.x0 < 0.25 || self.y1 - self.y0 < 0.25
    }

    /// In square points.
    fn area(&self) -> f64 {
        self.shared(self)
    }

    /// The area that the two share, in square points.
    fn shared(&self, other: &Self) -> f64 {
        let width = self.x1.min(other.x1) - self.x0.max(other.x0);
        let height = self.y1.min(other.y1) - self.y0.max(other.y0);
        width.max(0.0) * height.max(0.0)
    }

    /// Whether the two share any area.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }
}

/// As `f64::min`, in one instruction: nothing is said of what is no number.
fn lower(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// As `f64::max`, in the same way.
fn higher(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// A link annotation with a URI action (ISO 32000-2, 12.5.6.5, 12.6.4.8).
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Where it leads.
    pub uri: String,
    /// Where it is.
    pub rect: Rect,
    /// Its text alternative, /Contents.
    pub contents: Option<String>,
    /// The page it is on, from 1.
    pub page: usize,
    /// The annotation's object; `None` where it stands in the page itself.
    pub object: Option<ObjectId>,
    /// Whether the page draws anything at its place, text or not. True where that is not known.
    pub painted: bool,
}

impl Link {
    /// Whether it lies over at least half of a word.
    #[must_use]
    pub fn covers(&self, word: &Word) -> bool {
        self.rect.shared(&word.rect) > word.rect.area() / 2.0
    }
}

/// What page 1 holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstPage {
    /// /MediaBox.
    pub media_box: Rect,
    /// /CropBox; the media box where there is none.
    pub crop_box: Rect,
    /// /Rotate: 0, 90, 180 or 270 degrees clockwise. Words and links are in the page's own, unrotated space.
    pub rotation: u16,
    /// The words, in content-stream order.
    pub words: Vec<Word>,
    /// Glyphs that have no character.
    pub undecoded: usize,
    /// Whether the page has more than is read here, so that `words` ends early.
    pub truncated: bool,
    /// Whether its content is not all there, or cannot be decoded whole: `words` may be wrong.
    pub damaged: bool,
    /// The links, in the order of /Annots.
    pub links: Vec<Link>,
}

impl FirstPage {
    /// The link that a word belongs to: the smallest of those that cover at least half of it.
    #[must_use]
    pub fn link_of(&self, word: &Word) -> Option<&Link> {
        let links = self.links.iter().filter(|link| link.covers(word));
        links.min_by(|a, b| a.rect.area().total_cmp(&b.rect.area()))
    }
}

impl Pdf {
    /// Reads page 1.
    ///
    /// # Errors
    /// [`PdfError::Damaged`] where there is no page or its content cannot be interpreted,
    /// [`PdfError::TooLarge`] where it decodes to more than is read here, or takes too long.
    pub fn first_page(&self) -> Result<FirstPage, PdfError> {
        const WHAT: &str = "its content cannot be read";
        let file = Arc::clone(&self.file);
        // Forms that draw nothing and call each other twice, 40 levels deep, never call back.
        let late = "content that takes more than half a second to read";
        deadline::within(PATIENCE, WHAT, late, move || read_first_page(&file))
    }
}

fn read_first_page(file: &hayro_syntax::Pdf) -> Result<FirstPage, PdfError> {
    let page = file.pages().first().ok_or(PdfError::Damaged { what: "it has no page" })?;
    let mut links = links(page);
    // Right before the content is read: until then, it may be found elsewhere.
    budget::page::check(page)?;
    let places: Vec<_> = links.iter().take(MAX_PLACES).map(|link| link.rect).collect();
    // After half of the time, what was read so far is all.
    let start = || Text::new(PATIENCE / 2, places.clone());
    let mut text = start();
    let mut usual = false;
    let what = "the content of page 1 cannot be interpreted";
    let read = guard::until_stopped(what, || usual = content::read(page, &mut text).is_ok());
    let complete = match read {
        Ok(true) if usual => true,
        Ok(false) => false,
        _ => {
            budget::page::check_to_interpret(page)?;
            text = start();
            guard::until_stopped(what, || interpret::read(page, &mut text))?
        }
    };
    let damaged = budget::page::is_damaged(page);
    let undecoded = text.undecoded();
    let (words, empty) = text.finish();
    for (link, empty) in links.iter_mut().zip(empty) {
        link.painted = !(complete && empty && !damaged);
    }
    Ok(FirstPage {
        media_box: Rect::from_pdf(page.media_box()),
        crop_box: Rect::from_pdf(page.crop_box()),
        rotation: match page.rotation() {
            Rotation::None => 0,
            Rotation::Horizontal => 90,
            Rotation::Flipped => 180,
            Rotation::FlippedHorizontal => 270,
        },
        words,
        undecoded,
        truncated: !complete,
        damaged,
        links,
    })
}

fn links(page: &Page<'_>) -> Vec<Link> {
    let Some(annotations) = page.raw().get::<Array<'_>>(names::ANNOTS) else {
        return Vec::new();
    };
    annotations
        .iter::<Dict<'_>>()
        .take(MAX_ANNOTATIONS)
        .filter(|annotation| {
            annotation.get::<Name<'_>>(names::SUBTYPE).is_some_and(|name| name.as_ref() == b"Link")
        })
        .filter_map(|annotation| {
            let action = annotation.get::<Dict<'_>>(names::ACTION)?;
            Some(Link {
                // A URI is ASCII (12.6.4.8), and text of other encodings is seen.
                uri: text_string::decode(&action.get::<object::String<'_>>(names::URI)?),
                rect: Rect::from_pdf(annotation.get::<object::Rect>(names::RECT)?),
                contents: annotation
                    .get::<object::String<'_>>(names::CONTENTS)
                    .map(|text| text_string::decode(&text)),
                page: 1,
                object: annotation.obj_id().and_then(ObjectId::from_identifier),
                painted: true,
            })
        })
        .collect()
}
