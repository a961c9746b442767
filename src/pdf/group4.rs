//! Fax rows (ITU-T T.4 and T.6): decoding them to compare, and encoding them as Group 4 with proof.

use fax::{Color, VecWriter, encoder::Encoder};
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::image_stream::{ColorSpace, ImageStream, StreamFilter};
use crate::chart::{Digest, Hasher, Size};

/// The widest row that the encoder's 16-bit arithmetic holds.
const MAX_COLUMNS: u32 = 32_000;

/// The digest of all rows of a bilevel image, so that two can be compared without holding either.
pub(super) struct RowDigest {
    hasher: Hasher,
    rows: u32,
}

/// Gathers rows, one after the other, into a Group 4 stream.
pub(super) struct Group4Encoder {
    columns: u32,
    encoder: Encoder<VecWriter>,
    digest: RowDigest,
}

impl RowDigest {
    fn new() -> Self {
        Self { hasher: Hasher::new(), rows: 0 }
    }

    /// Takes in a row as the positions at which the colour changes, beginning with white.
    fn push(&mut self, changes: &[u32]) {
        self.rows = self.rows.saturating_add(1);
        self.hasher.update(&(changes.len() as u32).to_le_bytes());
        for change in changes {
            self.hasher.update(&change.to_le_bytes());
        }
    }

    fn finish(self) -> (u32, Digest) {
        (self.rows, self.hasher.finish())
    }
}

impl Group4Encoder {
    /// Begins an image; `None` when the rows are empty or too wide for the encoder.
    pub(super) fn new(columns: u32) -> Option<Self> {
        (1..=MAX_COLUMNS).contains(&columns).then(|| Self {
            columns,
            encoder: Encoder::new(VecWriter::new()),
            digest: RowDigest::new(),
        })
    }

    /// Adds a row as the positions at which the colour changes, beginning with white.
    pub(super) fn push(&mut self, changes: &[u32]) {
        self.digest.push(changes);
        let Ok(()) = self.encoder.encode_line(Pixels { changes, next: 0, column: 0, end: self.columns }, self.columns);
    }

    /// Ends the image, decodes it with another program's decoder and compares every row.
    ///
    /// `None` when a row differs: then the encoder failed and its output is of no use.
    pub(super) fn finish(self) -> Option<ImageStream> {
        let (rows, expected) = self.digest.finish();
        let Ok(writer) = self.encoder.finish();
        let data = writer.finish();
        let filter = StreamFilter::Ccitt {
            k: -1,
            columns: self.columns,
            rows,
            black_is_1: false,
            byte_align: false,
            end_of_line: false,
            end_of_block: true,
        };
        let mut decoded = RowDigest::new();
        decode(&data, &filter, |changes| decoded.push(changes))?;
        (decoded.finish() == (rows, expected)).then_some(ImageStream {
            filter,
            size: Size { width: self.columns, height: rows },
            bits_per_component: 1,
            color: ColorSpace::Gray,
            data,
            decode_inverted: false,
        })
    }
}

/// Decodes fax rows, handing each to `row` as the positions at which the colour changes, beginning with white.
///
/// `None` when the data are damaged, `filter` is no fax filter, or the rows are fewer than it says.
pub(super) fn decode(data: &[u8], filter: &StreamFilter, row: impl FnMut(&[u32])) -> Option<()> {
    let StreamFilter::Ccitt { k, columns, rows, byte_align, end_of_line, end_of_block, .. } = *filter else {
        return None;
    };
    let encoding = match k {
        ..0 => EncodingMode::Group4,
        0 => EncodingMode::Group3_1D,
        1.. => EncodingMode::Group3_2D,
    };
    let settings = DecodeSettings {
        columns,
        rows,
        end_of_block,
        end_of_line,
        rows_are_byte_aligned: byte_align,
        encoding,
        strict: false,
    };
    let mut sink = Sink { row, rows: 0 };
    hayro_ccitt::decode(data, &mut sink, &mut DecoderContext::new(settings)).ok()?;
    (rows == 0 || sink.rows == rows).then_some(())
}

struct Sink<F> {
    row: F,
    rows: u32,
}

impl<F: FnMut(&[u32])> Decoder for Sink<F> {
    fn push_row(&mut self, changes: &[u32]) {
        self.rows = self.rows.saturating_add(1);
        (self.row)(changes);
    }
}

/// The pixels of a row that is given by its colour changes.
struct Pixels<'a> {
    changes: &'a [u32],
    next: usize,
    column: u32,
    end: u32,
}

impl Iterator for Pixels<'_> {
    type Item = Color;

    fn next(&mut self) -> Option<Color> {
        if self.column >= self.end {
            return None;
        }
        while self.changes.get(self.next).is_some_and(|&change| change <= self.column) {
            self.next += 1;
        }
        self.column += 1;
        Some(if self.next.is_multiple_of(2) { Color::White } else { Color::Black })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_encoding() {
        let mut encoder = Group4Encoder::new(70).expect("narrow");
        let rows: [&[u32]; 5] = [&[], &[0], &[3, 9, 69], &[0, 1, 2, 3, 4, 70 - 1], &[]];
        for row in rows {
            encoder.push(row);
        }
        let stream = encoder.finish().expect("equal");
        let mut back = Vec::new();
        decode(&stream.data, &stream.filter, |changes| back.push(changes.to_vec())).expect("whole");
        assert_eq!(back, rows);
    }

    #[test]
    fn damaged_and_short_data_are_refused() {
        let filter = |rows| StreamFilter::Ccitt {
            k: -1,
            columns: 70,
            rows,
            black_is_1: false,
            byte_align: false,
            end_of_line: false,
            end_of_block: true,
        };
        let mut encoder = Group4Encoder::new(70).expect("narrow");
        encoder.push(&[3, 9]);
        let stream = encoder.finish().expect("equal");
        assert!(decode(&stream.data, &filter(1), |_| ()).is_some());
        assert!(decode(&stream.data, &filter(2), |_| ()).is_none());
        assert!(Group4Encoder::new(40_000).is_none());
    }
}
