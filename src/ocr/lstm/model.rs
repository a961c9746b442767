//! A whole model: the network, its characters and its dictionaries, read from a `.traineddata` file and checked.

use super::bytes::Bytes;
use super::charset::{CharacterId, Charset};
use super::container::{Container, Part};
use super::dictionary::{Dictionary, Kind};
use super::error::ModelError;
use super::layers::{Activation, Layer, Values, Weights};

/// Rows of the picture that a network may take.
const HEIGHTS: std::ops::RangeInclusive<usize> = 8..=128;
/// Most letters of the network's description.
const LONGEST_DESCRIPTION: usize = 4096;
/// Most memories one after the other.
const MOST_MEMORIES: usize = 16;

/// A model of one language or script.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// Its characters.
    pub charset: Charset,
    /// Its dictionaries; the one of punctuation comes first. Empty where the file has none.
    pub dictionaries: Vec<Dictionary>,
}

/// A network of the only shape that Tesseract's published models have: a convolution, the largest of each field, a memory
/// down the columns, memories along the line, and probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Rows of the picture.
    pub height: usize,
    /// Pixels to the left and right, up and down, that the convolution sees.
    pub reach: (usize, usize),
    /// Weights of the convolution, whose inputs run down each column, the columns from left to right.
    pub convolution: Weights,
    /// Columns and rows of a field.
    pub field: (usize, usize),
    /// The memory down the columns.
    pub down: Memory,
    /// The memories along the line.
    pub along: Vec<Memory>,
    /// Weights of the outputs.
    pub outputs: Weights,
    /// Seeds the values that stand for pixels outside of the picture.
    pub seed: i32,
}

/// A long short-term memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Whether it runs from the end to the beginning.
    pub reversed: bool,
    /// Values that come in.
    pub inputs: usize,
    /// Weights of cell input, input gate, forget gate and output gate.
    pub gates: Box<[Weights; 4]>,
}

impl Model {
    /// Reads a model from the bytes of its file.
    ///
    /// # Errors
    /// The file is damaged (the error says where), or of a kind that only libtesseract reads.
    pub fn parse(data: &[u8]) -> Result<Self, ModelError> {
        let container = Container::parse(data)?;
        let mut bytes = container.need(Part::Network, "network")?;
        let layers = Layer::read(&mut bytes)?;
        bytes.text(LONGEST_DESCRIPTION)?;
        let (_flags, _iteration, seed) = (bytes.i32()?, bytes.i32()?, bytes.i32()?);
        let null = bytes.count(super::layers::MOST_WIDTH, "as the code for nothing")?;
        let _training = [bytes.f32()?, bytes.f32()?, bytes.f32()?];
        if !bytes.is_at_end() {
            return Err(bytes.damaged(format!("{} bytes too many", bytes.rest().len())));
        }
        let network = Network::of(layers, seed, &bytes)?;
        let characters = container.need(Part::Characters, "characters")?;
        let mut codes = container.need(Part::Codes, "codes")?;
        let charset = Charset::read(&characters, &mut codes, null)?;
        if charset.codes() != network.outputs.outputs {
            let (codes, outputs) = (charset.codes(), network.outputs.outputs);
            return Err(bytes.damaged(format!("has {outputs} outputs for {codes} codes")));
        }
        let mut dictionaries = Vec::new();
        for (part, name, kind) in [
            (Part::Punctuation, "punctuation", Kind::Punctuation),
            (Part::Words, "words", Kind::Words),
            (Part::Numbers, "numbers", Kind::Numbers),
        ] {
            match container.get(part) {
                Some(data) => dictionaries.push(Dictionary::read(&mut Bytes::new(data, name), kind)?),
                // The search goes from punctuation to words; without it there is nothing to search.
                None if kind == Kind::Punctuation => break,
                None => {}
            }
        }
        Ok(Self { network, charset, dictionaries })
    }
}

impl Model {
    /// Adds words of a site, and patterns in which `\d` stands for a digit; returns how many the model can write. They go with
    /// the model's patterns of punctuation, so a model without dictionaries takes none.
    pub fn add_words(&mut self, words: &[String], patterns: &[String]) -> usize {
        if self.dictionaries.is_empty() {
            return 0;
        }
        let charset = &self.charset;
        let words: Vec<_> = words.iter().filter_map(|word| charset.characters_of(word)).collect();
        // In a graph of numbers the character 0 stands for every digit.
        let digits = |text: &str| {
            let found = charset.characters_of(text)?;
            Some(found.into_iter().map(|letter| if charset.is_digit(letter) { 0 } else { letter }).collect::<Vec<_>>())
        };
        let pattern = |pattern: &String| {
            let parts: Option<Vec<Vec<CharacterId>>> = pattern.split("\\d").map(digits).collect();
            parts.map(|parts| parts.join(&0))
        };
        let patterns: Vec<_> = patterns.iter().filter_map(pattern).collect();
        let length = charset.len();
        self.dictionaries.extend(Dictionary::of_words(&words, length, Kind::Words));
        self.dictionaries.extend(Dictionary::of_words(&patterns, length, Kind::Numbers));
        words.len() + patterns.len()
    }
}

