//! A model ready to read lines.

use super::charset::Charset;
use super::decode::{Decoder, LineWord};
use super::dictionary::Dictionary;
use super::forward::{Probabilities, Runner};
use super::input::Picture;
use super::kernels::Instructions;
use super::model::Model;

/// Mean of the winning probabilities below which a line is also read with light and dark exchanged.
const DOUBTFUL: f32 = 0.7;
/// Widest line that is read, in columns; what is wider is no line of writing.
const WIDEST: usize = 20_000;

/// The picture of a line in gray, [`Reader::height`] rows high.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineImage {
    /// Columns.
    pub width: usize,
    /// Row by row.
    pub grays: Vec<u8>,
}

/// What a line says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LineReading {
    /// Its words, from left to right.
    pub words: Vec<LineWord>,
    /// Whether it is light writing on dark paper.
    pub inverted: bool,
}

/// Reads lines with one model.
#[derive(Debug)]
pub struct Reader {
    runner: Runner,
    charset: Charset,
    dictionaries: Vec<Dictionary>,
}

impl Reader {
    /// Makes a model ready, with the fastest instructions that the processor has.
    pub fn new(model: Model) -> Self {
        Self::with(model, Instructions::best())
    }

    /// Makes a model ready for these instructions.
    pub fn with(model: Model, instructions: Instructions) -> Self {
        let Model { network, charset, dictionaries } = model;
        Self { runner: Runner::new(&network, instructions), charset, dictionaries }
    }

    /// Returns the rows that pictures of lines must have.
    pub const fn height(&self) -> usize {
        self.runner.height()
    }

    /// Returns the columns of a picture that make one step of time, in which places of characters are given.
    pub const fn columns_of_step(&self) -> usize {
        self.runner.columns_of_step()
    }

    /// Reads lines; the result has one entry for each, in the same order.
    pub fn read(&self, lines: &[LineImage]) -> Vec<LineReading> {
        let pictures: Vec<Picture> = lines.iter().map(|line| self.picture(line, |gray| gray)).collect();
        let mut found = self.runner.run(&pictures);
        let doubtful: Vec<(usize, f32)> = found
            .iter()
            .map(|probabilities| sureness(probabilities, self.charset.null()))
            .enumerate()
            .filter(|(_, sureness)| *sureness < DOUBTFUL)
            .collect();
        let pictures: Vec<Picture> =
            doubtful.iter().map(|(line, _)| self.picture(&lines[*line], |gray| 255 - gray)).collect();
        let mut inverted = vec![false; lines.len()];
        for ((line, before), probabilities) in doubtful.into_iter().zip(self.runner.run(&pictures)) {
            if sureness(&probabilities, self.charset.null()) > before {
                found[line] = probabilities;
                inverted[line] = true;
            }
        }
        let mut decoder = Decoder::new(&self.charset, &self.dictionaries);
        found
            .iter()
            .zip(inverted)
            .map(|(probabilities, inverted)| LineReading { words: decoder.decode(probabilities), inverted })
            .collect()
    }

    fn picture(&self, line: &LineImage, gray: impl Fn(u8) -> u8) -> Picture {
        if line.width > WIDEST || line.grays.len() != line.width * self.height() {
            return Picture::default();
        }
        let grays: Vec<u8> = line.grays.iter().map(|value| gray(*value)).collect();
        Picture::of_grays(&grays, line.width)
    }
}

/// Returns the mean of the largest probabilities where they are not for nothing, in steps of 1/127 as libtesseract counts.
fn sureness(probabilities: &Probabilities, null: usize) -> f32 {
    let (mut sum, mut count) = (0u64, 0u64);
    for step in probabilities.steps() {
        let (mut best, mut most) = (0, f32::MIN);
        for (code, probability) in step.iter().enumerate() {
            if *probability > most {
                (best, most) = (code, *probability);
            }
        }
        if best != null {
            sum += ((127.0 * most) as u64).min(126);
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { (sum as f64 / count as f64 / 127.0) as f32 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::model;
    use super::super::{ModelError, text_of};
    use super::*;

    fn lines(count: usize) -> Vec<LineImage> {
        (0..count)
            .map(|line| {
                let width = 20 + 37 * line % 150;
                let gray = |place: usize| if (place / 3 + place / width * line) % 7 < 3 { 30 } else { 220 };
                LineImage { width, grays: (0..width * 36).map(gray).collect() }
            })
            .collect()
    }

    #[test]
    fn lines_read_together_are_read_like_lines_alone_with_any_instructions() {
        let lines = lines(9);
        for integers in [true, false] {
            let parsed = Model::parse(&model(integers)).expect("a model");
            let together = Reader::with(parsed.clone(), Instructions::Portable).read(&lines);
            assert!(together.iter().any(|reading| !text_of(&reading.words).is_empty()));
            for instructions in Instructions::available() {
                let reader = Reader::with(parsed.clone(), instructions);
                let alone: Vec<LineReading> =
                    lines.iter().flat_map(|line| reader.read(std::slice::from_ref(line))).collect();
                assert_eq!(alone, together, "{instructions:?}");
            }
        }
    }

    #[test]
    fn lines_of_a_wrong_size_are_read_as_empty() {
        let reader = Reader::new(Model::parse(&model(true)).expect("a model"));
        let short = LineImage { width: 2, grays: vec![9; 72] };
        let cut = LineImage { width: 40, grays: vec![9; 100] };
        let wide = LineImage { width: WIDEST + 1, grays: vec![9; (WIDEST + 1) * 36] };
        for reading in reader.read(&[short, cut, wide, LineImage::default()]) {
            assert!(reading.words.is_empty());
        }
    }

    #[test]
    fn characters_of_a_line_follow_each_other() {
        let reader = Reader::new(Model::parse(&model(true)).expect("a model"));
        for (line, reading) in lines(9).iter().zip(reader.read(&lines(9))) {
            let steps: Vec<(usize, usize)> =
                reading.words.iter().flat_map(|word| &word.characters).map(|character| character.steps).collect();
            assert!(steps.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{steps:?}");
            assert!(steps.iter().all(|(first, end)| first <= end && *end <= line.width / reader.columns_of_step()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// A damaged model is refused, or reads something; it never ends the process.
        #[test]
        fn damaged_models_are_errors(
            integers: bool,
            hits in proptest::collection::vec((0usize..6000, any::<u8>()), 0..12),
            cut in proptest::option::of(0usize..6000),
        ) {
            let mut data = model(integers);
            for (place, value) in hits {
                let length = data.len();
                data[place % length] = value;
            }
            data.truncate(cut.unwrap_or(usize::MAX));
            match Model::parse(&data) {
                Ok(model) => {
                    Reader::with(model, Instructions::Portable).read(&lines(1));
                }
                Err(ModelError::Damaged { part, what }) => prop_assert!(!part.is_empty() && !what.is_empty()),
                Err(ModelError::Unsupported(what)) => prop_assert!(!what.is_empty()),
            }
        }
    }
}
