//! Cuts pages out of a PDF without encoding their images anew, so that one patient's pages can be kept without another's.
//!
//! A page is copied with what its own drawing needs and nothing else. Pages of a scanned batch often share one resource
//! dictionary that lists the images of all of them: only names that the page's drawing instructions mention are taken
//! over. Metadata, thumbnails, structure, links, bookmarks, attachments, form values and the words of annotations stay behind;
//! of an annotation its appearance alone is kept. A JBIG2 dictionary shared between pages holds the shapes of every
//! page's letters, so an image that uses one is decoded and encoded again as Group 4, with the same pixels.

mod annotation;
mod copier;
mod dictionary_free;
mod names;

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::chart::PageNumber;
use copier::Copier;

/// How many bytes one compressed structure, or one page's drawing instructions, may inflate to.
const STRUCTURE_BYTES: usize = 256 << 20;
/// Attributes that a page takes from the tree above it (ISO 32000-1, table 30).
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What is taken over of a page besides its resources, contents and annotations.
const KEPT: [&[u8]; 8] =
    [b"MediaBox", b"CropBox", b"BleedBox", b"TrimBox", b"ArtBox", b"Rotate", b"UserUnit", b"Group"];
/// Deepest page tree that is walked up.
const DEEPEST_TREE: usize = 64;

/// Why pages cannot be cut out. Never quotes the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CutError {
    /// The file cannot be read as a whole.
    #[error("the PDF cannot be taken apart: {0}")]
    Unreadable(String),
    /// There is no such page.
    #[error("the PDF has no page {0}")]
    NoPage(PageNumber),
    /// What the page uses cannot be told apart from what other pages use.
    #[error("page {number} cannot be told apart from the others: {why}")]
    Entangled {
        /// The page.
        number: PageNumber,
        /// Why.
        why: &'static str,
    },
}

/// A PDF of some pages of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutPdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Whether an image had to be encoded again, without loss.
    pub encoded_again: bool,
}

/// Cuts out pages, in the order in which they are given. The file must not be encrypted.
///
/// # Errors
/// The file cannot be taken apart, or the pages not be told apart from the others.
pub fn cut(data: &[u8], pages: &[PageNumber]) -> Result<CutPdf, CutError> {
    let options = lopdf::LoadOptions { max_decompressed_size: Some(STRUCTURE_BYTES), ..lopdf::LoadOptions::default() };
    let source = Document::load_mem_with_options(data, options).map_err(unreadable)?;
    if source.is_encrypted() {
        return Err(CutError::Unreadable("it is encrypted".into()));
    }
    let places: Vec<ObjectId> = source.page_iter().collect();
    let mut copier = Copier::new(&source);
    let tree = copier.target.new_object_id();
    let mut kids = Vec::with_capacity(pages.len());
    for number in pages {
        let place = places.get(number.index() as usize).ok_or(CutError::NoPage(*number))?;
        let page = page(&mut copier, *place, tree).map_err(|why| CutError::Entangled { number: *number, why })?;
        kids.push(Object::Reference(copier.target.add_object(page)));
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    let root = dictionary([("Type", name("Pages")), ("Kids", Object::Array(kids)), ("Count", Object::Integer(count))]);
    copier.target.objects.insert(tree, Object::Dictionary(root));
    let catalog = dictionary([("Type", name("Catalog")), ("Pages", Object::Reference(tree))]);
    let catalog = copier.target.add_object(catalog);
    copier.target.trailer.set("Root", Object::Reference(catalog));
    let Copier { mut target, encoded_again, .. } = copier;
    let mut bytes = Vec::new();
    target.save_to(&mut bytes).map_err(unreadable)?;
    Ok(CutPdf { bytes, encoded_again })
}

/// Copies a page.
fn page(copier: &mut Copier<'_>, place: ObjectId, tree: ObjectId) -> Result<Dictionary, &'static str> {
    let source = copier.source;
    let whole = with_inherited(source, place)?;
    let mut page = dictionary([("Type", name("Page")), ("Parent", Object::Reference(tree))]);
    for key in KEPT {
        if let Ok(value) = whole.get(key) {
            let value = copier.object(value, 0)?;
            page.set(key, value);
        }
    }
    let instructions = contents(source, place)?;
    let mut used = names::Used::default();
    used.add_instructions(&instructions)?;
    let resources = whole.get(b"Resources").ok().and_then(|resources| source.dereference(resources).ok());
    if let Some(Object::Dictionary(resources)) = resources.map(|(_, resources)| resources) {
        used.add_borrowed(source, resources, 0)?;
        let resources = copier.resources(resources, &used, 0)?;
        page.set("Resources", resources);
    } else {
        page.set("Resources", Dictionary::new());
    }
    // One stream: what was parted into several at arbitrary places is the same instructions.
    let mut stream = lopdf::Stream::new(Dictionary::new(), instructions);
    stream.compress().map_err(|_| "its contents cannot be compressed")?;
    page.set("Contents", Object::Reference(copier.target.add_object(stream)));
    let annotations = annotation::appearances(copier, &whole)?;
    if !annotations.is_empty() {
        page.set("Annots", annotations);
    }
    Ok(page)
}

/// Returns the page's dictionary with what it takes from the tree above it.
fn with_inherited(source: &Document, place: ObjectId) -> Result<Dictionary, &'static str> {
    let unreadable = "its dictionary cannot be read";
    let mut page = source.get_dictionary(place).map_err(|_| unreadable)?.clone();
    let mut above = page.get(b"Parent").and_then(Object::as_reference).ok();
    for _ in 0..DEEPEST_TREE {
        let Some(node) = above.and_then(|id| source.get_dictionary(id).ok()) else { break };
        for key in INHERITED {
            if !page.has(key)
                && let Ok(value) = node.get(key)
            {
                page.set(key, value.clone());
            }
        }
        above = node.get(b"Parent").and_then(Object::as_reference).ok();
    }
    Ok(page)
}

/// Returns the drawing instructions of a page, its streams joined.
fn contents(source: &Document, place: ObjectId) -> Result<Vec<u8>, &'static str> {
    let mut joined = Vec::new();
    for id in source.get_page_contents(place) {
        let stream = source.get_object(id).and_then(Object::as_stream).map_err(|_| "its contents cannot be read")?;
        let plain = stream.get_plain_content_with_limit(STRUCTURE_BYTES).map_err(|_| "its contents cannot be read")?;
        joined.extend_from_slice(&plain);
        joined.push(b'\n');
    }
    Ok(joined)
}

fn dictionary<const N: usize>(entries: [(&str, Object); N]) -> Dictionary {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(key, value);
    }
    dictionary
}

fn name(text: &str) -> Object {
    Object::Name(text.as_bytes().to_vec())
}

fn unreadable(error: impl std::fmt::Display) -> CutError {
    // The library's messages name structures, never text of pages; their length is bounded all the same.
    CutError::Unreadable(error.to_string().chars().filter(|letter| !letter.is_control()).take(200).collect())
}
