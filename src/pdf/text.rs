//! Text as words: glyphs as hayro-interpret draws them, joined by where they stand.
//!
//! TeX sets spaces as kerns, so words are told apart by gaps. Lines, scripts and accents are told by baselines.

use std::time::Duration;

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{self, Affine, BezPath, Point, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask,
};

use super::clock::Stopwatch;
use super::guard;
use super::page::Rect;

/// Glyphs that are read of one page. A page of text has some 6,000.
const MAX_GLYPHS: usize = 100_000;
/// Drawing operations of other kinds that are followed on one page: half a second of work.
const MAX_DRAWN: usize = 500_000;
/// A gap that separates words, in em. TeX's narrowest interword space is 0.19 em (Times, shrunk); kerning within
/// a word stays below 0.1 em.
const WORD_GAP: f64 = 0.14;

/// A run of glyphs without a gap, a change of line or of size between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its characters; ligatures in letters, accents as combining marks after their letter, U+FFFD where a glyph
    /// has no character.
    pub text: String,
    /// From baseline to about the height of its letters, in points.
    pub rect: Rect,
    /// The font's size in points, as it comes out on the page.
    pub size: f64,
    /// Whether it is a superscript or subscript of what stands before it: a footnote mark, an index.
    pub script: bool,
    /// Whether it starts a line (or any other place that is not on the line of the word before it).
    pub line_start: bool,
    /// Whether it ends in a hyphen and the next word starts a line.
    pub hyphen_end: bool,
    /// Whether it is painted: not in text rendering mode 3 (9.3.6).
    pub visible: bool,
}

fn mark_hyphens(words: &mut [Word]) {
    for index in 0..words.len() {
        let next_line = words.get(index + 1).is_some_and(|next| next.line_start);
        words[index].hyphen_end =
            next_line && words[index].text.chars().count() > 1 && words[index].text.ends_with('-');
    }
}

/// Gathers glyphs into words.
pub(super) struct Text {
    watch: Stopwatch,
    limit: Duration,
    words: Vec<Word>,
    current: Option<Word>,
    last: Option<Set>,
    /// The last glyph that was not a script: scripts are measured against its line.
    line: Option<Set>,
    undecoded: usize,
    /// Those of one glyph; kept, since there are thousands.
    characters: String,
    glyphs: usize,
    drawn: usize,
    /// Places where nothing has been drawn so far are `true`.
    places: Vec<(Rect, bool)>,
}

/// A glyph as it was set.
#[derive(Clone, Copy)]
struct Set {
    origin: Point,
    /// The unit vector along the baseline.
    along: Vec2,
    width: f64,
    size: f64,
    script: bool,
    space: bool,
}

impl Set {
    fn end(&self) -> Point {
        self.origin + self.along * self.width
    }
}

impl Text {
    /// `places` are those of which [`Text::finish`] says whether anything is drawn there.
    pub(super) fn new(limit: Duration, places: Vec<Rect>) -> Self {
        Self {
            watch: Stopwatch::start(),
            limit,
            words: Vec::new(),
            current: None,
            last: None,
            line: None,
            undecoded: 0,
            characters: String::new(),
            glyphs: 0,
            drawn: 0,
            places: places.into_iter().map(|place| (place, true)).collect(),
        }
    }

    /// Glyphs that have no character.
    pub(super) fn undecoded(&self) -> usize {
        self.undecoded
    }

    /// The words; and of each place, whether nothing is drawn there.
    pub(super) fn finish(mut self) -> (Vec<Word>, Vec<bool>) {
        self.end_word();
        mark_hyphens(&mut self.words);
        for (place, empty) in &mut self.places {
            let has_text = |word: &Word| word.visible && word.rect.intersects(place);
            *empty = *empty && !self.words.iter().any(has_text);
        }
        (self.words, self.places.into_iter().map(|(_, empty)| empty).collect())
    }

