//! Page content as hayro-interpret reads it: for pages that [`super::content`] leaves, and for fonts that
//! [`super::codes`] leaves.

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::kurbo::{self, Affine, BezPath, Point};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, RenderContent, SoftMask, interpret,
    interpret_page,
};
use hayro_syntax::content::TypedIter;
use hayro_syntax::object::Dict;
use hayro_syntax::page::{Page, Resources};
use hayro_syntax::xref::XRef;

use super::glyph::{Ink, Shown, Stand};
use super::text::Text;

/// Reads the content of a page into `text`.
pub(super) fn read(page: &Page<'_>, text: &mut Text) {
    let bounds = page.media_box();
    let bounds = kurbo::Rect::new(bounds.x0, bounds.y0, bounds.x1, bounds.y1);
    let cache = InterpreterCache::new();
    let mut context = Context::new(Affine::IDENTITY, bounds, &cache, page.xref(), settings());
    interpret_page(page, &mut context, text);
}

/// What each of the codes 0 to 255 shows in the font that `fonts` has under `name`; fewer where the font cannot be
/// read.
pub(super) fn codes<'a>(
    fonts: &Dict<'a>,
    name: &[u8],
    cache: &InterpreterCache<'a>,
    xref: &'a XRef,
) -> Vec<Shown> {
    let hex = |bytes: &mut dyn Iterator<Item = u8>, before: &str| -> String {
        bytes.map(|byte| format!("{before}{byte:02x}")).collect()
    };
    let name = hex(&mut name.iter().copied(), "#");
    let content = format!("/{name} 1 Tf <{}> Tj", hex(&mut (0..=255), ""));
    let resources = Resources { fonts: fonts.clone(), ..Resources::new(Dict::empty()) };
    let page = kurbo::Rect::new(0.0, 0.0, 1.0, 1.0);
    let mut context = Context::new(Affine::IDENTITY, page, cache, xref, settings());
    let mut codes = Codes(Vec::new());
    interpret(TypedIter::new(content.as_bytes()), &resources, &mut context, &mut codes);
    codes.0
}

fn settings() -> InterpreterSettings {
    InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() }
}

fn shown(glyph: &Glyph<'_>) -> Shown {
    let (bitmap, width) = match glyph {
        Glyph::Outline(outline) => (None, outline.advance_width()),
        Glyph::Type3(type3) => (Some(glyph.char_code()), type3.advance_width()),
    };
    Shown::new(glyph.as_unicode().as_ref(), bitmap, width)
}

fn ink(paint: &Paint<'_>) -> Ink {
    match paint {
        Paint::Color(colour) => {
            let [red, green, blue, opacity] = colour.to_rgba().components();
            if opacity == 0.0 {
                Ink::None
            } else if red.min(green).min(blue) >= super::glyph::WHITE {
                Ink::White
            } else {
                Ink::Colour
            }
        }
        Paint::Pattern(_) => Ink::Colour,
    }
}

impl<'a> Device<'a> for Text {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        // Text that is filled and stroked comes twice; the stroke alone comes for outlined text only.
        if matches!(mode, DrawMode::Stroke(_)) {
            let last = run.glyphs().last();
            let last = last.map(|glyph| props.transform * glyph.transform() * Point::ORIGIN);
            if last.is_some_and(|last| self.ends_at(last)) {
                return;
            }
        }
        let ink = match mode {
            DrawMode::Invisible => Ink::None,
            _ => ink(&props.paint),
        };
        for glyph in run.glyphs() {
            let place = props.transform * glyph.transform();
            let origin = place * Point::ORIGIN;
            let em = place * Point::new(1000.0, 0.0) - origin;
            let up = place * Point::new(0.0, 1000.0) - origin;
            if let Some(stand) = Stand::new(em, up, matches!(&**glyph, Glyph::Type3(_))) {
                self.glyph(&shown(glyph), origin, &stand, ink);
            }
        }
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        self.paint(props.transform, path.control_box(), ink(&props.paint) != Ink::Colour);
    }

    fn draw_rect(&mut self, rect: &kurbo::Rect, props: DrawProps<'a>, _: &DrawMode) {
        self.paint(props.transform, *rect, ink(&props.paint) != Ink::Colour);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        self.paint(props.transform, kurbo::Rect::new(0.0, 0.0, width, height), false);
    }

    fn push_clip_rect(&mut self, _: &kurbo::Rect) {
        self.draw();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.draw();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.draw();
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// Gathers what codes show.
struct Codes(Vec<Shown>);

impl<'a> Device<'a> for Codes {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.0.extend(run.glyphs().iter().map(|glyph| shown(glyph)));
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
