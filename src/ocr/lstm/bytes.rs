//! Reading little-endian numbers from a model file, with every length checked.

use super::error::ModelError;

/// A place in one part of a model file.
#[derive(Debug, Clone)]
pub struct Bytes<'data> {
    rest: &'data [u8],
    part: &'static str,
}

impl<'data> Bytes<'data> {
    /// Starts at the beginning of `data`; errors call it `part`.
    pub const fn new(data: &'data [u8], part: &'static str) -> Self {
        Self { rest: data, part }
    }

    /// Says whether nothing is left.
    pub const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns what is left.
    pub const fn rest(&self) -> &'data [u8] {
        self.rest
    }

    /// Makes an error about this part.
    pub fn damaged(&self, what: impl Into<String>) -> ModelError {
        ModelError::Damaged { part: self.part, what: what.into() }
    }

    /// Takes `count` bytes.
    ///
    /// # Errors
    /// Fewer are left. So it is with all that follow.
    pub fn take(&mut self, count: usize) -> Result<&'data [u8], ModelError> {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.damaged(format!("ends {} bytes too early", count - self.rest.len()))),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.damaged("ends too early"))
    }

    /// Takes one byte.
    pub fn byte(&mut self) -> Result<u8, ModelError> {
        self.array().map(u8::from_le_bytes)
    }

    /// Takes a signed number of 2 bytes.
    pub fn i16(&mut self) -> Result<i16, ModelError> {
        self.array().map(i16::from_le_bytes)
    }

    /// Takes a signed number of 4 bytes.
    pub fn i32(&mut self) -> Result<i32, ModelError> {
        self.array().map(i32::from_le_bytes)
    }

    /// Takes a floating-point number of 4 bytes.
    pub fn f32(&mut self) -> Result<f32, ModelError> {
        self.array().map(f32::from_le_bytes)
    }

    /// Takes a finite floating-point number of 8 bytes.
    pub fn f64(&mut self) -> Result<f64, ModelError> {
        let value = self.array().map(f64::from_le_bytes)?;
        if value.is_finite() { Ok(value) } else { Err(self.damaged("a weight is not a number")) }
    }

    /// Takes a number of 4 bytes that must lie in `0..=most`.
    pub fn count(&mut self, most: usize, what: &str) -> Result<usize, ModelError> {
        let count = self.i32()?;
        match usize::try_from(count) {
            Ok(count) if count <= most => Ok(count),
            _ => Err(self.damaged(format!("{count} {what} are not between 0 and {most}"))),
        }
    }

    /// Takes `count` numbers of `N` bytes each.
    pub fn numbers<const N: usize>(&mut self, count: usize) -> Result<&'data [[u8; N]], ModelError> {
        let length = count.checked_mul(N).ok_or_else(|| self.damaged("a length overflows"))?;
        Ok(self.take(length)?.as_chunks::<N>().0)
    }

    /// Takes a text with its length before it.
    pub fn text(&mut self, most: usize) -> Result<&'data str, ModelError> {
        let length = self.count(most, "letters of a name")?;
        let taken = self.take(length)?;
        std::str::from_utf8(taken).map_err(|_| self.damaged("a name is not UTF-8"))
    }
}
