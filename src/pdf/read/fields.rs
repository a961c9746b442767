//! Form fields that hold a value but no appearance: nothing paints them, yet a viewer shows them.

use hayro_interpret::kurbo::{Point, Rect as Area, Vec2};
use hayro_syntax::object::{Array, Dict, Name, Object, Rect};
use hayro_syntax::page::Page;

use super::words::PlacedWord;

/// Annotation flags: hidden, not viewed.
const UNSEEN: u32 = (1 << 1) | (1 << 5);
/// Fields of one page that are looked at.
const MAX_FIELDS: usize = 10_000;
/// Field type and value may be inherited over this many parents.
const MAX_PARENTS: usize = 16;
/// Letters of one field.
const MAX_LETTERS: usize = 20_000;
/// The size of letters where the field leaves it open, in points, at most.
const LETTERS: f64 = 12.0;

/// Returns the words of the text fields and choices that have no appearance, in points of the page as a viewer shows it.
pub(super) fn unpainted_words(page: &Page<'_>) -> Vec<PlacedWord> {
    let Some(annotations) = page.raw().get::<Array<'_>>(b"Annots") else { return Vec::new() };
    let transform = hayro_interpret::kurbo::Affine::new(page.initial_transform(true).as_coeffs());
    let mut words = Vec::new();
    for annotation in annotations.iter::<Dict<'_>>().take(MAX_FIELDS) {
        let Some(text) = unpainted_value(&annotation) else { continue };
        let Some(rect) = annotation.get::<Rect>(b"Rect") else { continue };
        let area = transform.transform_rect_bbox(Area::new(rect.x0, rect.y0, rect.x1, rect.y1));
        place(&text, area, &mut words);
    }
    words
}

fn unpainted_value(annotation: &Dict<'_>) -> Option<String> {
    if annotation.get::<Name<'_>>(b"Subtype")?.as_ref() != b"Widget"
        || annotation.get::<u32>(b"F").unwrap_or(0) & UNSEEN != 0
        || annotation.get::<Dict<'_>>(b"AP").is_some_and(|appearance| appearance.contains_key(b"N"))
    {
        return None;
    }
    let kind = inherited(annotation, b"FT")?.into_name()?;
    if !matches!(kind.as_ref(), b"Tx" | b"Ch") {
        return None;
    }
    let value = match inherited(annotation, b"V")? {
        Object::String(text) => lopdf::decode_text_string(&lopdf::Object::string_literal(text.as_bytes())).ok()?,
        _ => return None,
    };
    (!value.trim().is_empty()).then(|| value.chars().take(MAX_LETTERS).collect())
}

fn inherited<'a>(field: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let mut field = field.clone();
    for _ in 0..MAX_PARENTS {
        if let Some(object) = field.get::<Object<'_>>(key) {
            return Some(object);
        }
        field = field.get::<Dict<'_>>(b"Parent")?;
    }
    None
}

/// Spreads the words over the lines of the field, with letters of even width.
fn place(text: &str, area: Area, words: &mut Vec<PlacedWord>) {
    let lines: Vec<&str> = text.split(['\r', '\n']).filter(|line| !line.trim().is_empty()).collect();
    let height = area.height() / lines.len().max(1) as f64;
    let em = (height * 0.8).clamp(1.0, LETTERS);
    for (row, line) in lines.iter().enumerate() {
        let base = area.y0 + height * row as f64 + (height + em * 0.55) / 2.0;
        let letters = line.chars().count().max(1) as f64;
        let advance = (em * 0.5).min(area.width() / letters);
        let mut column = 0.0;
        for word in line.split(' ') {
            let length = word.chars().count() as f64;
            let visible: String =
                word.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
            if !visible.is_empty() {
                let start = Point::new(area.x0 + column * advance, base);
                let end = start + Vec2::new(length * advance, 0.0);
                words.push(PlacedWord { text: visible, start, end, direction: Vec2::new(1.0, 0.0), em, spaced: true });
            }
            column += length + 1.0;
        }
    }
}
