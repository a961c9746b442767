//! The arithmetic of a network, for each kind of processor.
//!
//! All kernels of one kind of weights give the same bits: integer sums do not depend on their order, floating-point sums keep
//! theirs, and no multiplication is fused with an addition. The portable ones are the reference for the tests.

/// Makes the kernels that are called out of those that need instructions.
#[cfg(target_arch = "x86_64")]
macro_rules! entries {
    () => {
        /// See `Arithmetic::step`.
        pub fn step(panels: &IntegerPanels, tables: &Tables, step: &mut MemoryStep<'_, i16>) {
            // SAFETY: these instructions are only chosen where the processor has them.
            unsafe { step_here(panels, tables, step) }
        }

        /// See `Arithmetic::sums`.
        pub fn sums(panels: &IntegerPanels, input: &[i16], rows: usize, out: &mut [f32]) {
            // SAFETY: as above.
            unsafe { sums_here(panels, input, rows, out) }
        }

        /// See `Arithmetic::convolve`.
        pub fn convolve(
            filters: &Filters<i16, i32>,
            tables: &Tables,
            patches: &Patches<i16>,
            field: (usize, usize),
            out: &mut [i16],
        ) {
            // SAFETY: as above.
            unsafe { convolve_here(filters, tables, patches, field, out) }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod float;
mod portable;
#[cfg(test)]
mod tests;

use super::convolution::{Filters, Patches};
use super::layers::Weights;
use super::panels::{FloatPanels, IntegerPanels, LANES, Panels};
use super::tables::Tables;

/// Instructions that the processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// What every processor has.
    Portable,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F, BW, DQ and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// The same with VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
}

impl Instructions {
    /// Returns all that this processor has, the slowest first.
    pub fn available() -> Vec<Self> {
        std::iter::once(Self::Portable).chain(Self::detected()).collect()
    }

    /// Returns those for which the processor must be asked.
    fn detected() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            let known = [
                (Self::Avx2, is_x86_feature_detected!("avx2")),
                (Self::Avx512, avx512),
                (Self::Avx512Vnni, avx512 && is_x86_feature_detected!("avx512vnni")),
            ];
            known.into_iter().filter(|(_, has)| *has).map(|(instructions, _)| instructions).collect()
        }
        #[cfg(not(target_arch = "x86_64"))]
        Vec::new()
    }

    /// Returns the fastest that this processor has.
    pub fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Portable)
    }
}

/// One step of a memory, for several lines at once.
#[derive(Debug)]
pub struct MemoryStep<'a, T> {
    /// Lines.
    pub lines: usize,
    /// Values that come in: a row for each line, `stride` apart.
    pub input: &'a [T],
    /// Distance of rows of `input`.
    pub stride: usize,
    /// Values of a row of `input` that count, padding included.
    pub inputs: usize,
    /// Outputs of the step before, `[line][cell]`.
    pub before: &'a [T],
    /// Outputs of this step, `[line][cell]`.
    pub after: &'a mut [T],
    /// What the cells remember, `[line][cell]`.
    pub cells: &'a mut [f32],
}

impl<T> MemoryStep<'_, T> {
    /// Checks once what all kernels rely on.
    fn check(&self, groups: usize, inputs: usize) {
        let state = groups * LANES;
        assert!(self.inputs <= self.stride && self.inputs + state == inputs);
        let rows = self.lines.saturating_sub(1) * self.stride + if self.lines == 0 { 0 } else { self.inputs };
        assert!(self.input.len() >= rows);
        let values = self.lines * state;
        assert!(self.before.len() >= values && self.after.len() >= values && self.cells.len() >= values);
    }
}

/// A kind of weights, and the arithmetic for it.
pub trait Arithmetic {
    /// An activation.
    type Value: Copy + Default + std::fmt::Debug + Send + Sync;
    /// Weights of a memory or a full layer.
    type Panels: Panels + std::fmt::Debug + Send + Sync;
    /// A sum of weighted activations.
    type Sum: std::fmt::Debug + Send + Sync;

