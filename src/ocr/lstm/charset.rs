//! The characters that a model knows, and the codes that its network puts out for them.
//!
//! Sources: Tesseract, `ccutil/unicharset.cpp` (text: a count, then one line for each character: its text, its properties in
//! hexadecimal, more) and `ccutil/unicharcompress.cpp` (for each character a flag, a length and as many codes).

use super::bytes::Bytes;
use super::codes::{CodeTree, ROOT};
use super::error::ModelError;

/// Most characters of a model.
const MOST_CHARACTERS: usize = 65_000;
/// Property bit of digits.
const DIGIT: u32 = 8;
/// Scripts whose words no spaces part.
const UNSPACED: [&str; 5] = ["Han", "Hiragana", "Katakana", "Thai", "Hangul"];
/// Scripts that make a language one whose words no spaces part.
const UNSPACED_LANGUAGE: [&str; 3] = ["Han", "Katakana", "Thai"];

/// Number of a character; 0 is the space.
pub type CharacterId = u16;
/// The space.
pub const SPACE: CharacterId = 0;

/// Characters and their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charset {
    characters: Vec<Character>,
    tree: CodeTree,
    /// Code that stands for nothing.
    null: usize,
    spaced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Character {
    text: String,
    digit: bool,
    spaced: bool,
}

impl Charset {
    /// Reads both parts; `null` is the code that stands for nothing.
    ///
    /// # Errors
    /// One of them is damaged.
    pub fn read(bytes: &Bytes<'_>, codes: &mut Bytes<'_>, null: usize) -> Result<Self, ModelError> {
        let text = std::str::from_utf8(bytes.rest()).map_err(|_| bytes.damaged("is not UTF-8"))?;
        let mut lines = text.lines();
        let count = lines.next().and_then(|count| count.trim().parse().ok());
        let count: usize = count
            .filter(|count| (1..=MOST_CHARACTERS).contains(count))
            .ok_or_else(|| bytes.damaged("does not begin with the number of characters"))?;
        let mut characters: Vec<Character> = Vec::with_capacity(count);
        let mut spaced = true;
        for line in lines.take(count) {
            let mut fields = line.split(' ');
            let (text, properties) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let properties = u32::from_str_radix(properties, 16).map_err(|_| {
                bytes.damaged(format!("the properties of character {} are no number", characters.len()))
            })?;
            // Measures of the glyph stand before the script in some files.
            let script = fields.find(|field| !field.contains(',')).unwrap_or_default();
            spaced &= !UNSPACED_LANGUAGE.contains(&script);
            characters.push(Character {
                text: if text == "NULL" { " ".to_owned() } else { text.to_owned() },
                digit: properties & DIGIT != 0,
                spaced: !UNSPACED.contains(&script),
            });
        }
        if characters.len() != count {
            return Err(bytes.damaged(format!("{} of {count} characters are there", characters.len())));
        }
        let mut tree = CodeTree::read(codes, count)?;
        if null >= tree.codes() {
            return Err(codes.damaged("the code for nothing is out of range"));
        }
        // In most models it is that of a character which is never written.
        tree.add_if_free(null);
        Ok(Self { characters, tree, null, spaced })
    }

    /// Returns how many codes the network puts out.
    pub const fn codes(&self) -> usize {
        self.tree.codes()
    }

    /// Returns the codes of the characters.
    pub const fn tree(&self) -> &CodeTree {
        &self.tree
    }

    /// Returns the code that stands for nothing.
    pub const fn null(&self) -> usize {
        self.null
    }

    /// Says whether spaces part the words of the language.
    pub const fn is_spaced(&self) -> bool {
        self.spaced
    }

    /// Returns the number of characters.
    pub const fn len(&self) -> usize {
        self.characters.len()
    }

    /// Returns the characters that make a text, one for each letter; `None` where one is missing.
    pub fn characters_of(&self, text: &str) -> Option<Vec<CharacterId>> {
        let number = |letter: char| {
            let place = self.characters.iter().position(|character| {
                let mut letters = character.text.chars();
                letters.next() == Some(letter) && letters.next().is_none()
            });
            place.and_then(|place| CharacterId::try_from(place).ok())
        };
        text.chars().map(number).collect()
    }

    /// Returns the text of a character.
    pub fn text(&self, character: CharacterId) -> &str {
        self.characters.get(usize::from(character)).map_or("", |character| &character.text)
    }

    /// Returns the text that a row of codes stands for; `None` where it stands for none.
    pub fn text_of_codes(&self, codes: &[u16]) -> Option<String> {
        let (mut text, mut prefix) = (String::new(), ROOT);
        for code in codes {
            let code = usize::from(*code);
            if let Some(last) = self.tree.last(prefix, code) {
                text.push_str(self.text(last.target));
                prefix = ROOT;
            } else {
                prefix = self.tree.next(prefix, code)?.target;
            }
        }
        (prefix == ROOT).then_some(text)
    }

    /// Says whether a character is a digit.
    pub fn is_digit(&self, character: CharacterId) -> bool {
        self.characters.get(usize::from(character)).is_some_and(|character| character.digit)
    }

    /// Says whether a character belongs to a script whose words are parted by spaces.
    pub fn is_spaced_character(&self, character: CharacterId) -> bool {
        self.characters.get(usize::from(character)).is_none_or(|character| character.spaced)
    }
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
        assert_eq!((charset.codes(), charset.null(), charset.tree().order()), (4, 1, vec![2, 0, 3, 1]));
        assert_eq!(charset.text_of_codes(&[0, 2, 3]).as_deref(), Some("a 7"));
        assert!(charset.is_spaced() && charset.is_spaced_character(1));
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
        assert!(matches!(read("1\nNULL 0\n", &[(2, 0)], 0), Err(ModelError::Damaged { .. })), "cut short");
    }

    #[test]
    fn scripts_are_told_apart() {
        let text = "3\nNULL 0 Common 0\n字 1 0,255,0,255 Han 1 0 1 字\nא 1 Hebrew 2\n";
        let charset = read(text, &[(1, 0), (1, 1), (1, 2)], 2).expect("a character set");
        assert!(!charset.is_spaced());
        assert_eq!([0, 1, 2].map(|character| charset.is_spaced_character(character)), [true, false, true]);
    }
}
