//! Text as words: glyphs joined by where they stand.
//!
//! TeX sets spaces as kerns, so words are told apart by gaps. Lines, scripts and accents are told by baselines.

use std::time::Duration;

use hayro_interpret::kurbo::{self, Affine, Point, Vec2};

use super::clock::Stopwatch;
use super::glyph::{Ink, Shown, Stand};
use super::guard;
use super::page::Rect;

/// Glyphs that are read of one page. A page of text has some 6,000.
const MAX_GLYPHS: usize = 100_000;
/// Drawing operations of other kinds that are followed on one page: half a second of work.
const MAX_DRAWN: usize = 500_000;
/// Painted areas that are kept to tell whether white text stands on any of them.
const MAX_PAINTED: usize = 500;
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
    /// Whether it is painted: not in text rendering mode 3 (9.3.6), not with an opacity of 0, not white on nothing.
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
    /// The accent that the current word ends in.
    mark: Option<char>,
    /// The last glyph that was not a script: scripts are measured against its line.
    line: Option<Set>,
    undecoded: usize,
    glyphs: usize,
    drawn: usize,
    /// Places where nothing has been drawn so far are `true`.
    places: Vec<(Rect, bool)>,
    /// What has been painted in other colours than white; `None` where that is too much to keep.
    painted: Option<Vec<Rect>>,
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
            mark: None,
            line: None,
            undecoded: 0,
            glyphs: 0,
            drawn: 0,
            places: places.into_iter().map(|place| (place, true)).collect(),
            painted: Some(Vec::new()),
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

    /// A glyph at `origin`, with its advance.
    pub(super) fn glyph(&mut self, shown: &Shown, origin: Point, stand: &Stand, ink: Ink) {
        self.glyphs += 1;
        if self.glyphs > MAX_GLYPHS {
            guard::stop();
        }
        let across = stand.em * f64::from(shown.width.unwrap_or(500.0) / 1000.0);
        let (along, size) = (stand.along, stand.size);
        let width = across.dot(along).abs();
        let set = Set { origin, along, width, size, script: false, space: false };
        if shown.blank {
            self.end_word();
            self.last = Some(Set { space: true, ..set });
            return;
        }
        self.undecoded += usize::from(shown.undecoded);
        let top = stand.top;
        let rect = Rect::around([origin, origin + across, origin + top, origin + across + top]);
        let visible = match ink {
            Ink::None => false,
            Ink::White => self.is_painted(&rect),
            Ink::Colour => true,
        };
        self.set(shown, set, rect, visible);
    }

    fn set(&mut self, shown: &Shown, mut set: Set, rect: Rect, visible: bool) {
        if self.accent(shown, set, rect) {
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
        // One by one: most glyphs show one letter, which is pushed sooner than copied.
        shown.text.chars().for_each(|letter| word.text.push(letter));
        self.mark = shown.mark;
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
    fn accent(&mut self, shown: &Shown, set: Set, rect: Rect) -> bool {
        if shown.mark.is_none() && self.mark.is_none() {
            return false;
        }
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
        if let Some(mark) = shown.mark {
            let covered = covers(&last, &set);
            if covered {
                word.text.push(mark);
                self.mark = None;
            }
            return covered;
        }
        if let Some(mark) = self.mark
            && covers(&set, &last)
        {
            word.text.pop();
            let mut base = shown.text.chars();
            word.text.push(match base.next() {
                Some('\u{131}') => 'i',
                Some('\u{237}') => 'j',
                Some(other) => other,
                None => return false,
            });
            word.text.push(mark);
            word.text.push_str(base.as_str());
            self.mark = None;
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

    /// The glyph that was set last stands at `origin`.
    pub(super) fn ends_at(&self, origin: Point) -> bool {
        self.last.is_some_and(|last| last.origin == origin)
    }

    /// Something other than text is drawn around `shape`, which `transform` puts on the page.
    pub(super) fn paint(&mut self, transform: Affine, shape: kurbo::Rect, white: bool) {
        self.draw();
        let drawn = transform.transform_rect_bbox(shape);
        let drawn = Rect { x0: drawn.x0, y0: drawn.y0, x1: drawn.x1, y1: drawn.y1 };
        for (place, empty) in &mut self.places {
            *empty = *empty && !drawn.intersects(place);
        }
        if !white && let Some(painted) = &mut self.painted {
            painted.push(drawn);
            if painted.len() > MAX_PAINTED {
                self.painted = None;
            }
        }
    }

    /// Whether anything is painted in `rect` that white can be seen on.
    fn is_painted(&self, rect: &Rect) -> bool {
        let painted = self.painted.as_ref();
        painted.is_none_or(|painted| painted.iter().any(|drawn| drawn.intersects(rect)))
    }

    /// Counts a drawing operation, and stops where there are too many of them or time is up.
    pub(super) fn draw(&mut self) {
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
