//! JBIG2 images that share a dictionary of shapes with other pages, encoded again without it.

use hayro_jbig2::{DecodeSettings, Decoder, Globals, Page};
use lopdf::{Dictionary, Document, Object, Stream};

use super::{STRUCTURE_BYTES, dictionary};
use crate::chart::Size;
use crate::pdf::StreamFilter;
use crate::pdf::group4::Group4Encoder;

/// Most pixels of an image.
const MAX_PIXELS: u64 = 400_000_000;

/// Says whether an image uses a dictionary that other images may use too.
pub(super) fn shares_dictionary(source: &Document, stream: &Stream) -> bool {
    parameters(source, stream).iter().any(|parameters| parameters.has(b"JBIG2Globals"))
}

/// Decodes an image and encodes it as Group 4; returns the parameters of its filter and its data.
pub(super) fn encode_again(source: &Document, stream: &Stream) -> Result<(Dictionary, Vec<u8>), &'static str> {
    let filters = stream.filters().map_err(|_| "an image has unreadable filters")?;
    let [filter] = filters.as_slice() else {
        return Err("an image with a shared dictionary is wrapped in a further encoding");
    };
    if *filter != b"JBIG2Decode" {
        return Err("a shared dictionary belongs to no JBIG2 image");
    }
    let unreadable = "an image with a shared dictionary cannot be decoded";
    let globals = parameters(source, stream).into_iter().find_map(|parameters| {
        let (_, globals) = source.dereference(parameters.get(b"JBIG2Globals").ok()?).ok()?;
        globals.as_stream().ok()?.get_plain_content_with_limit(STRUCTURE_BYTES).ok()
    });
    let settings = DecodeSettings::default();
    let globals = globals.ok_or(unreadable)?;
    let globals = Globals::new(&globals, &settings).map_err(|_| unreadable)?;
    let page = Page::new_embedded(&stream.content, Some(&globals), &settings).map_err(|_| unreadable)?;
    let size = Size { width: page.width(), height: page.height() };
    if size.pixels() == 0 || size.pixels() > MAX_PIXELS {
        return Err("an image with a shared dictionary has too many pixels");
    }
    let encoder = Group4Encoder::new(size.width).ok_or("an image with a shared dictionary is too wide")?;
    let mut rows = Rows { encoder, changes: Vec::new(), column: 0, black: false };
    page.decode(&mut rows).map_err(|_| unreadable)?;
    let encoded = rows.encoder.finish().filter(|stream| stream.size == size);
    let encoded = encoded.ok_or("an image with a shared dictionary cannot be encoded again")?;
    let StreamFilter::Ccitt { k, columns, rows, .. } = encoded.filter else { return Err(unreadable) };
    // JBIG2 gives black as 0, and so does the fax decoder by default: what the image makes of it stays the same.
    let filter = dictionary([
        ("K", Object::Integer(k.into())),
        ("Columns", Object::Integer(columns.into())),
        ("Rows", Object::Integer(rows.into())),
    ]);
    Ok((filter, encoded.data))
}

fn parameters<'a>(source: &'a Document, stream: &'a Stream) -> Vec<&'a Dictionary> {
    let Ok(parameters) = stream.dict.get_deref(b"DecodeParms", source) else { return Vec::new() };
    match parameters {
        Object::Dictionary(parameters) => vec![parameters],
        Object::Array(several) => several
            .iter()
            .filter_map(|one| source.dereference(one).ok())
            .filter_map(|(_, one)| one.as_dict().ok())
            .collect(),
        _ => Vec::new(),
    }
}

/// Takes decoded pixels to the encoder, a row at a time, as the places where the colour changes.
struct Rows {
    encoder: Group4Encoder,
    changes: Vec<u32>,
    column: u32,
    black: bool,
}

impl Decoder for Rows {
    fn push_pixel(&mut self, black: bool) {
        if black != self.black {
            self.changes.push(self.column);
            self.black = black;
        }
        self.column = self.column.saturating_add(1);
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        if black != self.black {
            self.changes.push(self.column);
            self.black = black;
        }
        self.column = self.column.saturating_add(chunk_count.saturating_mul(8));
    }

    fn next_line(&mut self) {
        self.encoder.push(&self.changes);
        self.changes.clear();
        (self.column, self.black) = (0, false);
    }
}
