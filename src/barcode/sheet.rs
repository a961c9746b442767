//! What stands in the codes of our own sheets.
//!
//! `MUN1`, a letter for the kind (B, C, T, E), the value, two check characters. All of it is printable ASCII. The check is a
//! pure system in the manner of ISO/IEC 7064: each character counts by its place among 95, weighted by powers of 36 from
//! the right, and the sum leaves 1 modulo the prime 1289. Two characters of 36 hold every remainder. Since 36 has the order
//! 644 modulo 1289, and no two characters differ by a multiple of it, every single changed character and every two
//! transposed ones (wherever they stand) are noticed; of other texts, one in 1289 passes, if it begins with `MUN1`.

use std::fmt;

use crate::chart::SheetKind;

/// Longest value, in characters.
pub const LONGEST_VALUE: usize = 40;

/// What every code of ours begins with: name and version of the form.
const PREFIX: &str = "MUN1";
const MODULUS: u32 = 1289;
const RADIX: u32 = 36;
/// Characters in the order of their values: first those of the check.
const FIRST: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// One separator or cover sheet. The value may be a patient's number.
#[derive(Clone, PartialEq, Eq)]
pub struct Sheet {
    kind: SheetKind,
    value: String,
}

/// Why a sheet cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The value is missing.
    #[error("a sheet for a {0} needs a value: the name of the batch, the number of the patient, or the document type")]
    Missing(&'static str),
    /// A sheet that carries no value was given one.
    #[error("a sheet for the end of a document carries no value: leave it out")]
    NotNeeded,
    /// The value is too long.
    #[error("the value has {0} characters, and a code carries {LONGEST_VALUE} at most: shorten it")]
    TooLong(usize),
    /// The value holds characters that codes cannot carry everywhere.
    #[error(
        "the value may hold letters from A to Z, digits and the signs of an English keyboard, without a space at either end"
    )]
    Characters,
}

impl Sheet {
    /// Makes a sheet.
    ///
    /// # Errors
    /// The value is missing, too long, or holds other characters than printable ASCII.
    pub fn new(kind: SheetKind, value: &str) -> Result<Self, SheetError> {
        match (kind, value.is_empty()) {
            (SheetKind::End, false) => return Err(SheetError::NotNeeded),
            (SheetKind::Batch | SheetKind::Chart | SheetKind::Type, true) => {
                return Err(SheetError::Missing(kind.name()));
            }
            _ => {}
        }
        let characters = value.chars().count();
        if characters > LONGEST_VALUE {
            return Err(SheetError::TooLong(characters));
        }
        if value.trim() != value || !value.bytes().all(|byte| value_of(byte).is_some()) {
            return Err(SheetError::Characters);
        }
        Ok(Self { kind, value: value.to_owned() })
    }

    /// Returns what it announces.
    pub const fn kind(&self) -> SheetKind {
        self.kind
    }

    /// Returns the value; empty for the end of a document.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the text of its codes.
    pub fn payload(&self) -> String {
        let mut text = format!("{PREFIX}{}{}", letter(self.kind), self.value);
        // What the two check characters, the last of weight 36 and 1, have to add up to.
        let sum = weighted(&text).unwrap_or(0) * (RADIX * RADIX % MODULUS) % MODULUS;
        let check = (MODULUS + 1 - sum) % MODULUS;
        for digit in [check / RADIX, check % RADIX] {
            text.push(char::from(FIRST[digit as usize]));
        }
        text
    }

    /// Reads the text of a code; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(PREFIX)?;
        let (before, check) = body.split_at_checked(body.len().checked_sub(2)?)?;
        if !check.bytes().all(|byte| FIRST.contains(&byte)) || weighted(text)? != 1 {
            return None;
        }
        let mut characters = before.chars();
        let kind = characters.next()?;
        let kind = SheetKind::ALL.into_iter().find(|known| letter(*known) == kind)?;
        Self::new(kind, characters.as_str()).ok()
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("kind", &self.kind).finish_non_exhaustive()
    }
}

const fn letter(kind: SheetKind) -> char {
    match kind {
        SheetKind::Batch => 'B',
        SheetKind::Chart => 'C',
        SheetKind::Type => 'T',
        SheetKind::End => 'E',
    }
}

