//! The font of the invisible text: a TrueType program with one blank glyph half an em wide.
//!
//! Every character is shown with that glyph, so that the width of a word is known without any real font. The cell of the
//! glyph is one em high and stands on the baseline; a viewer marks exactly the box that the word is stretched to.

/// Units of an em.
pub(super) const UNITS_PER_EM: u16 = 1000;
/// Advance width of the glyph.
pub(super) const ADVANCE: u16 = 500;
/// PostScript name.
pub(super) const NAME: &str = "MunimentInvisible";

/// Builds the font program.
pub(super) fn program() -> Vec<u8> {
    let mut tables: [(&[u8; 4], Vec<u8>); 9] = [
        (b"cmap", cmap()),
        (b"glyf", vec![0; 4]),
        (b"head", head()),
        (b"hhea", hhea()),
        (b"hmtx", words(&[ADVANCE, 0, ADVANCE, 0])),
        // Both glyphs have no outline: all offsets are zero.
        (b"loca", words(&[0, 0, 0])),
        (b"maxp", words(&[0x0001, 0x0000, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0])),
        (b"name", name()),
        (b"post", post()),
    ];
    let font = assemble(&tables);
    // The adjustment makes the sum over the whole file a fixed number (OpenType, `head`).
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&font));
    tables[2].1[8..12].copy_from_slice(&adjustment.to_be_bytes());
    assemble(&tables)
}

/// Lays the tables out; the sum of `head` is taken with its adjustment as zero, whatever stands there.
fn assemble(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as u16;
    let selector = count.ilog2() as u16;
    let range = 16 << selector;
    let mut font = words(&[0x0001, 0x0000, count, range, selector, count * 16 - range]);
    let mut offset = 12 + tables.len() * 16;
    for (tag, data) in tables {
        let mut summed = data.clone();
        if *tag == b"head" {
            summed[8..12].fill(0);
        }
        font.extend_from_slice(*tag);
        font.extend_from_slice(&checksum(&summed).to_be_bytes());
        font.extend_from_slice(&(offset as u32).to_be_bytes());
        font.extend_from_slice(&(data.len() as u32).to_be_bytes());
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        font.extend_from_slice(data);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    font
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0, |sum: u32, chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn head() -> Vec<u8> {
    // Version 1.0, revision 1.0, adjustment (filled in later), magic number, flags, em; no dates: equal input, equal file.
    let mut table = words(&[1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0x0003, UNITS_PER_EM]);
    table.extend_from_slice(&[0; 16]);
    // Bounding box, style, smallest readable size, direction, short offsets, glyph format.
    table.extend(words(&[0, 0, ADVANCE, UNITS_PER_EM, 0, 8, 2, 0, 0]));
    table
}

fn hhea() -> Vec<u8> {
    words(&[1, 0, UNITS_PER_EM, 0, 0, ADVANCE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2])
}

/// A format 4 subtable that maps the space, and nothing else, to the glyph.
fn cmap() -> Vec<u8> {
    let mut table = words(&[0, 1, 3, 1, 0, 12]);
    table.extend(words(&[4, 32, 0, 4, 4, 1, 0, 0x20, 0xFFFF, 0, 0x20, 0xFFFF, 0xFFE1, 1, 0, 0]));
    table
}

fn name() -> Vec<u8> {
    let text: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = text.len() as u16;
    let ids = [1, 4, 6];
    let mut table = words(&[0, ids.len() as u16, 6 + 12 * ids.len() as u16]);
    for id in ids {
        table.extend(words(&[3, 1, 0x0409, id, length, 0]));
    }
    table.extend(text);
    table
}

fn post() -> Vec<u8> {
    let mut table = words(&[3, 0]);
    table.resize(32, 0);
    table
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use ab_glyph::{Font as _, FontRef};

    #[test]
    fn is_read_by_another_font_library_and_sums_up() {
        let program = super::program();
        assert_eq!(super::checksum(&program), 0xB1B0_AFBA);
        let font = FontRef::try_from_slice(&program).expect("valid");
        assert_eq!(font.glyph_count(), 2);
        assert_eq!(font.glyph_id(' ').0, 1);
        assert!((font.h_advance_unscaled(ab_glyph::GlyphId(1)) - 500.0).abs() < f32::EPSILON);
        assert!(font.outline(ab_glyph::GlyphId(1)).is_none());
    }
}
