//! Single glyphs: their letters, their place on the page, and whether they have a shape at all.

use std::collections::HashMap;

use hayro_interpret::font::{Glyph as FontGlyph, GlyphId, GlyphIdentifier, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::kurbo::{Affine, Point, Vec2};

/// The width of a glyph whose font does not say, in thousandths of the em.
const USUAL_WIDTH: f32 = 500.0;

/// One glyph.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// Place in the order of painting, shared by the glyphs of one run.
    pub(super) order: u32,
    /// Its letters; U+FFFD when the file does not say.
    pub(super) text: Box<str>,
    /// Start on the base line.
    pub(super) origin: Point,
    /// To the start of the next glyph.
    pub(super) advance: Vec2,
    /// From the base line to the top of the em.
    pub(super) up: Vec2,
    /// Whether nobody sees it: painted invisibly, fully transparent, or a letter without a shape.
    pub(super) hidden: bool,
}

/// What a font has to draw for a glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Something, or white space.
    Drawn,
    /// Nothing, for a letter: the fonts of hidden text layers are made like that.
    Empty,
    /// Nothing, since the font at hand does not have the letter; another renderer may.
    Missing,
}

/// Remembers which glyphs have a shape.
#[derive(Default)]
pub(super) struct Shapes {
    known: HashMap<GlyphIdentifier, bool>,
}

/// Places the glyphs of one run on the page.
pub(super) struct Placement {
    transform: Affine,
    vertical: bool,
    stretched: bool,
}

impl Shapes {
    /// Returns what is drawn for a glyph with these letters.
    pub(super) fn of(&mut self, glyph: &FontGlyph<'_>, letters: &str) -> Shape {
        let FontGlyph::Outline(outline) = glyph else { return Shape::Drawn };
        if !letters.chars().any(char::is_alphanumeric) {
            return Shape::Drawn;
        }
        if outline.glyph_id() == GlyphId::NOTDEF {
            return Shape::Missing;
        }
        let drawn = *self.known.entry(outline.identifier()).or_insert_with(|| !outline.outline().is_empty());
        if drawn { Shape::Drawn } else { Shape::Empty }
    }
}

impl Placement {
    /// Looks at the run as a whole; `transform` is from text space to the page.
    pub(super) fn new(run: &GlyphRun<'_, '_>, transform: Affine) -> Self {
        let scale = |glyph: &PositionedGlyph<'_>| {
            let [a, b, ..] = glyph.transform().as_coeffs();
            a.hypot(b)
        };
        let first = run.glyphs().first().map_or(0.0, scale);
        // A substitute font is stretched glyph by glyph; the advances are not.
        let stretched = run.glyphs().iter().any(|glyph| (scale(glyph) - first).abs() > first * 1e-4);
        Self { transform, vertical: matches!(run.writing_mode(), WritingMode::Vertical), stretched }
    }

    /// Returns start, advance and height of a glyph in points of the page; `None` where numbers fail.
    pub(super) fn of(&self, glyph: &PositionedGlyph<'_>) -> Option<(Point, Vec2, Vec2)> {
        let [a, b, c, d, e, f] = (self.transform * glyph.transform()).as_coeffs();
        let (width, drawn) = match &**glyph {
            FontGlyph::Outline(outline) => (outline.advance_width(), false),
            FontGlyph::Type3(type3) => (type3.advance_width(), true),
        };
        let mut along = Vec2::new(a, b);
        let mut up = Vec2::new(c, d) * 1000.0;
        if self.stretched && along.hypot() > 0.0 {
            along *= up.hypot() / 1000.0 / along.hypot();
        }
        let mut advance = along * f64::from(width.unwrap_or(USUAL_WIDTH));
        if self.vertical {
            advance = -up;
        } else if drawn && advance.hypot() > 0.0 {
            // The em of a font made of drawings says nothing; its advances do.
            let em = up.hypot().clamp(advance.hypot() * 0.8, advance.hypot() * 4.0);
            up = Vec2::new(advance.y, -advance.x) * (em / advance.hypot());
        }
        let origin = Point::new(e, f);
        (origin.is_finite() && advance.is_finite() && up.is_finite()).then_some((origin, advance, up))
    }
}

/// Returns the letters of a glyph; U+FFFD when the file does not say.
pub(super) fn letters(glyph: &FontGlyph<'_>) -> Box<str> {
    match glyph.as_unicode() {
        Some(BfString::Char(letter)) => letter.to_string().into_boxed_str(),
        Some(BfString::String(letters)) => letters.into_boxed_str(),
        None if glyph.char_code() == 0x20 => " ".into(),
        None => "\u{FFFD}".into(),
    }
}