/// Sums the characters by weight, modulo [`MODULUS`]; `None` if one of them has no value.
fn weighted(text: &str) -> Option<u32> {
    text.bytes().try_fold(0, |sum, byte| Some((sum * RADIX + value_of(byte)?) % MODULUS))
}

/// Returns the place of a character among the 95 that are printable.
fn value_of(byte: u8) -> Option<u32> {
    if !(b' '..=b'~').contains(&byte) {
        return None;
    }
    Some(match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        // The others, without a hole: 16 before the digits, 7 before the capitals, 36 after them.
        b' '..=b'/' => u32::from(byte - b' ') + 36,
        b':'..=b'@' => u32::from(byte - b':') + 52,
        _ => u32::from(byte - b'[') + 59,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheets() -> impl Strategy<Value = Sheet> {
        let value = "[!-~]([ -~]{0,38}[!-~])?";
        (0..4_usize, value).prop_map(|(kind, value)| {
            let kind = SheetKind::ALL[kind];
            Sheet::new(kind, if kind == SheetKind::End { "" } else { &value }).expect("a value that may be")
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(sheet in sheets()) {
            let read = Sheet::parse(&sheet.payload()).expect("a sheet");
            prop_assert_eq!((read.kind(), read.value()), (sheet.kind(), sheet.value()));
        }

        #[test]
        fn no_single_changed_character_is_read(sheet in sheets(), at in any::<prop::sample::Index>()) {
            let payload = sheet.payload().into_bytes();
            let at = at.index(payload.len());
            for other in (0..=255_u8).filter(|byte| byte.is_ascii() && *byte != payload[at]) {
                let mut changed = payload.clone();
                changed[at] = other;
                prop_assert!(Sheet::parse(std::str::from_utf8(&changed).expect("ASCII")).is_none());
            }
        }

        #[test]
        fn no_two_transposed_characters_are_read(sheet in sheets()) {
            let payload = sheet.payload().into_bytes();
            for one in 0..payload.len() {
                for other in one + 1..payload.len() {
                    if payload[one] != payload[other] {
                        let mut changed = payload.clone();
                        changed.swap(one, other);
                        prop_assert!(Sheet::parse(std::str::from_utf8(&changed).expect("ASCII")).is_none());
                    }
                }
            }
        }

        #[test]
        fn no_lost_or_doubled_character_makes_another_value(sheet in sheets(), at in any::<prop::sample::Index>()) {
            let payload = sheet.payload();
            // The form itself: a code that was cut off, or read twice.
            prop_assert!(Sheet::parse(&payload[..at.index(5)]).is_none());
            prop_assert!(Sheet::parse(&payload.repeat(2)).is_none_or(|read| read.value() != sheet.value()));
        }
    }

    #[test]
    fn the_form_does_not_change() {
        let payload = |kind, value| Sheet::new(kind, value).expect("a sheet").payload();
        assert_eq!(payload(SheetKind::End, ""), "MUN1EXV");
        assert_eq!(payload(SheetKind::Chart, "4711"), "MUN1C4711VZ");
        assert_eq!(payload(SheetKind::Type, "discharge-summary"), "MUN1Tdischarge-summary9Q");
    }

    #[test]
    fn values_that_no_code_can_carry_are_refused() {
        let long = "x".repeat(LONGEST_VALUE + 1);
        for (kind, value) in [
            (SheetKind::Chart, ""),
            (SheetKind::End, "x"),
            (SheetKind::Batch, long.as_str()),
            (SheetKind::Chart, "ä"),
            (SheetKind::Chart, " 1"),
            (SheetKind::Chart, "1\n2"),
        ] {
            assert!(Sheet::new(kind, value).is_err(), "{value:?}");
        }
        for text in ["", "MUN1", "MUN1C", "MUN2C4711VZ", "MUN1X4711VZ", "\u{e4}\u{e4}\u{e4}", "MUN1\u{e4}\u{e4}"] {
            assert!(Sheet::parse(text).is_none(), "{text:?}");
        }
    }
}
