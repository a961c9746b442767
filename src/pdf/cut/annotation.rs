//! Annotations of a cut page: what they look like, without their words, links and form values.

use lopdf::{Dictionary, Object};

use super::copier::Copier;

/// Most annotations of a page.
const MOST: usize = 10_000;
/// What is kept: place, appearance, which of several appearances is shown, and whether it is shown at all.
const KEPT: [&[u8]; 5] = [b"Subtype", b"Rect", b"AS", b"F", b"AP"];

/// Copies the appearances of a page's annotations.
pub(super) fn appearances(copier: &mut Copier<'_>, page: &Dictionary) -> Result<Vec<Object>, &'static str> {
    let source = copier.source;
    let Ok(Object::Array(annotations)) = page.get_deref(b"Annots", source) else { return Ok(Vec::new()) };
    if annotations.len() > MOST {
        return Err("it has too many annotations");
    }
    let mut kept = Vec::new();
    for annotation in annotations {
        let Ok((_, Object::Dictionary(annotation))) = source.dereference(annotation) else { continue };
        let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        // What opens on a click, and attached files, are no part of the page.
        if matches!(kind, b"Popup" | b"FileAttachment" | b"Link") || !annotation.has(b"AP") {
            continue;
        }
        let mut copy = Dictionary::new();
        copy.set("Type", super::name("Annot"));
        for key in KEPT {
            if let Ok(value) = annotation.get(key) {
                let value = if key == b"AP" { normal(copier, value)? } else { copier.object(value, 0)? };
                copy.set(key, value);
            }
        }
        kept.push(Object::Reference(copier.target.add_object(copy)));
    }
    Ok(kept)
}

/// Keeps the normal appearance; the others are for a mouse.
fn normal(copier: &mut Copier<'_>, appearances: &Object) -> Result<Object, &'static str> {
    let source = copier.source;
    let mut kept = Dictionary::new();
    if let Ok((_, Object::Dictionary(appearances))) = source.dereference(appearances)
        && let Ok(normal) = appearances.get(b"N")
    {
        kept.set("N", copier.object(normal, 0)?);
    }
    Ok(Object::Dictionary(kept))
}
