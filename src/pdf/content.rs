//! Page content as far as words need it: text, where it stands, and what else is painted.
//!
//! hayro-syntax reads the operators. Outlines, colour spaces, images and patterns are left alone, which makes this
//! several times as fast as interpreting the page for drawing. A page that has anything unusual is left to
//! hayro-interpret ([`super::interpret`]), which reads all pages in the same way.

use hayro_interpret::kurbo::{self, Affine, Point, Rect, Vec2};
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream, String as PdfString};
use hayro_syntax::page::{Page, Resources};
use hayro_syntax::reader::{self, ReaderExt};

use super::codes::Fonts;
use super::glyph::{Ink, Stand, WHITE};
use super::text::Text;
use super::{MAX_DECODED, budget, guard, names};

/// How deep forms are followed within forms; hayro-interpret stops there too.
const MAX_DEPTH: usize = 50;
/// Bytes that open forms may have. Where they have more, reading stops.
const MAX_HELD: usize = MAX_DECODED;
/// How many states may be saved at once.
const MAX_SAVED: usize = 1000;
/// Operators between two looks at the clock.
const OPERATORS: usize = 200;

/// There is something on the page that is not read here.
pub(super) struct Unusual;

type Read<T = ()> = Result<T, Unusual>;

/// Reads the content of a page into `text`.
pub(super) fn read<'a>(page: &'a Page<'a>, text: &mut Text) -> Read {
    let mut reader = Reader {
        text,
        fonts: Fonts::new(page),
        has_layers: page.xref().has_optional_content_groups(),
        path: None,
        depth: 0,
        held: 0,
        operators: 0,
    };
    reader.content(page.typed_operations(), page.resources(), State::default())
}

struct Reader<'a, 't> {
    text: &'t mut Text,
    fonts: Fonts<'a>,
    /// Whether the file has optional content, which may be hidden.
    has_layers: bool,
    /// What is around the points of the current path.
    path: Option<Rect>,
    depth: usize,
    /// Bytes of the forms that are open.
    held: usize,
    operators: usize,
}

/// The graphics state (ISO 32000-2, 8.4), with the text state (9.3).
#[derive(Clone)]
struct State {
    matrix: Affine,
    fill: Paint,
    stroke: Paint,
    font: Option<usize>,
    size: f32,
    char_space: f32,
    word_space: f32,
    /// In percent.
    scaling: f32,
    leading: f32,
    rise: f32,
    mode: i64,
    text: Affine,
    line: Affine,
}

impl Default for State {
    fn default() -> Self {
        Self {
            matrix: Affine::IDENTITY,
            fill: Paint::default(),
            stroke: Paint::default(),
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            scaling: 100.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
            text: Affine::IDENTITY,
            line: Affine::IDENTITY,
        }
    }
}

impl State {
    fn ink(&self) -> Ink {
        match self.mode {
            3 | 7 => Ink::None,
            1 | 5 => self.stroke.ink(),
            _ => self.fill.ink(),
        }
    }

    fn next_line(&mut self, right: f64, up: f64) {
        self.line *= Affine::translate((right, up));
        self.text = self.line;
    }

    fn move_right(&mut self, by: f32) {
        self.text *= Affine::translate((f64::from(by), 0.0));
    }

    /// The stand of the font, and where the next glyph begins.
    fn stand(&self, bitmap: bool) -> (Option<Stand>, Point) {
        let place = self.matrix * self.text;
        let [a, b, c, d, ..] = place.as_coeffs();
        let size = f64::from(self.size);
        let em = Vec2::new(a, b) * size * f64::from(self.scaling / 100.0);
        let up = Vec2::new(c, d) * size;
        (Stand::new(em, up, bitmap), place * Point::new(0.0, f64::from(self.rise)))
    }
}

/// A colour, as far as it matters: whether it can be seen on white paper.
#[derive(Clone, Copy)]
struct Paint {
    space: Space,
    white: bool,
    opacity: f32,
}

impl Default for Paint {
    fn default() -> Self {
        Self { space: Space::Gray, white: false, opacity: 1.0 }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Gray,
    Rgb,
    Cmyk,
    /// Of which nothing is known to be white.
    Other,
}

impl Paint {
    fn set(&mut self, space: Space, parts: &[Number]) {
        let is_high = |part: &Number| part.as_f32() >= WHITE;
        let is_low = |part: &Number| part.as_f32() <= 1.0 - WHITE;
        self.space = space;
        self.white = match space {
            Space::Gray => parts.len() == 1 && parts.iter().all(is_high),
            Space::Rgb => parts.len() == 3 && parts.iter().all(is_high),
            Space::Cmyk => parts.len() == 4 && parts.iter().all(is_low),
            Space::Other => false,
        };
    }

