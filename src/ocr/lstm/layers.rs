//! The layers of a network as they stand in the file.
//!
//! Every layer has a head (type, flags, sizes, name) and what its type needs. Source: Tesseract, `lstm/network.cpp`,
//! `lstm/plumbing.cpp`, `lstm/weightmatrix.cpp`; numbers are little-endian.

use super::bytes::Bytes;
use super::error::ModelError;

/// Most inputs or outputs of a layer. Sums of as many products of bytes fit 32 bits.
pub const MOST_WIDTH: usize = 32_768;
/// Most layers inside each other, and most beside each other.
const DEEPEST: usize = 8;
const MOST_CHILDREN: usize = 64;
/// Most letters of a name or of the network's description.
const LONGEST_NAME: usize = 4096;
/// Flag of a layer group that has learning rates of its own.
const OWN_RATES: i32 = 64;
/// Modes of a weight matrix.
const INTEGER: u8 = 1;
const CURRENT_FORMAT: u8 = 128;
/// Largest scale of a row of weights: a row holds at most 127 times as much.
const LARGEST_SCALE: f64 = 1e4;

/// A layer, or several.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// The picture of a line.
    Input {
        /// Rows; the picture is scaled to them.
        height: usize,
        /// Values of a pixel.
        depth: usize,
    },
    /// One after the other.
    Series(Vec<Layer>),
    /// From the end of the line to its beginning.
    Reversed(Box<Layer>),
    /// Down the columns.
    Transposed(Box<Layer>),
    /// The neighbourhood of every pixel, `half_width` to each side.
    Neighbourhood {
        /// Pixels to the left and to the right.
        half_width: usize,
        /// Pixels up and down.
        half_height: usize,
    },
    /// The largest value of every field.
    LargestOf {
        /// Columns of a field.
        width: usize,
        /// Rows of a field.
        height: usize,
    },
    /// Every output from every input.
    Full {
        /// What is done with the sums.
        activation: Activation,
        /// One row for each output.
        weights: Weights,
    },
    /// Long short-term memory.
    Lstm {
        /// Whether only what is remembered at the end counts.
        summary: bool,
        /// Values that come from the layer before.
        inputs: usize,
        /// Weights of cell input, input gate, forget gate and output gate.
        gates: Box<[Weights; 4]>,
    },
}

/// What a full layer does with its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Hyperbolic tangent.
    Tanh,
    /// Probabilities that sum to 1.
    Softmax,
}

/// Weights of a layer: one row for each output, with the bias last.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Rows.
    pub outputs: usize,
    /// Columns without the bias.
    pub inputs: usize,
    /// The numbers, row by row.
    pub values: Values,
}

/// Numbers of a weight matrix.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Bytes, and for each row the number that multiplies them.
    Integer(Vec<i8>, Vec<f64>),
    /// Floating-point numbers.
    Float(Vec<f32>),
}

impl Layer {
    /// Reads a layer and all that are in it.
    ///
    /// # Errors
    /// The bytes are no layer, or of a kind that is not known.
    pub fn read(bytes: &mut Bytes<'_>) -> Result<Self, ModelError> {
        Self::read_inside(bytes, 0)
    }

