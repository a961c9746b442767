//! PDF files of several patients' pages that share what they can, and carry what must not come into anybody's record.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// A word that stands in the document's own data: title, bookmarks, attachments, form values, comments.
pub const OUTSIDE_THE_PAGES: &str = "ZZOUTSIDE";

/// Makes a file with a page of text for each of `pages`. All of them share one resource dictionary, which lists an image
/// of each page; the document has a title, metadata, a bookmark, an attachment, and on each page a comment and a form
/// field with a value.
pub fn shared_file(pages: &[&str]) -> Vec<u8> {
    let mut file = Document::with_version("1.6");
    let tree = file.new_object_id();
    let font = file.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
    });
    let mut images = Dictionary::new();
    for (index, text) in pages.iter().enumerate() {
        let number = file.add_object(image(text));
        images.set(format!("Im{index}"), Object::Reference(number));
    }
    let resources = file.add_object(dictionary! {
        "Font" => dictionary! { "F1" => font },
        "XObject" => images,
    });
    let kids: Vec<Object> =
        pages.iter().enumerate().map(|(index, text)| page(&mut file, tree, index, text).into()).collect();
    let metadata = stream(&mut file, format!("<x:xmpmeta>{OUTSIDE_THE_PAGES}</x:xmpmeta>"));
    let attached = stream(&mut file, format!("{OUTSIDE_THE_PAGES} attached"));
    let attachment = file.add_object(dictionary! {
        "Type" => "Filespec", "F" => Object::string_literal(OUTSIDE_THE_PAGES),
        "EF" => dictionary! { "F" => attached },
    });
    let bookmark = file.new_object_id();
    let outlines = file.add_object(dictionary! { "Type" => "Outlines", "First" => bookmark, "Last" => bookmark });
    file.objects.insert(
        bookmark,
        Object::Dictionary(dictionary! {
            "Title" => Object::string_literal(OUTSIDE_THE_PAGES), "Parent" => outlines,
            "Dest" => vec![kids[0].clone(), "Fit".into()],
        }),
    );
    let count = pages.len() as i64;
    file.objects.insert(
        tree,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => kids, "Count" => count, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), 300.into(), 200.into()],
        }),
    );
    let catalog = file.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => tree, "Metadata" => metadata, "Outlines" => outlines,
        "Names" => dictionary! {
            "EmbeddedFiles" => dictionary! { "Names" => vec![Object::string_literal("a"), attachment.into()] },
        },
    });
    let info = file.add_object(dictionary! { "Title" => Object::string_literal(OUTSIDE_THE_PAGES) });
    file.trailer.set("Root", catalog);
    file.trailer.set("Info", info);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).unwrap();
    bytes
}

/// Returns every stream of a file unpacked, and everything else as it is written: whatever a search could find in it.
pub fn unpacked(pdf: &[u8]) -> Vec<u8> {
    let mut file = Document::load_mem(pdf).unwrap();
    file.decompress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).unwrap();
    bytes
}

fn page(file: &mut Document, tree: ObjectId, index: usize, text: &str) -> ObjectId {
    let lines: Vec<String> = (0..6).map(|line| format!("0 -18 Td ({text} line {line} of the note) Tj")).collect();
    let drawing = format!("q 60 0 0 30 20 20 cm /Im{index} Do Q BT /F1 12 Tf 20 180 Td {} ET", lines.join(" "));
    let contents = stream(file, drawing);
    let look = Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 40.into(), 10.into()],
            "Resources" => Dictionary::new(),
        },
        b"1 0 0 rg 0 0 40 10 re f".to_vec(),
    );
    let look = file.add_object(look);
    let page = file.new_object_id();
    let place = vec![200.into(), 20.into(), 240.into(), 30.into()];
    let comment = file.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Stamp", "Rect" => place, "F" => 4, "P" => page,
        "Contents" => Object::string_literal(OUTSIDE_THE_PAGES), "T" => Object::string_literal(OUTSIDE_THE_PAGES),
        "AP" => dictionary! { "N" => look },
    });
    let thumbnail = stream(file, format!("{OUTSIDE_THE_PAGES} thumbnail"));
    file.objects.insert(
        page,
        Object::Dictionary(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => contents, "Annots" => vec![comment.into()],
            "Thumb" => thumbnail, "PieceInfo" => dictionary! { "App" => Object::string_literal(OUTSIDE_THE_PAGES) },
        }),
    );
    page
}

/// An image whose bytes spell the page's text, so that a search over a cut would find it.
fn image(text: &str) -> Stream {
    let mut samples = text.as_bytes().to_vec();
    samples.resize(32, b' ');
    Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 8, "Height" => 4, "BitsPerComponent" => 8,
            "ColorSpace" => "DeviceGray",
        },
        samples,
    )
}

fn stream(file: &mut Document, text: String) -> ObjectId {
    file.add_object(Stream::new(Dictionary::new(), text.into_bytes()))
}
