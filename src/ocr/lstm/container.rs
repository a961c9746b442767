//! The outermost form of a `.traineddata` file: a table of contents and the parts.
//!
//! A count (4 bytes), then as many offsets (8 bytes, -1 where a part is absent), then the parts in the order of the table,
//! each up to the next one. Source: Tesseract, `ccutil/tessdatamanager.h`.

use super::bytes::Bytes;
use super::error::ModelError;

/// Most bytes of a file; the largest published model has 90 MB.
const MOST_BYTES: usize = 256 << 20;
/// Most entries of the table; version 5 writes 24.
const MOST_ENTRIES: usize = 64;

/// A part of a model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The network.
    Network = 17,
    /// Punctuation patterns.
    Punctuation = 18,
    /// Words.
    Words = 19,
    /// Number patterns.
    Numbers = 20,
    /// Characters.
    Characters = 21,
    /// Codes of the characters.
    Codes = 22,
}

/// The parts of a model file.
#[derive(Debug)]
pub struct Container<'data> {
    parts: Vec<Option<&'data [u8]>>,
}

impl<'data> Container<'data> {
    /// Splits a file.
    ///
    /// # Errors
    /// The table is cut short, or its offsets do not grow or leave the file.
    pub fn parse(data: &'data [u8]) -> Result<Self, ModelError> {
        let mut bytes = Bytes::new(data, "table of contents");
        if data.len() > MOST_BYTES {
            return Err(bytes.damaged(format!("the file has {} bytes, more than any model", data.len())));
        }
        let entries = bytes.count(MOST_ENTRIES, "entries")?;
        let mut offsets = Vec::with_capacity(entries);
        let mut last = 4 + 8 * entries;
        for offset in bytes.numbers::<8>(entries)? {
            let offset = match i64::from_le_bytes(*offset) {
                -1 => None,
                offset => match usize::try_from(offset) {
                    Ok(offset) if offset >= last && offset <= data.len() => Some(offset),
                    _ => return Err(bytes.damaged(format!("the offset {offset} is out of order or outside"))),
                },
            };
            last = offset.unwrap_or(last);
            offsets.push(offset);
        }
        let mut end = data.len();
        let mut parts = vec![None; entries];
        for (part, offset) in parts.iter_mut().zip(&offsets).rev() {
            if let Some(offset) = *offset {
                *part = Some(&data[offset..end]);
                end = offset;
            }
        }
        Ok(Self { parts })
    }

    /// Returns a part, where the file has it.
    pub fn get(&self, part: Part) -> Option<&'data [u8]> {
        self.parts.get(part as usize).copied().flatten()
    }

    /// Returns a part.
    ///
    /// # Errors
    /// The file lacks it.
    pub fn need(&self, part: Part, name: &'static str) -> Result<Bytes<'data>, ModelError> {
        let missing = || ModelError::Damaged { part: name, what: "is missing".to_owned() };
        self.get(part).map(|data| Bytes::new(data, name)).ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(offsets: &[i64], length: usize) -> Vec<u8> {
        let mut bytes = (offsets.len() as i32).to_le_bytes().to_vec();
        offsets.iter().for_each(|offset| bytes.extend(offset.to_le_bytes()));
        bytes.resize(length, 7);
        bytes
    }

    #[test]
    fn parts_reach_to_the_next_one() {
        let mut offsets = [-1i64; 24];
        (offsets[17], offsets[19], offsets[22]) = (196, 200, 200);
        let data = file(&offsets, 210);
        let container = Container::parse(&data).expect("a container");
        assert_eq!(container.get(Part::Network).map(<[u8]>::len), Some(4));
        assert_eq!(container.get(Part::Words).map(<[u8]>::len), Some(0));
        assert_eq!(container.get(Part::Codes).map(<[u8]>::len), Some(10));
        assert!(container.get(Part::Numbers).is_none() && container.need(Part::Numbers, "numbers").is_err());
    }

    #[test]
    fn offsets_out_of_order_or_outside_are_refused() {
        for offsets in [[196i64, 100], [10, 200], [20, 5000], [-7, 20]] {
            assert!(Container::parse(&file(&offsets, 300)).is_err(), "{offsets:?}");
        }
        assert!(Container::parse(&[]).is_err() && Container::parse(&[0xff; 4]).is_err());
    }
}
