//! Weights laid out for the kernels.
//!
//! Outputs stand in panels of [`LANES`]; four panels make a group, which a kernel computes at once. In a group come, for each
//! pair of inputs, 4 x 16 pairs of weights. For a memory the four panels of a group are the four gates of the same 16 cells;
//! for a full layer they are 64 outputs in a row. Outputs beyond the last have weights 0.

use super::layers::{Values, Weights};

/// Outputs of a panel.
pub const LANES: usize = 16;
/// Panels of a group.
pub const PANELS: usize = 4;
/// Outputs of a group.
pub const GROUP: usize = LANES * PANELS;

/// Returns the next multiple of [`LANES`]: rows of activations are that long.
pub const fn padded(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

/// Weights of bytes, and what makes numbers of the sums: sum x scale, where the bias is part of the sum.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegerPanels {
    /// Pairs of inputs, padding included.
    pub pairs: usize,
    /// Groups.
    pub groups: usize,
    /// `[group][pair][panel][lane][2]`.
    pub weights: Vec<i16>,
    /// `[group][panel][lane]`.
    pub bias: Vec<i32>,
    /// `[group][panel][lane]`.
    pub scale: Vec<f32>,
}

/// Weights of floating-point numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct FloatPanels {
    /// Inputs, padding included.
    pub inputs: usize,
    /// Groups.
    pub groups: usize,
    /// `[group][input][panel][lane]`.
    pub weights: Vec<f32>,
    /// `[group][panel][lane]`.
    pub bias: Vec<f32>,
}

/// Weights in panels, of either kind.
pub trait Panels: Sized {
    /// Lays outputs out, each where `places` says, for inputs that come in `runs`, each padded.
    fn laid_out<'weights>(places: impl Iterator<Item = Place<'weights>>, groups: usize, runs: &[usize]) -> Self;

    /// Returns the groups.
    fn groups(&self) -> usize;

    /// Lays the gates of a memory out; its inputs are what comes in (`inputs`) and its own last outputs.
    fn of_gates(weights: &[Weights; PANELS], inputs: usize) -> Self {
        let (places, groups) = gates(weights);
        Self::laid_out(places, groups, &[inputs, weights[0].outputs])
    }

    /// Lays a full layer out.
    fn of_layer(weights: &Weights) -> Self {
        let (places, groups) = outputs(weights);
        Self::laid_out(places, groups, &[weights.inputs])
    }
}

/// Where the weights of one output stand.
#[derive(Debug)]
pub struct Place<'weights> {
    weights: &'weights Weights,
    row: usize,
    group: usize,
    lane: usize,
}

/// Where the inputs of a layer stand in a row of activations, given runs of inputs one behind the other, each padded.
fn positions(runs: &[usize]) -> (Vec<usize>, usize) {
    let (mut positions, mut at) = (Vec::new(), 0);
    for run in runs {
        positions.extend(at..at + run);
        at += padded(*run);
    }
    (positions, at)
}

fn gates(gates: &[Weights; PANELS]) -> (impl Iterator<Item = Place<'_>>, usize) {
    let places = gates.iter().enumerate().flat_map(|(panel, weights)| {
        (0..weights.outputs).map(move |row| Place {
            weights,
            row,
            group: row / LANES,
            lane: panel * LANES + row % LANES,
        })
    });
    (places, gates[0].outputs.div_ceil(LANES))
}

fn outputs(weights: &Weights) -> (impl Iterator<Item = Place<'_>>, usize) {
    let places = (0..weights.outputs).map(move |row| Place { weights, row, group: row / GROUP, lane: row % GROUP });
    (places, weights.outputs.div_ceil(GROUP))
}

impl Panels for IntegerPanels {
    fn groups(&self) -> usize {
        self.groups
    }

    fn laid_out<'weights>(places: impl Iterator<Item = Place<'weights>>, groups: usize, runs: &[usize]) -> Self {
        let (positions, length) = positions(runs);
        let pairs = length / 2;
        let mut panels = Self {
            pairs,
            groups,
            weights: vec![0; groups * pairs * GROUP * 2],
            bias: vec![0; groups * GROUP],
            scale: vec![0.0; groups * GROUP],
        };
        for Place { weights, row, group, lane } in places {
            let Values::Integer(values, scales) = &weights.values else { continue };
            let values = &values[row * (weights.inputs + 1)..][..weights.inputs + 1];
            // The bias is the weight of an input that is always 1, which is 127 as a byte.
            panels.bias[group * GROUP + lane] = i32::from(values[weights.inputs]) * 127;
            panels.scale[group * GROUP + lane] = (scales[row] / 127.0) as f32;
            for (value, at) in values.iter().zip(&positions) {
                panels.weights[((group * pairs + at / 2) * GROUP + lane) * 2 + at % 2] = i16::from(*value);
            }
        }
        panels
    }
}

impl Panels for FloatPanels {
    fn groups(&self) -> usize {
        self.groups
    }

    fn laid_out<'weights>(places: impl Iterator<Item = Place<'weights>>, groups: usize, runs: &[usize]) -> Self {
        let (positions, inputs) = positions(runs);
        let weights = vec![0.0; groups * inputs * GROUP];
        let mut panels = Self { inputs, groups, weights, bias: vec![0.0; groups * GROUP] };
        for Place { weights, row, group, lane } in places {
            let Values::Float(values) = &weights.values else { continue };
            let values = &values[row * (weights.inputs + 1)..][..weights.inputs + 1];
            panels.bias[group * GROUP + lane] = values[weights.inputs];
            for (value, at) in values.iter().zip(&positions) {
                panels.weights[(group * inputs + at) * GROUP + lane] = *value;
            }
        }
        panels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_where_its_input_and_output_meet() {
        let values = (0..70 * 19).map(|value| (value % 251) as i8).collect();
        let weights = Weights { outputs: 70, inputs: 18, values: Values::Integer(values, vec![127.0; 70]) };
        let panels = IntegerPanels::of_layer(&weights);
        assert_eq!((panels.pairs, panels.groups, panels.scale[69], panels.scale[70]), (16, 2, 1.0, 0.0));
        for (output, input) in [(0, 0), (69, 17), (63, 3), (64, 4)] {
            let at = ((output / 64 * 16 + input / 2) * 64 + output % 64) * 2 + input % 2;
            assert_eq!(panels.weights[at], i16::from((((output * 19) + input) % 251) as i8));
        }
        assert_eq!(panels.bias[69], i32::from(((69 * 19 + 18) % 251) as i8) * 127);
    }
}