    fn ink(&self) -> Ink {
        match (self.opacity, self.white) {
            (0.0, _) => Ink::None,
            (_, true) => Ink::White,
            _ => Ink::Colour,
        }
    }
}

impl<'a> Reader<'a, '_> {
    fn content(&mut self, mut ops: TypedIter<'_>, resources: &Resources<'a>, first: State) -> Read {
        let mut fonts: Vec<(Vec<u8>, usize)> = Vec::new();
        let mut saved: Vec<State> = Vec::new();
        let mut state = first.clone();
        self.path = None;
        while let Some(op) = ops.next() {
            self.operators += 1;
            if self.operators.is_multiple_of(OPERATORS) {
                self.text.draw();
            }
            match op {
                Op::SaveState(_) => {
                    (saved.len() < MAX_SAVED).then_some(()).ok_or(Unusual)?;
                    saved.push(state.clone());
                }
                // One more than there are restores what the page begins with.
                Op::RestoreState(_) => match saved.pop() {
                    Some(last) => state = last,
                    None if self.depth == 0 => state = first.clone(),
                    None => return Err(Unusual),
                },
                Op::Transform(m) => state.matrix *= affine([m.0, m.1, m.2, m.3, m.4, m.5]),
                Op::SetGraphicsState(name) => {
                    if let Some(dict) = resources.get_ext_g_state(name.0) {
                        graphics_state(&mut state, &dict)?;
                    }
                }

                Op::BeginText(_) => (state.text, state.line) = Default::default(),
                Op::TextFont(font) => {
                    let name = font.0;
                    let known = fonts.iter().find(|(known, _)| known == name.as_ref());
                    let index = match known {
                        Some((_, index)) => *index,
                        None => self.fonts.find(&resources.fonts, name).ok_or(Unusual)?,
                    };
                    if known.is_none() {
                        fonts.push((name.as_ref().to_vec(), index));
                    }
                    (state.font, state.size) = (Some(index), font.1.as_f32());
                }
                Op::CharacterSpacing(space) => state.char_space = space.0.as_f32(),
                Op::WordSpacing(space) => state.word_space = space.0.as_f32(),
                Op::HorizontalScaling(scaling) => state.scaling = scaling.0.as_f32(),
                Op::TextLeading(leading) => state.leading = leading.0.as_f32(),
                Op::TextRise(rise) => state.rise = rise.0.as_f32(),
                Op::TextRenderingMode(mode) => state.mode = mode.0.as_i64(),
                Op::SetTextMatrix(m) => {
                    state.text = affine([m.0, m.1, m.2, m.3, m.4, m.5]);
                    state.line = state.text;
                }
                Op::NextLine(by) => state.next_line(by.0.as_f64(), by.1.as_f64()),
                Op::NextLineAndSetLeading(by) => {
                    state.leading = -by.1.as_f64() as f32;
                    state.next_line(by.0.as_f64(), by.1.as_f64());
                }
                Op::NextLineUsingLeading(_) => state.next_line(0.0, -f64::from(state.leading)),
                Op::ShowText(text) => self.show(&mut state, text.0)?,
                Op::ShowTexts(texts) => self.show_all(&mut state, texts.0)?,
                Op::NextLineAndShowText(text) => {
                    state.next_line(0.0, -f64::from(state.leading));
                    self.show(&mut state, text.0)?;
                }
                Op::ShowTextWithParameters(text) => {
                    (state.word_space, state.char_space) = (text.0.as_f32(), text.1.as_f32());
                    state.next_line(0.0, -f64::from(state.leading));
                    self.show(&mut state, text.2)?;
                }

                Op::NonStrokeColorDeviceGray(c) => state.fill.set(Space::Gray, &[c.0]),
                Op::NonStrokeColorDeviceRgb(c) => state.fill.set(Space::Rgb, &[c.0, c.1, c.2]),
                Op::NonStrokeColorCmyk(c) => state.fill.set(Space::Cmyk, &[c.0, c.1, c.2, c.3]),
                Op::NonStrokeColor(c) => state.fill.set(state.fill.space, &c.0),
                Op::NonStrokeColorNamed(c) => state.fill.set(state.fill.space, &c.0),
                Op::ColorSpaceNonStroke(name) => state.fill.set(space(resources, name.0), &[]),
                Op::StrokeColorDeviceGray(c) => state.stroke.set(Space::Gray, &[c.0]),
                Op::StrokeColorDeviceRgb(c) => state.stroke.set(Space::Rgb, &[c.0, c.1, c.2]),
                Op::StrokeColorCmyk(c) => state.stroke.set(Space::Cmyk, &[c.0, c.1, c.2, c.3]),
                Op::StrokeColor(c) => state.stroke.set(state.stroke.space, &c.0),
                Op::StrokeColorNamed(c) => state.stroke.set(state.stroke.space, &c.0),
                Op::ColorSpaceStroke(name) => state.stroke.set(space(resources, name.0), &[]),

                Op::MoveTo(p) => self.point(p.0, p.1),
                Op::RectPath(r) => {
                    let (x, y) = (r.0.as_f64(), r.1.as_f64());
                    let rect = Rect::new(x, y, x + r.2.as_f64(), y + r.3.as_f64()).abs();
                    self.path = Some(self.path.map_or(rect, |path| path.union(rect)));
                }
                Op::LineTo(p) if self.path.is_some() => self.point(p.0, p.1),
                Op::CubicTo(p) if self.path.is_some() => {
                    self.point(p.0, p.1);
                    self.point(p.2, p.3);
                    self.point(p.4, p.5);
                }
                Op::CubicStartTo(p) if self.path.is_some() => {
                    self.point(p.0, p.1);
                    self.point(p.2, p.3);
                }
                Op::CubicEndTo(p) if self.path.is_some() => {
                    self.point(p.0, p.1);
                    self.point(p.2, p.3);
                }
                Op::FillPathNonZero(_)
                | Op::FillPathNonZeroCompatibility(_)
                | Op::FillPathEvenOdd(_) => self.paint(state.matrix, &[state.fill]),
                Op::StrokePath(_) | Op::CloseAndStrokePath(_) => {
                    self.paint(state.matrix, &[state.stroke]);
                }
                Op::FillAndStrokeNonZero(_)
                | Op::FillAndStrokeEvenOdd(_)
                | Op::CloseFillAndStrokeNonZero(_)
                | Op::CloseFillAndStrokeEvenOdd(_) => {
                    self.paint(state.matrix, &[state.fill, state.stroke]);
                }
                Op::EndPath(_) => self.path = None,
                Op::Shading(_) => return Err(Unusual),

                Op::XObject(name) => {
                    if let Some(stream) = resources.get_x_object(name.0) {
                        self.drawing(&stream, resources, &state)?;
                        self.path = None;
                    }
                }
                Op::InlineImage(image) => self.image(image.0.dict(), state.matrix),
                Op::BeginMarkedContentWithProperties(content)
                    if self.has_layers && content.0.as_ref() == b"OC" =>
                {
                    return Err(Unusual);
                }
                _ => {}
            }
        }
        self.path = None;
        Ok(())
    }

