//! Hands ready-made tokens to the search library: encoded as one text, split again by a tokenizer of our own.
//!
//! (The library's own pre-tokenized text goes through JSON, which takes longer than all the indexing.)

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Name of the tokenizer in the index.
pub(super) const NAME: &str = "muniment-tokens";

/// Stands before a token at the position of the one before it.
const SAME: char = '=';
/// Stands before a token at the next position.
const NEXT: char = '+';
/// Ends a token.
const END: char = '\n';

/// Encodes tokens by rising position, each at the position of the one before or the next. Tokens with a line end in them,
/// which no word has, are left out.
pub(super) fn encode<'a>(tokens: impl Iterator<Item = (&'a str, u32)>) -> String {
    let mut encoded = String::new();
    let mut last = 0;
    for (text, position) in tokens {
        // A position whose only token was left out is kept by an empty token.
        while last < position {
            last += 1;
            encoded.push(NEXT);
            if last < position {
                encoded.push(END);
            }
        }
        if !encoded.ends_with(NEXT) {
            encoded.push(SAME);
        }
        if !text.contains(END) {
            encoded.push_str(text);
        }
        encoded.push(END);
    }
    encoded
}

/// Splits what [`encode`] made.
#[derive(Clone, Default)]
pub(super) struct Decoder {
    token: Token,
}

/// The tokens of one text.
pub(super) struct Decoded<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for Decoder {
    type TokenStream<'a> = Decoded<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Decoded<'a> {
        self.token.reset();
        self.token.position = 0;
        Decoded { rest: text, token: &mut self.token }
    }
}

impl TokenStream for Decoded<'_> {
    fn advance(&mut self) -> bool {
        while let Some((piece, rest)) = self.rest.split_once(END) {
            self.rest = rest;
            self.token.position += usize::from(piece.starts_with(NEXT));
            let text = piece.get(1..).unwrap_or_default();
            if !text.is_empty() {
                self.token.text.clear();
                self.token.text.push_str(text);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_at_their_positions() {
        let tokens = [("120/80", 0), ("120", 0), ("80", 1), ("+x", 2), ("a\nb", 3), ("=", 5), ("é", 5)];
        let encoded = encode(tokens.into_iter());
        let mut decoder = Decoder::default();
        for _ in 0..2 {
            let mut stream = decoder.token_stream(&encoded);
            let mut found = Vec::new();
            while stream.advance() {
                found.push((stream.token().text.clone(), stream.token().position as u32));
            }
            let expected = tokens.iter().filter(|(text, _)| !text.contains('\n'));
            assert_eq!(found, expected.map(|(text, at)| ((*text).to_owned(), *at)).collect::<Vec<_>>());
        }
    }
}