    fn glyph(&mut self, glyph: &Glyph<'_>, place: Affine, visible: bool) {
        self.glyphs += 1;
        if self.glyphs > MAX_GLYPHS {
            guard::stop();
        }
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(type3) => type3.advance_width(),
        };
        let origin = place * Point::ORIGIN;
        let across = place * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0) - origin;
        // The direction of a glyph without a width is still the direction of its text.
        let direction = place * Point::new(1000.0, 0.0) - origin;
        let up = place * Point::new(0.0, 1000.0) - origin;
        let (length, size) = (direction.hypot(), up.hypot());
        if !(length.is_finite() && size.is_finite()) || length == 0.0 || size == 0.0 {
            return;
        }
        let set = Set {
            origin,
            along: direction / length,
            width: across.hypot(),
            size,
            script: false,
            space: false,
        };
        let mut characters = std::mem::take(&mut self.characters);
        characters.clear();
        match glyph.as_unicode() {
            Some(BfString::Char(character)) => letters(character, &mut characters),
            Some(BfString::String(text)) => {
                text.chars().for_each(|character| letters(character, &mut characters))
            }
            None if matches!(glyph, Glyph::Type3(_)) => {
                characters.push_str(bitmap_letters(glyph.char_code()));
            }
            None => {}
        }
        if characters.is_empty() {
            self.undecoded += 1;
            characters.push(char::REPLACEMENT_CHARACTER);
        }
        // A glyph of a bitmap font may have its own y downwards, which its text matrix then turns (Ghostscript
        // writes them so). Mirrored letters are nobody's text.
        let turned = matches!(glyph, Glyph::Type3(_)) && direction.cross(up) < 0.0;
        let top = if turned { up * -0.7 } else { up * 0.7 };
        let rect = Rect::around([origin, origin + across, origin + top, origin + across + top]);
        self.set(&characters, set, rect, visible);
        self.characters = characters;
    }

    fn set(&mut self, characters: &str, mut set: Set, rect: Rect, visible: bool) {
        if characters.chars().all(char::is_whitespace) {
            self.end_word();
            set.space = true;
            self.last = Some(set);
            return;
        }
        if self.accent(characters, set, rect) {
            return;
        }
        let step = self.step(&mut set);
        if step != Step::Same {
            self.end_word();
        }
        if self.current.as_ref().is_some_and(|word| word.visible != visible) {
            self.end_word();
        }
        let word = self.current.get_or_insert_with(|| Word {
            text: String::new(),
            rect,
            size: set.size,
            script: set.script,
            line_start: step == Step::Line,
            hyphen_end: false,
            visible,
        });
        word.text.push_str(characters);
        word.rect = word.rect.union(rect);
        self.last = Some(set);
        if !set.script {
            self.line = Some(set);
        }
    }

    /// How `set` continues what was set before it; says of `set` whether it is a script.
    fn step(&self, set: &mut Set) -> Step {
        let (Some(last), Some(line)) = (self.last, self.line) else {
            return Step::Line;
        };
        if last.along.dot(set.along) < 0.99 {
            return Step::Line;
        }
        let from_line = line.along.cross(set.origin - line.origin).abs();
        let gap = last.along.dot(set.origin - last.end());
        let size = last.size.max(set.size).max(line.size);
        if from_line > 0.55 * size || gap < -size {
            return Step::Line;
        }
        set.script = set.size < 0.9 * line.size && from_line > 0.1 * line.size;
        let shifted = last.along.cross(set.origin - last.origin).abs() > 0.1 * size;
        if gap > WORD_GAP * last.size.min(set.size)
            || set.script != last.script
            || (shifted && set.script)
            || last.space
        {
            Step::Word
        } else {
            Step::Same
        }
    }

    /// Joins an accent and the letter that it is set over. TeX's \accent sets the accent first and goes back;
    /// a cedilla is set after its letter.
    fn accent(&mut self, characters: &str, set: Set, rect: Rect) -> bool {
        let (Some(last), Some(word)) = (self.last, self.current.as_mut()) else {
            return false;
        };
        let middle = |set: &Set| set.origin + set.along * (set.width / 2.0);
        let covers = |wide: &Set, narrow: &Set| {
            let along = wide.along.dot(middle(narrow) - wide.origin);
            let aside = wide.along.cross(narrow.origin - wide.origin).abs();
            along > 0.0 && along < wide.width && aside < 0.6 * wide.size
        };
        if last.space {
            return false;
        }
        if let Some(mark) = combining(characters) {
            if covers(&last, &set) {
                word.text.push(mark);
                return true;
            }
            return false;
        }
        let previous = word.text.chars().next_back();
        let mark = previous.and_then(|character| combining(character.encode_utf8(&mut [0; 4])));
        if let Some(mark) = mark
            && covers(&set, &last)
        {
            word.text.pop();
            let mut base = characters.chars();
            word.text.push(match base.next() {
                Some('\u{131}') => 'i',
                Some('\u{237}') => 'j',
                Some(other) => other,
                None => return false,
            });
            word.text.push(mark);
            word.text.push_str(base.as_str());
            word.rect = word.rect.union(rect);
            self.last = Some(set);
            self.line = Some(set);
            return true;
        }
        false
    }

    fn end_word(&mut self) {
        self.words.extend(self.current.take());
    }

    /// Something other than text is drawn around `shape`, which `transform` puts on the page.
    fn paint(&mut self, transform: Affine, shape: kurbo::Rect) {
        self.draw();
        if self.places.iter().any(|(_, empty)| *empty) {
            let drawn = transform.transform_rect_bbox(shape);
            let drawn = Rect { x0: drawn.x0, y0: drawn.y0, x1: drawn.x1, y1: drawn.y1 };
            for (place, empty) in &mut self.places {
                *empty = *empty && !drawn.intersects(place);
            }
        }
    }

    fn draw(&mut self) {
        self.drawn += 1;
        if self.drawn > MAX_DRAWN || self.watch.has_used(self.limit) {
            guard::stop();
        }
    }
}