    fn show_all(&mut self, state: &mut State, texts: &Array<'_>) -> Read {
        // Not by `Array::iter`, which tries each number as a reference first. There are none in content.
        let mut parts = reader::Reader::new(texts.data());
        loop {
            parts.skip_white_spaces_and_comments();
            let Some(part) = parts.read_without_context::<Object<'_>>() else { return Ok(()) };
            match part {
                Object::Number(number) => {
                    let scaling = state.scaling / 100.0;
                    state.move_right(-number.as_f32() / 1000.0 * state.size * scaling);
                }
                Object::String(text) => self.show(state, &text)?,
                _ => {}
            }
        }
    }

    fn show(&mut self, state: &mut State, text: &PdfString<'_>) -> Read {
        let font = state.font.ok_or(Unusual)?;
        let (stand, start) = state.stand(self.fonts.is_bitmap(font));
        let [a, b, ..] = (state.matrix * state.text).as_coeffs();
        let (ink, scaling) = (state.ink(), state.scaling / 100.0);
        let mut moved = 0.0;
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (code, length, shown) = self.fonts.next(font, rest).ok_or(Unusual)?;
            rest = &rest[length..];
            if let Some(stand) = &stand {
                self.text.glyph(shown, start + Vec2::new(a, b) * moved, stand, ink);
            }
            let space = if code == 32 && length == 1 { state.word_space } else { 0.0 };
            let advance = shown.width.unwrap_or(0.0) / 1000.0 * state.size;
            moved += f64::from((advance + state.char_space + space) * scaling);
        }
        state.text *= Affine::translate((moved, 0.0));
        Ok(())
    }

    fn point(&mut self, x: Number, y: Number) {
        let point = Point::new(x.as_f64(), y.as_f64());
        self.path = Some(match self.path {
            Some(path) => path.union_pt(point),
            None => Rect::from_points(point, point),
        });
    }

    fn paint(&mut self, matrix: Affine, paints: &[Paint]) {
        if let Some(path) = self.path.take() {
            let white = paints.iter().all(|paint| paint.ink() != Ink::Colour);
            self.text.paint(matrix, path, white);
        }
    }

    fn image(&mut self, dict: &Dict<'_>, matrix: Affine) {
        let side = |short: &[u8], long: &[u8]| {
            dict.get::<u32>(short).or_else(|| dict.get::<u32>(long)).unwrap_or(0)
        };
        if side(b"W", b"Width") > 0 && side(b"H", b"Height") > 0 {
            self.text.paint(matrix, kurbo::Rect::new(0.0, 0.0, 1.0, 1.0), false);
        }
    }

    /// An external object (8.8): an image or a form.
    fn drawing(&mut self, stream: &Stream<'a>, resources: &Resources<'a>, state: &State) -> Read {
        let dict = stream.dict();
        if self.has_layers && dict.contains_key(b"OC".as_slice()) {
            return Err(Unusual);
        }
        let kind = dict.get::<Name<'_>>(names::SUBTYPE);
        match kind.as_deref() {
            Some(b"Image") => {
                self.image(dict, state.matrix);
                return Ok(());
            }
            Some(b"Form") => {}
            _ => return Ok(()),
        }
        self.text.draw();
        if self.depth == MAX_DEPTH || dict.get::<[f32; 4]>(b"BBox".as_slice()).is_none() {
            return Ok(());
        }
        let content = budget::decode(stream, MAX_HELD.saturating_sub(self.held));
        let content = match content {
            Ok(Some(content)) => content,
            Ok(None) => return Ok(()),
            // hayro-interpret would hold no less.
            Err(_) if self.held > 0 => guard::stop(),
            Err(_) => return Err(Unusual),
        };
        let mut state = state.clone();
        if let Some(matrix) = dict.get::<[f64; 6]>(b"Matrix".as_slice()) {
            state.matrix *= Affine::new(matrix);
        }
        if dict.contains_key(b"Group".as_slice()) {
            (state.fill.opacity, state.stroke.opacity) = (1.0, 1.0);
        }
        let own = dict.get::<Dict<'a>>(names::RESOURCES).map(Resources::new);
        self.depth += 1;
        self.held += content.len();
        self.content(TypedIter::new(&content), own.as_ref().unwrap_or(resources), state)?;
        self.held -= content.len();
        self.depth -= 1;
        Ok(())
    }
}