    /// Lays the weights of a convolution out.
    fn filters(weights: &Weights) -> Filters<Self::Value, Self::Sum>;

    /// Runs a memory for one step.
    fn step(with: Instructions, panels: &Self::Panels, tables: &Tables, step: &mut MemoryStep<'_, Self::Value>);

    /// Computes the sums of a full layer: `input` has `rows` rows, `sums` has as many of whole groups.
    fn sums(with: Instructions, panels: &Self::Panels, input: &[Self::Value], rows: usize, sums: &mut [f32]);

    /// Convolves a picture and keeps the largest of every field of `field` (columns, rows). Gives, for every column of
    /// fields and every field in it, one value for each filter.
    fn convolve(
        with: Instructions,
        filters: &Filters<Self::Value, Self::Sum>,
        tables: &Tables,
        patches: &Patches<Self::Value>,
        field: (usize, usize),
        out: &mut [Self::Value],
    );
}

/// Weights and activations of bytes, kept as 16 bits.
#[derive(Debug)]
pub struct Integers;

/// Weights and activations of floating-point numbers.
#[derive(Debug)]
pub struct Floats;

/// Calls a kernel for weights of bytes that uses the given instructions.
macro_rules! with_instructions {
    ($with:expr, $kernel:ident($($argument:expr),*)) => {
        match $with {
            Instructions::Portable => portable::$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => avx2::$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => avx512::plain::$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512Vnni => avx512::vnni::$kernel($($argument),*),
        }
    };
}

impl Arithmetic for Integers {
    type Value = i16;
    type Panels = IntegerPanels;
    type Sum = i32;

    fn filters(weights: &Weights) -> Filters<i16, i32> {
        Filters::of_integers(weights)
    }

    fn step(with: Instructions, panels: &IntegerPanels, tables: &Tables, step: &mut MemoryStep<'_, i16>) {
        step.check(panels.groups, 2 * panels.pairs);
        with_instructions!(with, step(panels, tables, step));
    }

    fn sums(with: Instructions, panels: &IntegerPanels, input: &[i16], rows: usize, sums: &mut [f32]) {
        with_instructions!(with, sums(panels, input, rows, sums));
    }

    fn convolve(
        with: Instructions,
        filters: &Filters<i16, i32>,
        tables: &Tables,
        patches: &Patches<i16>,
        field: (usize, usize),
        out: &mut [i16],
    ) {
        with_instructions!(with, convolve(filters, tables, patches, field, out));
    }
}

impl Arithmetic for Floats {
    type Value = f32;
    type Panels = FloatPanels;
    type Sum = f32;

    fn filters(weights: &Weights) -> Filters<f32, f32> {
        Filters::of_floats(weights)
    }

    fn step(with: Instructions, panels: &FloatPanels, tables: &Tables, step: &mut MemoryStep<'_, f32>) {
        step.check(panels.groups, panels.inputs);
        float::step(with, panels, tables, step);
    }

    fn sums(with: Instructions, panels: &FloatPanels, input: &[f32], rows: usize, sums: &mut [f32]) {
        float::sums(with, panels, input, rows, sums);
    }

    fn convolve(
        with: Instructions,
        filters: &Filters<f32, f32>,
        tables: &Tables,
        patches: &Patches<f32>,
        field: (usize, usize),
        out: &mut [f32],
    ) {
        float::convolve(with, filters, tables, patches, field, out);
    }
}

/// Returns the columns of fields and the fields of a column.
const fn fields<T>(patches: &Patches<T>, field: (usize, usize)) -> (usize, usize) {
    (patches.width / field.0, patches.height / field.1)
}

/// Returns the patches of one field, given its column and its place there.
fn of_field<T>(
    patches: &Patches<T>,
    length: usize,
    field: (usize, usize),
    at: (usize, usize),
) -> impl Iterator<Item = &[T]> {
    (0..field.1).flat_map(move |row| {
        let first = (at.1 * field.1 + row) * patches.width + at.0 * field.0;
        patches.values[first * length..][..field.0 * length].chunks_exact(length)
    })
}
