//! Folding: letters of either case and with or without accents become equal.

use tantivy::tokenizer::{AsciiFoldingFilter, RawTokenizer, TextAnalyzer};

/// Folds case and accents; keeps signs of other scripts. One per thread, since the inner chain keeps a buffer.
#[derive(Clone)]
pub(super) struct Folder {
    chain: TextAnalyzer,
}

impl Folder {
    /// Makes a folder.
    pub(super) fn new() -> Self {
        Self { chain: TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build() }
    }

    /// Folds `text`: lower case, ASCII where there is an equivalent, without soft hyphens and combining marks.
    pub(super) fn fold(&mut self, text: &str) -> String {
        if text.is_ascii() {
            return text.to_ascii_lowercase();
        }
        let kept: String = text.chars().flat_map(char::to_lowercase).filter(|sign| !is_silent(*sign)).collect();
        let mut stream = self.chain.token_stream(&kept);
        // The raw tokenizer makes one token of the whole text; an empty text makes none.
        if stream.advance() { stream.token().text.to_lowercase() } else { String::new() }
    }
}

/// Says whether a sign is not seen on paper: soft hyphen, zero width, combining mark.
fn is_silent(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_typographic_signs_fold() {
        let mut folder = Folder::new();
        assert_eq!(folder.fold("HbA1c"), "hba1c");
        assert_eq!(folder.fold("Ménière’s"), "meniere's");
        assert_eq!(folder.fold("Me\u{301}nie\u{300}re"), "meniere");
        assert_eq!(folder.fold("hyper\u{ad}tension"), "hypertension");
        assert_eq!(folder.fold("ﬁbrosis"), "fibrosis");
        assert_eq!(folder.fold("Кровь"), "кровь");
        assert_eq!(folder.fold("İ"), "i");
    }
}
