//! CCITT Group 3 and Group 4 strips to packed bits, 0 for white, the way other bilevel strips are stored.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::chunk::Decoded;
use super::layout::{CCITT_G4, CCITT_RLE};

/// How a strip is coded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coding {
    pub(super) compression: u16,
    pub(super) t4_options: u32,
}

/// Decodes `rows` rows of `columns` pixels; what is missing is left out and said so.
///
/// Damaged lines of Group 3 are skipped up to the next end-of-line code; Group 4 ends at the first error.
pub(super) fn decode(data: &[u8], coding: Coding, columns: u32, rows: u32) -> Decoded {
    let encoding = match coding.compression {
        CCITT_G4 => EncodingMode::Group4,
        CCITT_RLE => EncodingMode::Group3_1D,
        _ if coding.t4_options & 1 == 1 => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let settings = DecodeSettings {
        columns,
        rows,
        end_of_block: coding.compression != CCITT_RLE,
        end_of_line: false,
        rows_are_byte_aligned: coding.compression == CCITT_RLE,
        encoding,
        strict: true,
    };
    let strict = run(data, settings);
    if strict.complete || encoding == EncodingMode::Group4 {
        return strict;
    }
    // A dimension flag that lies is found out by which reading gives more rows.
    let other = match encoding {
        EncodingMode::Group3_2D => EncodingMode::Group3_1D,
        _ => EncodingMode::Group3_2D,
    };
    let other = run(data, DecodeSettings { encoding: other, ..settings });
    if other.complete && coding.compression != CCITT_RLE {
        return other;
    }
    Decoded { complete: false, ..run(data, DecodeSettings { strict: false, ..settings }) }
}

fn run(data: &[u8], settings: DecodeSettings) -> Decoded {
    let row_bytes = settings.columns.div_ceil(8) as usize;
    let wanted = settings.rows as usize;
    let mut rows = Rows { bytes: Vec::with_capacity(row_bytes * wanted), row_bytes, columns: settings.columns, wanted };
    let outcome = hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings));
    let complete = outcome.is_ok() && rows.bytes.len() == row_bytes * wanted;
    Decoded { bytes: rows.bytes, complete }
}

struct Rows {
    bytes: Vec<u8>,
    row_bytes: usize,
    columns: u32,
    wanted: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        if self.bytes.len() >= self.row_bytes * self.wanted {
            return;
        }
        let start = self.bytes.len();
        self.bytes.resize(start + self.row_bytes, 0);
        let row = &mut self.bytes[start..];
        for run in changes.chunks(2) {
            let end = run.get(1).copied().unwrap_or(self.columns).min(self.columns);
            blacken(row, run[0].min(end) as usize, end as usize);
        }
    }
}

/// Sets the bits from `start` to `end` (exclusive).
fn blacken(row: &mut [u8], start: usize, end: usize) {
    if start >= end {
        return;
    }
    let (first, last) = (start / 8, (end - 1) / 8);
    let (head, tail) = (0xFF >> (start % 8), 0xFF << (7 - (end - 1) % 8));
    if first == last {
        row[first] |= head & tail as u8;
    } else {
        row[first] |= head;
        row[first + 1..last].fill(0xFF);
        row[last] |= tail as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_become_bits() {
        let mut row = [0; 3];
        blacken(&mut row, 3, 5);
        blacken(&mut row, 7, 18);
        blacken(&mut row, 23, 24);
        assert_eq!(row, [0b0001_1001, 0xFF, 0b1100_0001]);
    }
}