#[derive(PartialEq, Eq)]
enum Step {
    Same,
    Word,
    Line,
}

/// A character as letters: ligatures apart, hyphens alike, spaces as one kind.
fn letters(character: char, out: &mut String) {
    match character {
        '\u{fb00}' => out.push_str("ff"),
        '\u{fb01}' => out.push_str("fi"),
        '\u{fb02}' => out.push_str("fl"),
        '\u{fb03}' => out.push_str("ffi"),
        '\u{fb04}' => out.push_str("ffl"),
        '\u{fb05}' | '\u{fb06}' => out.push_str("st"),
        '\u{ad}' | '\u{2010}' | '\u{2011}' => out.push('-'),
        character if character.is_control() => {}
        character => out.push(character),
    }
}

/// The letters of a glyph in a bitmap font of TeX's, which has no names but `a65`: ASCII, and the ligatures where
/// the encodings OT1 and T1 have them. Most papers of the years before 2000 are set so.
fn bitmap_letters(code: u32) -> &'static str {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
                         abcdefghijklmnopqrstuvwxyz{|}~";
    match code {
        11 | 27 => "ff",
        12 | 28 => "fi",
        13 | 29 => "fl",
        14 | 30 => "ffi",
        15 | 31 => "ffl",
        33..=126 => {
            let at = code as usize - 33;
            &ASCII[at..=at]
        }
        _ => "",
    }
}

/// The combining mark of a spacing accent.
fn combining(accent: &str) -> Option<char> {
    Some(match accent {
        "`" | "\u{2cb}" => '\u{300}',
        "\u{b4}" | "\u{2ca}" => '\u{301}',
        "\u{2c6}" => '\u{302}',
        "\u{2dc}" => '\u{303}',
        "\u{af}" | "\u{2c9}" => '\u{304}',
        "\u{2d8}" => '\u{306}',
        "\u{2d9}" => '\u{307}',
        "\u{a8}" => '\u{308}',
        "\u{2da}" => '\u{30a}',
        "\u{2dd}" => '\u{30b}',
        "\u{2c7}" => '\u{30c}',
        "\u{b8}" => '\u{327}',
        "\u{2db}" => '\u{328}',
        _ => return None,
    })
}

impl<'a> Device<'a> for Text {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        // Text that is filled and stroked comes twice; the stroke alone comes for outlined text only.
        if matches!(mode, DrawMode::Stroke(_)) {
            let first = run
                .glyphs()
                .last()
                .map(|glyph| props.transform * glyph.transform() * Point::ORIGIN);
            if self.last.is_some_and(|last| Some(last.origin) == first) {
                return;
            }
        }
        let visible = !matches!(mode, DrawMode::Invisible);
        for glyph in run.glyphs() {
            self.glyph(glyph, props.transform * glyph.transform(), visible);
        }
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        self.paint(props.transform, path.control_box());
    }

    fn draw_rect(&mut self, rect: &kurbo::Rect, props: DrawProps<'a>, _: &DrawMode) {
        self.paint(props.transform, *rect);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        self.paint(props.transform, kurbo::Rect::new(0.0, 0.0, width, height));
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
