//! Kernels for floating-point weights: plain loops over 16 lanes, which the compiler turns into the widest instructions that
//! a function may use. The same source for every processor keeps the order of sums, and so the bits.
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "functions compiled for more instructions may only be called where the processor has them"
    )
)]

use super::super::convolution::{Filters, Patches};
use super::super::panels::{FloatPanels, GROUP, LANES};
use super::super::tables::{MOST_MEMORY, Tables};
use super::{Instructions, MemoryStep, fields, of_field};

/// Compiles a function once for every set of instructions, and picks one of them at run time.
macro_rules! for_each_processor {
    ($(#[$doc:meta])* $name:ident, $plain:ident, ($($argument:ident: $type:ty),*)) => {
        $(#[$doc])*
        pub fn $name(with: Instructions, $($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $type),*) { $plain($($argument),*) }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512($($argument: $type),*) { $plain($($argument),*) }
                match with {
                    Instructions::Portable => $plain($($argument),*),
                    // SAFETY: `Instructions` other than the portable ones are only made where the processor has them.
                    Instructions::Avx2 => unsafe { avx2($($argument),*) },
                    // SAFETY: as above.
                    Instructions::Avx512 | Instructions::Avx512Vnni => unsafe { avx512($($argument),*) },
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            match with {
                Instructions::Portable => $plain($($argument),*),
            }
        }
    };
}

for_each_processor!(
    /// See [`super::Arithmetic::step`].
    step, step_in_lanes, (panels: &FloatPanels, tables: &Tables, step: &mut MemoryStep<'_, f32>)
);
for_each_processor!(
    /// See [`super::Arithmetic::sums`].
    sums, sums_in_lanes, (panels: &FloatPanels, input: &[f32], rows: usize, out: &mut [f32])
);
for_each_processor!(
    /// See [`super::Arithmetic::convolve`].
    convolve, convolve_in_lanes, (
        filters: &Filters<f32, f32>, tables: &Tables, patches: &Patches<f32>, field: (usize, usize), out: &mut [f32]
    )
);

#[inline(always)]
fn add_products(sums: &mut [f32; GROUP], input: &[f32], weights: &[f32]) {
    for (value, weights) in input.iter().zip(weights.as_chunks::<GROUP>().0) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += value * weight;
        }
    }
}

#[inline(always)]
fn step_in_lanes(panels: &FloatPanels, tables: &Tables, step: &mut MemoryStep<'_, f32>) {
    let state = panels.groups * LANES;
    for group in 0..panels.groups {
        let weights = &panels.weights[group * panels.inputs * GROUP..][..panels.inputs * GROUP];
        let (of_input, of_state) = weights.split_at(step.inputs * GROUP);
        for line in 0..step.lines {
            let mut gates = panels.bias.as_chunks::<GROUP>().0[group];
            add_products(&mut gates, &step.input[line * step.stride..][..step.inputs], of_input);
            add_products(&mut gates, &step.before[line * state..][..state], of_state);
            for lane in 0..LANES {
                let at = line * state + group * LANES + lane;
                let [cell, input, forget, output] = [0, 1, 2, 3].map(|panel| gates[panel * LANES + lane]);
                let kept = step.cells[at] * tables.logistic(forget);
                let memory = kept + tables.tanh(cell) * tables.logistic(input);
                let memory = memory.clamp(-MOST_MEMORY, MOST_MEMORY);
                step.cells[at] = memory;
                step.after[at] = tables.tanh(memory) * tables.logistic(output);
            }
        }
    }
}

#[inline(always)]
fn sums_in_lanes(panels: &FloatPanels, input: &[f32], rows: usize, out: &mut [f32]) {
    let width = panels.groups * GROUP;
    for group in 0..panels.groups {
        let weights = &panels.weights[group * panels.inputs * GROUP..][..panels.inputs * GROUP];
        for row in 0..rows {
            let mut sums = panels.bias.as_chunks::<GROUP>().0[group];
            add_products(&mut sums, &input[row * panels.inputs..][..panels.inputs], weights);
            out[row * width + group * GROUP..][..GROUP].copy_from_slice(&sums);
        }
    }
}

#[inline(always)]
fn convolve_in_lanes(
    filters: &Filters<f32, f32>,
    tables: &Tables,
    patches: &Patches<f32>,
    field: (usize, usize),
    out: &mut [f32],
) {
    let (across, down) = fields(patches, field);
    let panel = filters.patch * LANES;
    for (index, out) in out[..across * down * filters.filters].chunks_exact_mut(LANES).enumerate() {
        let (at, group) = (index * LANES / filters.filters, index % (filters.filters / LANES));
        let weights = &filters.weights[group * panel..][..panel];
        let mut largest = [f32::MIN; LANES];
        for patch in of_field(patches, filters.patch, field, (at / down, at % down)) {
            let mut sums = [0f32; LANES];
            for (pair, weights) in patch.as_chunks::<2>().0.iter().zip(weights.as_chunks::<{ 2 * LANES }>().0) {
                for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<2>().0) {
                    *sum += pair[0] * weights[0] + pair[1] * weights[1];
                }
            }
            largest.iter_mut().zip(&sums).for_each(|(largest, sum)| *largest = largest.max(*sum));
        }
        for (lane, out) in out.iter_mut().enumerate() {
            *out = tables.tanh(largest[lane] + filters.bias[group * LANES + lane]);
        }
    }
}
