//! Which resources drawing instructions use, by category and name.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream};

use super::STRUCTURE_BYTES;

/// Deepest nesting of forms, patterns and letters drawn by instructions.
const DEEPEST: usize = 24;
/// Colour spaces that are used without being mentioned (ISO 32000-1, 8.6.5.6).
const DEFAULT_SPACES: [&[u8]; 3] = [b"DefaultGray", b"DefaultRGB", b"DefaultCMYK"];

/// Names of resources by category.
#[derive(Debug, Default)]
pub(super) struct Used(BTreeMap<&'static [u8], BTreeSet<Vec<u8>>>);

impl Used {
    /// Says whether `name` of `category` is used.
    pub(super) fn has(&self, category: &[u8], name: &[u8]) -> bool {
        (category == b"ColorSpace" && DEFAULT_SPACES.contains(&name))
            || self.0.get(category).is_some_and(|names| names.contains(name))
    }

    /// Takes in the names that instructions mention.
    ///
    /// # Errors
    /// The instructions cannot be read.
    pub(super) fn add_instructions(&mut self, instructions: &[u8]) -> Result<(), &'static str> {
        if instructions.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let content = Content::decode(instructions).map_err(|_| "its drawing instructions cannot be read")?;
        for operation in &content.operations {
            match operation.operator.as_str() {
                "Do" => self.add(b"XObject", &operation.operands),
                "Tf" => self.add(b"Font", &operation.operands),
                "gs" => self.add(b"ExtGState", &operation.operands),
                "cs" | "CS" => self.add(b"ColorSpace", &operation.operands),
                "scn" | "SCN" => self.add(b"Pattern", &operation.operands),
                "sh" => self.add(b"Shading", &operation.operands),
                "BDC" | "DP" => self.add(b"Properties", &operation.operands),
                "BI" => {
                    // The colour space of an image within the instructions may be one of the resources.
                    for operand in &operation.operands {
                        if let Object::Stream(image) = operand {
                            let space =
                                [&b"CS"[..], b"ColorSpace"].into_iter().filter_map(|key| image.dict.get(key).ok());
                            let spaces: Vec<Object> = space.cloned().collect();
                            self.add(b"ColorSpace", &spaces);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes in what forms and letters use that have no resources of their own and borrow those of the page.
    ///
    /// # Errors
    /// Their instructions cannot be read, or they are nested too deep.
    pub(super) fn add_borrowed(
        &mut self,
        source: &Document,
        resources: &Dictionary,
        depth: usize,
    ) -> Result<(), &'static str> {
        if depth > DEEPEST {
            return Err("its forms are nested too deep");
        }
        let mut seen: BTreeSet<(&'static [u8], Vec<u8>)> = BTreeSet::new();
        // A form that borrows may name another that borrows: until nothing new comes up.
        loop {
            let new: Vec<(&'static [u8], Vec<u8>)> = [&b"XObject"[..], b"Font", b"Pattern"]
                .into_iter()
                .flat_map(|category| {
                    let names = self.0.get(category).into_iter().flatten();
                    names.map(move |name| (category, name.clone())).collect::<Vec<_>>()
                })
                .filter(|entry| !seen.contains(entry))
                .collect();
            if new.is_empty() {
                return Ok(());
            }
            for (category, name) in new {
                if let Some(object) = entry(source, resources, category, &name) {
                    for stream in borrowing(source, object) {
                        let plain = stream.get_plain_content_with_limit(STRUCTURE_BYTES);
                        self.add_instructions(&plain.map_err(|_| "a form cannot be read")?)?;
                    }
                }
                seen.insert((category, name));
            }
        }
    }

    fn add(&mut self, category: &'static [u8], operands: &[Object]) {
        let names = operands.iter().filter_map(|operand| operand.as_name().ok()).map(<[u8]>::to_vec);
        self.0.entry(category).or_default().extend(names);
    }
}

/// Finds a resource.
fn entry<'a>(source: &'a Document, resources: &'a Dictionary, category: &[u8], name: &[u8]) -> Option<&'a Object> {
    let Object::Dictionary(category) = resources.get_deref(category, source).ok()? else { return None };
    category.get_deref(name, source).ok()
}

/// Returns the instructions of a form, a pattern or a drawn font that has no resources of its own.
fn borrowing<'a>(source: &'a Document, object: &'a Object) -> Vec<&'a Stream> {
    match object {
        Object::Stream(stream) if is_drawing(stream) && !stream.dict.has(b"Resources") => vec![stream],
        Object::Dictionary(font) if !font.has(b"Resources") => {
            let Ok(Object::Dictionary(letters)) = font.get_deref(b"CharProcs", source) else { return Vec::new() };
            letters
                .iter()
                .filter_map(|(_, letter)| source.dereference(letter).ok())
                .filter_map(|(_, letter)| letter.as_stream().ok())
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Says whether a stream is drawing instructions: a form or a tiling pattern.
pub(super) fn is_drawing(stream: &Stream) -> bool {
    stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Form")
        || stream.dict.get(b"PatternType").and_then(Object::as_i64).is_ok_and(|kind| kind == 1)
}
