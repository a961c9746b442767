//! Signed notes in the form of C2SP `signed-note`: a text, a blank line, and one line for each signature.

use std::fmt;

use base64ct::{Base64, Encoding};

use super::key::{SigningKey, is_signed};
use crate::chart::{Digest, PublicKey, Signature};

/// What a line with a signature begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";
/// The kind of signature: Ed25519.
const ED25519: u8 = 1;
/// Most bytes of a note.
const LONGEST: usize = 64 << 10;

/// A text with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

/// Why something is no signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no signed note: {0}")]
pub struct NoteError(&'static str);

impl Note {
    /// Signs a text, which must end with a line feed, under `name`.
    ///
    /// # Errors
    /// The text or the name cannot stand in a note.
    pub fn sign(text: String, name: &str, key: &SigningKey) -> Result<Self, NoteError> {
        check_text(&text)?;
        check_name(name)?;
        let signature = key.sign(text.as_bytes()).as_bytes().to_vec();
        let line = Line { name: name.to_owned(), key_id: key_id(name, &key.public()), signature };
        Ok(Self { text, signatures: vec![line] })
    }

    /// Reads a note. Nothing is said about its signatures yet.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST {
            return Err(NoteError("it is too long"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError("it is not UTF-8"))?;
        let at = whole.rfind("\n\n").ok_or(NoteError("it has no blank line before signatures"))?;
        let (text, lines) = (&whole[..=at], &whole[at + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError("its last line does not end"))?;
        let signatures = lines.split('\n').map(parse_line).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Says whether `key` signed it under `name`.
    pub fn is_signed_by(&self, name: &str, key: &PublicKey) -> bool {
        let id = key_id(name, key);
        let fits = |line: &Line| {
            let signature = <[u8; 64]>::try_from(line.signature.as_slice()).map(Signature::from_bytes);
            signature.is_ok_and(|signature| is_signed(key, self.text.as_bytes(), &signature))
        };
        self.signatures.iter().any(|line| line.name == name && line.key_id == id && fits(line))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| {
            let bytes: Vec<u8> = line.key_id.iter().chain(&line.signature).copied().collect();
            writeln!(f, "{MARK}{} {}", line.name, Base64::encode_string(&bytes))
        })
    }
}

/// Returns the key in the form that other programs take to verify notes: `NAME+ID+KEY`.
pub fn verifier_key(name: &str, key: &PublicKey) -> String {
    let id: String = key_id(name, key).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}+{id}+{}", Base64::encode_string(&typed(key)))
}

fn parse_line(line: &str) -> Result<Line, NoteError> {
    let wrong = NoteError("a line with a signature is not of its form");
    let (name, bytes) = line.strip_prefix(MARK).and_then(|line| line.split_once(' ')).ok_or(wrong)?;
    check_name(name)?;
    let bytes = Base64::decode_vec(bytes).map_err(|_| wrong)?;
    let (key_id, signature) = bytes.split_first_chunk::<4>().ok_or(wrong)?;
    Ok(Line { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let control = |character: char| character < ' ' && character != '\n';
    match text.ends_with('\n') && !text.contains(control) {
        true => Ok(()),
        false => Err(NoteError("its text does not end with a line feed, or holds a control character")),
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    match name.is_empty() || name.contains(|character: char| character.is_whitespace() || character == '+') {
        true => Err(NoteError("a signer's name is empty, or holds a space or a plus")),
        false => Ok(()),
    }
}

fn key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let digest = Digest::of(&[name.as_bytes(), b"\n", &typed(key)].concat());
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

fn typed(key: &PublicKey) -> Vec<u8> {
    [&[ED25519], key.as_bytes().as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Go implementation (golang.org/x/mod/sumdb/note), which the form comes from.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key() -> PublicKey {
        let bytes = Base64::decode_vec(KEY.rsplit('+').next().unwrap()).unwrap();
        PublicKey::from_bytes(bytes[1..].try_into().unwrap())
    }

    #[test]
    fn a_note_of_another_program_is_read_verified_and_written_alike() {
        let note = Note::parse(NOTE.as_bytes()).unwrap();
        assert!(note.is_signed_by("PeterNeumann", &key()));
        assert_eq!(note.to_string(), NOTE);
        assert_eq!(verifier_key("PeterNeumann", &key()), KEY);
        assert!(!note.is_signed_by("PeterNeuman", &key()));
    }

    #[test]
    fn any_changed_byte_spoils_a_note() {
        for at in 0..NOTE.len() {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[at] ^= 1;
            let signed = Note::parse(&bytes).is_ok_and(|note| note.is_signed_by("PeterNeumann", &key()));
            assert!(!signed, "byte {at}");
        }
    }

    #[test]
    fn what_cannot_stand_in_a_note_is_refused() {
        let key = SigningKey::from_seed(&[1; 32]);
        for (text, name) in [("no end", "name"), ("tab\t\n", "name"), ("text\n", "two words"), ("text\n", "")] {
            assert!(Note::sign(text.into(), name, &key).is_err(), "{text:?} {name:?}");
        }
        for bytes in ["", "\n\n", "text\n\n", "text\n\n- name AAAA\n", "text\n\n\u{2014} name AAA\n"] {
            assert!(Note::parse(bytes.as_bytes()).is_err(), "{bytes:?}");
        }
    }
}
