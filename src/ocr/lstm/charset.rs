//! The characters that a model knows, and the codes that its network puts out for them.
//!
//! Sources: Tesseract, `ccutil/unicharset.cpp` (text: a count, then one line for each character: its text, its properties in
//! hexadecimal, more) and `ccutil/unicharcompress.cpp` (for each character a flag, a length and as many codes).

use super::bytes::Bytes;
use super::error::ModelError;

/// Most characters of a model.
const MOST_CHARACTERS: usize = 65_000;
/// Most codes of one character.
const LONGEST_CODE: usize = 9;
/// Letters of Hebrew, Arabic and their neighbours.
const RIGHT_TO_LEFT: std::ops::RangeInclusive<char> = '\u{590}'..='\u{8ff}';
/// Property bit of digits.
const DIGIT: u32 = 8;

/// Number of a character; 0 is the space.
pub type CharacterId = u16;
/// The space.
pub const SPACE: CharacterId = 0;

/// Characters and their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charset {
    texts: Vec<String>,
    digits: Vec<bool>,
    /// The character of each code; the one that stands for nothing has none.
    of_code: Vec<Option<CharacterId>>,
    /// Code that stands for nothing.
    null: usize,
    /// Codes in the order of their characters, the null code behind the space's: the order in which they are tried.
    order: Vec<usize>,
}

impl Charset {
    /// Reads both parts; `null` is the code that stands for nothing.
    ///
    /// # Errors
    /// One of them is damaged, or characters have codes of several numbers.
    pub fn read(characters: &Bytes<'_>, codes: &mut Bytes<'_>, null: usize) -> Result<Self, ModelError> {
        let text = std::str::from_utf8(characters.rest()).map_err(|_| characters.damaged("is not UTF-8"))?;
        let mut lines = text.lines();
        let count = lines.next().and_then(|count| count.trim().parse().ok());
        let count: usize = count
            .filter(|count| (1..=MOST_CHARACTERS).contains(count))
            .ok_or_else(|| characters.damaged("does not begin with the number of characters"))?;
        let (mut texts, mut digits) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for line in lines.take(count) {
            let mut fields = line.split(' ');
            let (text, properties) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let properties = u32::from_str_radix(properties, 16).map_err(|_| {
                characters.damaged(format!("the properties of character {} are no number", texts.len()))
            })?;
            texts.push(if text == "NULL" { " ".to_owned() } else { text.to_owned() });
            digits.push(properties & DIGIT != 0);
        }
        if texts.len() != count {
            return Err(characters.damaged(format!("{} of {count} characters are there", texts.len())));
        }
        if texts.iter().flat_map(|text| text.chars()).any(|letter| RIGHT_TO_LEFT.contains(&letter)) {
            return Err(ModelError::Unsupported("writing from right to left".to_owned()));
        }
        let code_of = read_codes(codes, count)?;
        Self::with_codes(texts, digits, &code_of, null).map_err(|what| codes.damaged(what))
    }

    fn with_codes(texts: Vec<String>, digits: Vec<bool>, code_of: &[usize], null: usize) -> Result<Self, &'static str> {
        let range = code_of.iter().max().map_or(0, |most| most + 1);
        if null >= range {
            return Err("the code for nothing is out of range");
        }
        let mut of_code: Vec<Option<CharacterId>> = vec![None; range];
        for (character, code) in code_of.iter().enumerate() {
            of_code[*code] = CharacterId::try_from(character).ok();
        }
        of_code[null] = None;
        let mut order = Vec::with_capacity(range);
        for (character, code) in code_of.iter().enumerate() {
            if of_code[*code].map(usize::from) == Some(character) {
                order.push(*code);
            }
            if character == usize::from(SPACE) {
                order.push(null);
            }
        }
        Ok(Self { texts, digits, of_code, null, order })
    }

    /// Returns how many codes the network puts out.
    pub fn codes(&self) -> usize {
        self.of_code.len()
    }

    /// Returns how many characters there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Returns the code that stands for nothing.
    pub const fn null(&self) -> usize {
        self.null
    }

    /// Returns the codes in the order in which they are tried.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Returns the character of a code.
    pub fn of_code(&self, code: usize) -> Option<CharacterId> {
        self.of_code.get(code).copied().flatten()
    }

    /// Returns the text of a character.
    pub fn text(&self, character: CharacterId) -> &str {
        self.texts.get(usize::from(character)).map_or("", String::as_str)
    }

    /// Returns the text that a row of codes stands for; `None` where it stands for none.
    pub fn text_of_codes(&self, codes: &[u16]) -> Option<String> {
        codes.iter().map(|code| self.of_code(usize::from(*code)).map(|character| self.text(character))).collect()
    }

    /// Says whether a character is a digit.
    pub fn is_digit(&self, character: CharacterId) -> bool {
        self.digits.get(usize::from(character)).copied().unwrap_or(false)
    }
}

/// Reads the code of every character.
fn read_codes(bytes: &mut Bytes<'_>, characters: usize) -> Result<Vec<usize>, ModelError> {
    let count = bytes.count(MOST_CHARACTERS, "characters with codes")?;
    if count != characters {
        return Err(bytes.damaged(format!("{count} characters have codes, but there are {characters}")));
    }
    let mut codes = Vec::with_capacity(count);
    for _ in 0..count {
        let _self_normalised = bytes.byte()?;
        let length = bytes.count(LONGEST_CODE, "codes of a character")?;
        if length != 1 {
            return Err(ModelError::Unsupported(
                "characters that are made of several codes (Chinese, Japanese, Korean and some others)".to_owned(),
            ));
        }
        codes.push(bytes.count(MOST_CHARACTERS, "as a code")?);
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, codes: &[(i32, i32)], null: usize) -> Result<Charset, ModelError> {
        let mut bytes = (codes.len() as i32).to_le_bytes().to_vec();
        for (length, code) in codes {
            bytes.push(1);
            bytes.extend(length.to_le_bytes());
            bytes.extend(code.to_le_bytes());
        }
        Charset::read(&Bytes::new(text.as_bytes(), "characters"), &mut Bytes::new(&bytes, "codes"), null)
    }

    #[test]
    fn characters_and_codes_belong_together() {
        let charset = read("3\nNULL 0 x\na 3 x\n7 8 x\n", &[(1, 2), (1, 0), (1, 3)], 1).expect("a character set");
        assert_eq!((charset.codes(), charset.null(), charset.order()), (4, 1, &[2, 1, 0, 3][..]));
        assert_eq!((charset.of_code(2), charset.of_code(1), charset.of_code(0)), (Some(SPACE), None, Some(1)));
        assert_eq!((charset.text(0), charset.text(1), charset.is_digit(2)), (" ", "a", true));
    }

    #[test]
    fn damage_is_named() {
        for (text, codes, null) in [
            ("x", &[(1, 0)][..], 0),
            ("2\nNULL 0\n", &[(1, 0), (1, 1)], 0),
            ("1\nNULL zz\n", &[(1, 0)], 0),
            ("1\nNULL 0\n", &[(1, 0), (1, 1)], 0),
            ("1\nNULL 0\n", &[(1, 0)], 5),
            ("1\nNULL 0\n", &[(1, -4)], 0),
        ] {
            assert!(matches!(read(text, codes, null), Err(ModelError::Damaged { .. })), "{text:?} {codes:?}");
        }
        assert!(matches!(read("1\nNULL 0\n", &[(2, 0)], 0), Err(ModelError::Unsupported(_))));
    }
}
