//! Copies objects from one PDF into another, without what leads beyond the page.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::names::{Used, is_drawing};
use super::{STRUCTURE_BYTES, dictionary_free};

/// Deepest nesting of objects.
const DEEPEST: usize = 48;
/// Most objects that a cut may have.
const MOST_OBJECTS: usize = 200_000;
/// Categories of resources (ISO 32000-1, table 33); others say nothing about the drawing.
const CATEGORIES: [&[u8]; 7] =
    [b"ExtGState", b"ColorSpace", b"Pattern", b"Shading", b"XObject", b"Font", b"Properties"];
/// Keys that tell of the document, or lead to other parts of it; nothing of them is drawn.
const LEFT_BEHIND: [&[u8]; 10] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"StructParent",
    b"StructParents",
    b"Thumb",
    b"OPI",
    b"Parent",
    b"Alternates",
    b"AF",
];

/// Copies objects of `source` into `target`, each once.
pub(super) struct Copier<'a> {
    pub(super) source: &'a Document,
    pub(super) target: Document,
    /// Whether an image was encoded again.
    pub(super) encoded_again: bool,
    copied: HashMap<ObjectId, ObjectId>,
}

impl<'a> Copier<'a> {
    pub(super) fn new(source: &'a Document) -> Self {
        let mut target = Document::with_version(source.version.as_str());
        // A plain table is what every reader understands.
        target.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
        Self { source, target, encoded_again: false, copied: HashMap::new() }
    }

    /// Copies a value with everything that it refers to.
    pub(super) fn object(&mut self, object: &Object, depth: usize) -> Result<Object, &'static str> {
        if depth > DEEPEST || self.copied.len() > MOST_OBJECTS {
            return Err("its objects are nested too deep, or too many");
        }
        Ok(match object {
            Object::Reference(id) => self.reference(*id, depth)?,
            Object::Array(values) => {
                Object::Array(values.iter().map(|value| self.object(value, depth + 1)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(dictionary) => match self.dictionary(dictionary, depth)? {
                Some(dictionary) => Object::Dictionary(dictionary),
                None => Object::Null,
            },
            // A stream is an object of its own everywhere but in instructions, which are not copied here.
            Object::Stream(_) => return Err("a stream stands where none may"),
            plain => plain.clone(),
        })
    }

    /// Copies a resource dictionary: of each category, the names that are used.
    pub(super) fn resources(
        &mut self,
        resources: &Dictionary,
        used: &Used,
        depth: usize,
    ) -> Result<Dictionary, &'static str> {
        let source = self.source;
        let mut kept = Dictionary::new();
        for category in CATEGORIES {
            let Ok(Object::Dictionary(entries)) = resources.get_deref(category, source) else { continue };
            let mut own = Dictionary::new();
            for (name, value) in entries.iter().filter(|(name, _)| used.has(category, name)) {
                own.set(name.clone(), self.object(value, depth + 1)?);
            }
            if !own.is_empty() {
                kept.set(category, own);
            }
        }
        Ok(kept)
    }

    fn reference(&mut self, id: ObjectId, depth: usize) -> Result<Object, &'static str> {
        if let Some(copy) = self.copied.get(&id) {
            return Ok(Object::Reference(*copy));
        }
        let source = self.source;
        // A reference to nothing is null (ISO 32000-1, 7.3.10).
        let Ok(object) = source.get_object(id) else { return Ok(Object::Null) };
        let copy = self.target.new_object_id();
        // Noted first: an object may refer to itself in a roundabout way.
        self.copied.insert(id, copy);
        let object = match object {
            Object::Stream(stream) => Object::Stream(self.stream(stream, depth + 1)?),
            object => self.object(object, depth + 1)?,
        };
        self.target.objects.insert(copy, object);
        Ok(Object::Reference(copy))
    }

    /// Copies a dictionary; `None` for a node of the page tree, the catalog and the like.
    fn dictionary(&mut self, dictionary: &Dictionary, depth: usize) -> Result<Option<Dictionary>, &'static str> {
        let kind = dictionary.get(b"Type").and_then(Object::as_name).unwrap_or_default();
        if matches!(kind, b"Page" | b"Pages" | b"Catalog" | b"StructElem" | b"StructTreeRoot" | b"Filespec" | b"Annot")
        {
            return Ok(None);
        }
        let drawn_font = kind == b"Font" && dictionary.has(b"CharProcs");
        let mut copy = Dictionary::new();
        for (key, value) in dictionary.iter().filter(|(key, _)| !LEFT_BEHIND.contains(&key.as_slice())) {
            if drawn_font && key == b"Resources" {
                continue;
            }
            copy.set(key.clone(), self.object(value, depth + 1)?);
        }
        if drawn_font {
            self.resources_of_letters(dictionary, &mut copy, depth)?;
        }
        Ok(Some(copy))
    }

    fn resources_of_letters(
        &mut self,
        font: &Dictionary,
        copy: &mut Dictionary,
        depth: usize,
    ) -> Result<(), &'static str> {
        let source = self.source;
        let Ok(Object::Dictionary(resources)) = font.get_deref(b"Resources", source) else { return Ok(()) };
        let mut used = Used::default();
        if let Ok(Object::Dictionary(letters)) = font.get_deref(b"CharProcs", source) {
            for (_, letter) in letters {
                let stream = source.dereference(letter).ok().and_then(|(_, letter)| letter.as_stream().ok());
                let Some(stream) = stream else { continue };
                let plain = stream.get_plain_content_with_limit(STRUCTURE_BYTES);
                used.add_instructions(&plain.map_err(|_| "a drawn letter cannot be read")?)?;
            }
        }
        used.add_borrowed(source, resources, depth)?;
        let resources = self.resources(resources, &used, depth)?;
        copy.set("Resources", resources);
        Ok(())
    }

    fn stream(&mut self, stream: &Stream, depth: usize) -> Result<Stream, &'static str> {
        let source = self.source;
        if dictionary_free::shares_dictionary(source, stream) {
            let (filter, data) = dictionary_free::encode_again(source, stream)?;
            let mut plain = stream.dict.clone();
            for key in [&b"Filter"[..], b"DecodeParms", b"Length"] {
                plain.remove(key);
            }
            let mut copy = self.dictionary(&plain, depth)?.unwrap_or_default();
            copy.set("Filter", super::name("CCITTFaxDecode"));
            copy.set("DecodeParms", filter);
            self.encoded_again = true;
            return Ok(Stream::new(copy, data).with_compression(false));
        }
        let mut plain = stream.dict.clone();
        let resources = plain.remove(b"Resources");
        let mut copy = self.dictionary(&plain, depth)?.unwrap_or_default();
        if let Some(resources) = resources
            && let Ok((_, Object::Dictionary(resources))) = source.dereference(&resources)
        {
            if is_drawing(stream) {
                let mut used = Used::default();
                let instructions = stream.get_plain_content_with_limit(STRUCTURE_BYTES);
                used.add_instructions(&instructions.map_err(|_| "a form cannot be read")?)?;
                used.add_borrowed(source, resources, depth)?;
                let resources = self.resources(resources, &used, depth)?;
                copy.set("Resources", resources);
            } else {
                return Err("a stream that is no form has resources");
            }
        }
        Ok(Stream::new(copy, stream.content.clone()).with_compression(false))
    }
}