impl Network {
    /// Takes the layers apart.
    fn of(layers: Layer, seed: i32, bytes: &Bytes<'_>) -> Result<Self, ModelError> {
        let mut flat = Vec::new();
        flatten(layers, false, false, &mut flat)?;
        let mut flat = flat.into_iter();
        let mut next = || flat.next().ok_or_else(|| bytes.damaged("layers are missing"));
        let other =
            |expected: &str| ModelError::Unsupported(format!("a network without {expected} at its usual place"));
        let Step { layer: Layer::Input { height, depth }, .. } = next()? else { return Err(other("input")) };
        if depth != 1 || !HEIGHTS.contains(&height) {
            return Err(ModelError::Unsupported(format!("pictures of {height} rows and {depth} values per pixel")));
        }
        let Step { layer: Layer::Neighbourhood { half_width, half_height }, .. } = next()? else {
            return Err(other("convolution"));
        };
        let Step { layer: Layer::Full { activation: Activation::Tanh, weights: convolution }, .. } = next()? else {
            return Err(other("convolution"));
        };
        let Step { layer: Layer::LargestOf { width, height: rows }, .. } = next()? else { return Err(other("fields")) };
        let Step { layer: Layer::Lstm { summary: true, inputs, gates }, transposed: true, reversed } = next()? else {
            return Err(other("a memory down the columns"));
        };
        let down = Memory { reversed, inputs, gates };
        let (mut along, mut outputs) = (Vec::new(), None);
        while outputs.is_none() {
            match next()? {
                Step { layer: Layer::Lstm { summary: false, inputs, gates }, transposed: false, reversed } => {
                    along.push(Memory { reversed, inputs, gates });
                }
                Step { layer: Layer::Full { activation: Activation::Softmax, weights }, reversed: false, .. } => {
                    outputs = Some(weights);
                }
                _ => return Err(other("memories along the line")),
            }
        }
        let outputs = outputs.filter(|_| flat.next().is_none()).ok_or_else(|| other("probabilities"))?;
        let reach = (half_width, half_height);
        let network = Self { height, reach, convolution, field: (width, rows), down, along, outputs, seed };
        network.check(bytes)?;
        Ok(network)
    }

    /// Checks that every layer takes what the one before gives, and that all weights are of one kind.
    fn check(&self, bytes: &Bytes<'_>) -> Result<(), ModelError> {
        let patch = (2 * self.reach.0 + 1) * (2 * self.reach.1 + 1);
        let mut width = self.convolution.outputs;
        let mut fits = self.convolution.inputs == patch && self.field.1 <= self.height;
        for memory in std::iter::once(&self.down).chain(&self.along) {
            fits &= memory.inputs == width;
            width = memory.gates[0].outputs;
        }
        fits &= self.outputs.inputs == width && self.along.len() <= MOST_MEMORIES && width > 0;
        if !fits || self.convolution.outputs == 0 {
            return Err(bytes.damaged("the sizes of its layers do not match"));
        }
        let integers: Vec<bool> =
            self.matrices().map(|weights| matches!(weights.values, Values::Integer(..))).collect();
        if integers.iter().any(|integer| *integer != self.is_integer()) {
            return Err(ModelError::Unsupported("weights of both kinds in one network".to_owned()));
        }
        Ok(())
    }

    /// Says whether the weights are bytes (fast models) rather than floating-point numbers (best models).
    pub const fn is_integer(&self) -> bool {
        matches!(self.convolution.values, Values::Integer(..))
    }

    fn matrices(&self) -> impl Iterator<Item = &Weights> {
        let memories = std::iter::once(&self.down).chain(&self.along).flat_map(|memory| memory.gates.iter());
        [&self.convolution, &self.outputs].into_iter().chain(memories)
    }
}

/// A layer with the directions that stood around it.
struct Step {
    layer: Layer,
    transposed: bool,
    reversed: bool,
}

fn flatten(layer: Layer, transposed: bool, reversed: bool, into: &mut Vec<Step>) -> Result<(), ModelError> {
    match layer {
        Layer::Series(layers) if !transposed && !reversed || layers.len() == 1 => {
            layers.into_iter().try_for_each(|layer| flatten(layer, transposed, reversed, into))
        }
        Layer::Series(_) => Err(ModelError::Unsupported("several layers in one direction".to_owned())),
        Layer::Reversed(layer) => flatten(*layer, transposed, !reversed, into),
        Layer::Transposed(layer) => flatten(*layer, !transposed, reversed, into),
        layer => {
            into.push(Step { layer, transposed, reversed });
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::model;
    use super::*;

    #[test]
    fn words_of_a_site_become_dictionaries_where_the_model_can_write_them() {
        let mut parsed = Model::parse(&model(true)).expect("a model");
        let before = parsed.dictionaries.len();
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(parsed.add_words(&owned(&["cab", "xyz"]), &owned(&["a\\d1", "z\\d"])), 2);
        assert_eq!(parsed.dictionaries.len(), before + 2);
        let [.., words, numbers] = parsed.dictionaries.as_slice() else { panic!("two more") };
        let ends = |dictionary: &Dictionary, letters: &[CharacterId]| {
            let last = letters.iter().try_fold(None, |edge, letter| dictionary.follow(edge, *letter).map(Some));
            last.flatten().is_some_and(|edge| dictionary.ends_word(edge))
        };
        assert!(ends(words, &[3, 1, 2]) && ends(numbers, &[1, 0, 0]) && !ends(numbers, &[1, 0]));
        parsed.dictionaries.clear();
        assert_eq!(parsed.add_words(&owned(&["cab"]), &[]), 0);
    }
}
