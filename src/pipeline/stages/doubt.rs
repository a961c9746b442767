//! Marks doubtful words in which a mistake may harm a patient.

use crate::chart::{Block, Confidence, ReadingDoubt};
use crate::ocr::risk::Risks;

/// Says for every doubtful word what a mistake would change. A word of little confidence is doubtful, even where the recogniser
/// names nothing else that it may say.
pub fn mark(blocks: &mut [Block], doubtful_below: Confidence) {
    let words = blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for word in words {
        if word.doubt.is_none() && word.confidence.value() < doubtful_below.value() {
            let probability = word.confidence.value();
            word.doubt = Some(Box::new(ReadingDoubt { probability, others: Vec::new(), risk: None }));
        }
        let risk = Risks::embedded().of(word);
        if let Some(doubt) = &mut word.doubt {
            doubt.risk = risk;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Line, ReadingRisk, Rect, Word};

    #[test]
    fn unsure_words_are_doubtful_and_dangerous_ones_are_marked() {
        let rect = Rect::new(0, 0, 9, 9);
        let word = |text: &str, confidence| Word::new(text.to_owned(), rect, Confidence::clamped(confidence));
        let words = vec![word("3.5", 0.5), word("3.5", 0.99), word("with", 0.5)];
        let mut blocks = vec![Block { rect, lines: vec![Line { rect, words }] }];
        mark(&mut blocks, Confidence::clamped(0.8));
        let doubts: Vec<_> = blocks[0].lines[0].words.iter().map(|word| word.doubt.as_deref()).collect();
        assert_eq!(doubts[0].map(|doubt| doubt.risk), Some(Some(ReadingRisk::Number)));
        assert_eq!(doubts[1], None);
        assert_eq!(doubts[2].map(|doubt| doubt.risk), Some(None));
    }
}
