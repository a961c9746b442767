//! Kernels for weights of bytes in plain Rust: the reference for all others.

use super::super::convolution::{Filters, Patches};
use super::super::panels::{GROUP, IntegerPanels, LANES};
use super::super::tables::{MOST_MEMORY, Tables, quantised};
use super::{MemoryStep, fields, of_field};

/// Adds the products of a row of inputs to the sums of a group.
fn add_products(sums: &mut [i32; GROUP], input: &[i16], weights: &[i16]) {
    let pairs = input.as_chunks::<2>().0;
    for (pair, weights) in pairs.iter().zip(weights.as_chunks::<{ 2 * GROUP }>().0) {
        for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<2>().0) {
            *sum += i32::from(pair[0]) * i32::from(weights[0]) + i32::from(pair[1]) * i32::from(weights[1]);
        }
    }
}

fn bias(panels: &IntegerPanels, group: usize) -> [i32; GROUP] {
    panels.bias.as_chunks::<GROUP>().0[group]
}

/// See [`super::Arithmetic::step`].
pub fn step(panels: &IntegerPanels, tables: &Tables, step: &mut MemoryStep<'_, i16>) {
    let state = panels.groups * LANES;
    for group in 0..panels.groups {
        let weights = &panels.weights[group * panels.pairs * 2 * GROUP..][..panels.pairs * 2 * GROUP];
        let (of_input, of_state) = weights.split_at(step.inputs * GROUP);
        let scale = &panels.scale.as_chunks::<GROUP>().0[group];
        for line in 0..step.lines {
            let mut sums = bias(panels, group);
            add_products(&mut sums, &step.input[line * step.stride..][..step.inputs], of_input);
            add_products(&mut sums, &step.before[line * state..][..state], of_state);
            for lane in 0..LANES {
                let gate = |panel: usize| sums[panel * LANES + lane] as f32 * scale[panel * LANES + lane];
                let at = line * state + group * LANES + lane;
                let kept = step.cells[at] * tables.logistic(gate(2));
                let memory = kept + tables.tanh(gate(0)) * tables.logistic(gate(1));
                let memory = memory.clamp(-MOST_MEMORY, MOST_MEMORY);
                step.cells[at] = memory;
                step.after[at] = quantised(tables.tanh(memory) * tables.logistic(gate(3)));
            }
        }
    }
}

/// See [`super::Arithmetic::sums`].
pub fn sums(panels: &IntegerPanels, input: &[i16], rows: usize, out: &mut [f32]) {
    let (length, width) = (2 * panels.pairs, panels.groups * GROUP);
    for group in 0..panels.groups {
        let weights = &panels.weights[group * length * GROUP..][..length * GROUP];
        let scale = &panels.scale.as_chunks::<GROUP>().0[group];
        for row in 0..rows {
            let mut sums = bias(panels, group);
            add_products(&mut sums, &input[row * length..][..length], weights);
            let out = &mut out[row * width + group * GROUP..][..GROUP];
            for ((out, sum), scale) in out.iter_mut().zip(&sums).zip(scale) {
                *out = *sum as f32 * scale;
            }
        }
    }
}

/// See [`super::Arithmetic::convolve`].
pub fn convolve(
    filters: &Filters<i16, i32>,
    tables: &Tables,
    patches: &Patches<i16>,
    field: (usize, usize),
    out: &mut [i16],
) {
    let (across, down) = fields(patches, field);
    let panel = filters.patch * LANES;
    for (index, out) in out[..across * down * filters.filters].chunks_exact_mut(LANES).enumerate() {
        let (at, group) = (index * LANES / filters.filters, index % (filters.filters / LANES));
        let weights = &filters.weights[group * panel..][..panel];
        let mut largest = [i32::MIN; LANES];
        for patch in of_field(patches, filters.patch, field, (at / down, at % down)) {
            let mut sums = [0i32; LANES];
            for (pair, weights) in patch.as_chunks::<2>().0.iter().zip(weights.as_chunks::<{ 2 * LANES }>().0) {
                for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<2>().0) {
                    *sum += i32::from(pair[0]) * i32::from(weights[0]) + i32::from(pair[1]) * i32::from(weights[1]);
                }
            }
            largest.iter_mut().zip(&sums).for_each(|(largest, sum)| *largest = (*largest).max(*sum));
        }
        for (lane, out) in out.iter_mut().enumerate() {
            let filter = group * LANES + lane;
            *out = quantised(tables.tanh((largest[lane] + filters.bias[filter]) as f32 * filters.scale[filter]));
        }
    }
}