    fn read_inside(bytes: &mut Bytes<'_>, depth: usize) -> Result<Self, ModelError> {
        if depth > DEEPEST {
            return Err(bytes.damaged("layers are nested too deeply"));
        }
        if bytes.byte()? != 0 {
            return Err(bytes.damaged("a layer does not begin with its type"));
        }
        let kind = bytes.text(LONGEST_NAME)?;
        let (_training, _backward) = (bytes.byte()?, bytes.byte()?);
        let flags = bytes.i32()?;
        let inputs = bytes.count(MOST_WIDTH, "inputs of a layer")?;
        let _outputs = bytes.count(MOST_WIDTH, "outputs of a layer")?;
        let (_weights, _name) = (bytes.i32()?, bytes.text(LONGEST_NAME)?);
        match kind {
            "Input" => {
                let _batch = bytes.i32()?;
                let height = bytes.count(MOST_WIDTH, "rows of the picture")?;
                let _width = bytes.i32()?;
                let depth = bytes.count(MOST_WIDTH, "values of a pixel")?;
                let _loss = bytes.i32()?;
                Ok(Self::Input { height, depth })
            }
            "Series" | "RTLReversed" | "XYTranspose" => {
                let count = bytes.count(MOST_CHILDREN, "layers in a layer")?;
                let mut children = Vec::with_capacity(count);
                for _ in 0..count {
                    children.push(Self::read_inside(bytes, depth + 1)?);
                }
                if flags & OWN_RATES != 0 {
                    let rates = bytes.count(MOST_WIDTH, "learning rates")?;
                    bytes.numbers::<4>(rates)?;
                }
                if kind == "Series" {
                    return Ok(Self::Series(children));
                }
                let only = children.pop().filter(|_| children.is_empty());
                let only = only.ok_or_else(|| bytes.damaged(format!("a layer {kind} has {count} layers, not one")))?;
                Ok(if kind == "XYTranspose" { Self::Transposed(only.into()) } else { Self::Reversed(only.into()) })
            }
            "Convolve" => Ok(Self::Neighbourhood {
                half_width: bytes.count(7, "columns beside a pixel")?,
                half_height: bytes.count(7, "rows beside a pixel")?,
            }),
            "Maxpool" => {
                let (width, height) = (bytes.count(16, "columns of a field")?, bytes.count(16, "rows of a field")?);
                if width == 0 || height == 0 {
                    return Err(bytes.damaged("a field of no size"));
                }
                Ok(Self::LargestOf { width, height })
            }
            "Tanh" => Ok(Self::Full { activation: Activation::Tanh, weights: Weights::read(bytes)? }),
            "Softmax" => Ok(Self::Full { activation: Activation::Softmax, weights: Weights::read(bytes)? }),
            "LSTM" | "SummLSTM" => {
                let all = bytes.count(2 * MOST_WIDTH, "inputs of a memory")?;
                let gates = [(); 4].map(|()| Weights::read(bytes));
                let [cell, input, forget, output] = gates;
                let gates = Box::new([cell?, input?, forget?, output?]);
                let memory = gates[0].outputs;
                if gates.iter().any(|gate| gate.outputs != memory || gate.inputs != all) {
                    return Err(bytes.damaged("the gates of a memory differ in size"));
                }
                if memory == 0 || all != inputs + memory {
                    return Err(ModelError::Unsupported("a memory of two dimensions".to_owned()));
                }
                Ok(Self::Lstm { summary: kind == "SummLSTM", inputs, gates })
            }
            other => Err(ModelError::Unsupported(format!("a network layer of the kind {other:?}"))),
        }
    }
}

impl Weights {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, ModelError> {
        let mode = bytes.byte()?;
        if mode & CURRENT_FORMAT == 0 {
            return Err(ModelError::Unsupported("weights in the form of Tesseract 4.0 alpha".to_owned()));
        }
        let outputs = bytes.count(MOST_WIDTH, "rows of weights")?;
        let columns = bytes.count(2 * MOST_WIDTH + 1, "columns of weights")?;
        let inputs = columns.checked_sub(1).ok_or_else(|| bytes.damaged("weights without a bias"))?;
        let count = outputs.checked_mul(columns).ok_or_else(|| bytes.damaged("a length overflows"))?;
        let values = if mode & INTEGER != 0 {
            let _empty = bytes.byte()?;
            let values: Vec<i8> = bytes.take(count)?.iter().map(|byte| byte.cast_signed()).collect();
            let scales = bytes.count(2 * MOST_WIDTH, "scales of rows")?;
            let scales: Vec<f64> =
                bytes.numbers::<8>(scales)?.iter().take(outputs).map(|number| f64::from_le_bytes(*number)).collect();
            // Padding of the file's rows; only the scales of real ones count.
            if scales.len() < outputs || scales.iter().any(|scale| !(0.0..=LARGEST_SCALE).contains(scale)) {
                return Err(bytes.damaged("the scales of weights are missing or out of range"));
            }
            Values::Integer(values, scales)
        } else {
            let _empty = bytes.f64()?;
            let numbers = bytes.numbers::<8>(count)?;
            let values: Vec<f32> = numbers.iter().map(|number| f64::from_le_bytes(*number) as f32).collect();
            if values.iter().any(|value| !value.is_finite() || value.abs() > LARGEST_SCALE as f32) {
                return Err(bytes.damaged("a weight is out of range"));
            }
            Values::Float(values)
        };
        Ok(Self { outputs, inputs, values })
    }
}