/// The entries of an external graphics state (8.4.5) that matter for text.
fn graphics_state(state: &mut State, dict: &Dict<'_>) -> Read {
    if dict.contains_key(names::FONT) {
        return Err(Unusual);
    }
    let opacity = |key: &[u8]| dict.get::<f32>(key);
    state.fill.opacity = opacity(b"ca").unwrap_or(state.fill.opacity);
    state.stroke.opacity = opacity(b"CA").unwrap_or(state.stroke.opacity);
    Ok(())
}

/// A colour space by its name (8.6).
fn space(resources: &Resources<'_>, name: &Name<'_>) -> Space {
    match name.as_ref() {
        b"DeviceGray" | b"G" | b"CalGray" => return Space::Gray,
        b"DeviceRGB" | b"RGB" | b"CalRGB" => return Space::Rgb,
        b"DeviceCMYK" | b"CMYK" => return Space::Cmyk,
        _ => {}
    }
    let Some(Object::Array(array)) = resources.get_color_space(name) else {
        return Space::Other;
    };
    let mut parts = array.iter::<Object<'_>>();
    match (parts.next(), parts.next()) {
        (Some(Object::Name(kind)), Some(Object::Stream(profile)))
            if kind.as_ref() == b"ICCBased" =>
        {
            match profile.dict().get::<u32>(b"N".as_slice()) {
                Some(1) => Space::Gray,
                Some(3) => Space::Rgb,
                Some(4) => Space::Cmyk,
                _ => Space::Other,
            }
        }
        (Some(Object::Name(kind)), _) if kind.as_ref() == b"CalGray" => Space::Gray,
        (Some(Object::Name(kind)), _) if kind.as_ref() == b"CalRGB" => Space::Rgb,
        _ => Space::Other,
    }
}

fn affine(parts: [Number; 6]) -> Affine {
    Affine::new(parts.map(|part| part.as_f64()))
}

#[cfg(test)]
mod tests;
