//! Runs a network over many lines at once.
//!
//! The lines are sorted by length and walk through the network in step: at every step of time the values of all lines that
//! are so long stand side by side, without gaps. So each weight is loaded once for many lines.

use super::convolution::{Filters, Patches};
use super::input::Picture;
use super::kernels::{Arithmetic, Floats, Instructions, Integers, MemoryStep};
use super::model::{Memory, Network};
use super::panels::{GROUP, Panels, padded};
use super::tables::Tables;

/// Most steps of time of all lines together that are run at once, which bounds the memory to some 30 MB.
const MOST_STEPS: usize = 12_000;
/// Columns for which the memory down the columns is run at once; their state stays in the processor's cache.
const COLUMNS_AT_ONCE: usize = 48;

/// A network ready to run.
#[derive(Debug)]
pub struct Runner {
    kind: Kind,
    tables: Tables,
    shape: Shape,
    instructions: Instructions,
}

#[derive(Debug)]
enum Kind {
    Integers(Layers<Integers>),
    Floats(Layers<Floats>),
}

/// What does not depend on the kind of weights.
#[derive(Debug)]
struct Shape {
    height: usize,
    reach: (usize, usize),
    field: (usize, usize),
    seed: i32,
    outputs: usize,
}

#[derive(Debug)]
struct Layers<A: Arithmetic> {
    filters: Filters<A::Value, A::Sum>,
    down: Layer<A>,
    along: Vec<Layer<A>>,
    outputs: A::Panels,
}

#[derive(Debug)]
struct Layer<A: Arithmetic> {
    panels: A::Panels,
    inputs: usize,
    state: usize,
    reversed: bool,
}

/// Probabilities of every code at every step of time of one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probabilities {
    /// Codes of a step.
    pub codes: usize,
    /// `[step][code]`.
    pub values: Vec<f32>,
}

impl Probabilities {
    /// Returns the steps.
    pub fn steps(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.codes.max(1))
    }
}

impl<A: Arithmetic> Layers<A> {
    fn of(network: &Network) -> Self {
        Self {
            filters: A::filters(&network.convolution),
            down: Layer::of(&network.down),
            along: network.along.iter().map(Layer::of).collect(),
            outputs: A::Panels::of_layer(&network.outputs),
        }
    }
}

impl<A: Arithmetic> Layer<A> {
    fn of(memory: &Memory) -> Self {
        Self {
            panels: A::Panels::of_gates(&memory.gates, memory.inputs),
            inputs: padded(memory.inputs),
            state: padded(memory.gates[0].outputs),
            reversed: memory.reversed,
        }
    }
}

impl Runner {
    /// Lays the weights of a network out for these instructions.
    pub fn new(network: &Network, instructions: Instructions) -> Self {
        let shape = Shape {
            height: network.height,
            reach: network.reach,
            field: network.field,
            seed: network.seed,
            outputs: network.outputs.outputs,
        };
        let kind =
            if network.is_integer() { Kind::Integers(Layers::of(network)) } else { Kind::Floats(Layers::of(network)) };
        Self { kind, tables: Tables::default(), shape, instructions }
    }

    /// Returns the rows that pictures must have.
    pub const fn height(&self) -> usize {
        self.shape.height
    }

    /// Returns the columns of a picture that make one step of time.
    pub const fn columns_of_step(&self) -> usize {
        self.shape.field.0
    }

    /// Runs pictures of [`Runner::height`] rows; the result has one entry for each, in the same order. Others give nothing.
    pub fn run(&self, pictures: &[Picture]) -> Vec<Probabilities> {
        let mut results = vec![Probabilities { codes: self.shape.outputs, values: Vec::new() }; pictures.len()];
        let steps = |picture: usize| pictures[picture].width / self.shape.field.0;
        let mut order: Vec<usize> = (0..pictures.len())
            .filter(|picture| steps(*picture) > 0)
            .filter(|picture| pictures[*picture].pixels.len() == pictures[*picture].width * self.shape.height)
            .collect();
        order.sort_by_key(|picture| std::cmp::Reverse(steps(*picture)));
        let mut rest = &order[..];
        while !rest.is_empty() {
            let mut sum = 0;
            let fit = rest.iter().take_while(|picture| {
                sum += steps(**picture);
                sum <= MOST_STEPS
            });
            let (batch, later) = rest.split_at(fit.count().max(1));
            let lines: Vec<&Picture> = batch.iter().map(|picture| &pictures[*picture]).collect();
            let values = match &self.kind {
                Kind::Integers(layers) => self.run_batch(layers, &lines, i16::from),
                Kind::Floats(layers) => self.run_batch(layers, &lines, |byte| f32::from(byte) / 127.0),
            };
            for (picture, values) in batch.iter().zip(values) {
                results[*picture].values = values;
            }
            rest = later;
        }
        results
    }

    /// Runs pictures that are sorted by falling length.
    fn run_batch<A: Arithmetic>(
        &self,
        layers: &Layers<A>,
        pictures: &[&Picture],
        of_byte: impl Fn(i8) -> A::Value + Copy,
    ) -> Vec<Vec<f32>> {
        let packing = Packing::of(pictures.iter().map(|picture| picture.width / self.shape.field.0));
        let fields = self.shape.height / self.shape.field.1;
        let convolved = self.convolved(layers, pictures, &packing, of_byte);
        let mut values = self.down(layers, &convolved, packing.rows(), fields);
        drop(convolved);
        for layer in &layers.along {
            values = self.along(layer, &values, &packing);
        }
        self.probabilities(layers, &values, &packing, pictures.len())
    }

    /// Convolves all pictures; a row holds the fields of one column of fields, from top to bottom.
    fn convolved<A: Arithmetic>(
        &self,
        layers: &Layers<A>,
        pictures: &[&Picture],
        packing: &Packing,
        of_byte: impl Fn(i8) -> A::Value + Copy,
    ) -> Vec<A::Value> {
        let Shape { reach, field, seed, .. } = self.shape;
        let row = self.shape.height / field.1 * layers.filters.filters;
        let mut values = vec![A::Value::default(); packing.rows() * row];
        let (mut patches, mut line) = (Patches::default(), Vec::new());
        for (rank, picture) in pictures.iter().enumerate() {
            patches.fill(&picture.pixels, picture.width, reach, layers.filters.patch, seed, of_byte);
            line.clear();
            line.resize(picture.width / field.0 * row, A::Value::default());
            A::convolve(self.instructions, &layers.filters, &self.tables, &patches, field, &mut line);
            for (step, column) in line.chunks_exact(row).enumerate() {
                values[packing.row(step, rank) * row..][..row].copy_from_slice(column);
            }
        }
        values
    }

    /// Runs the memory down each column, and keeps what it gives at the end.
    fn down<A: Arithmetic>(
        &self,
        layers: &Layers<A>,
        columns: &[A::Value],
        rows: usize,
        fields: usize,
    ) -> Vec<A::Value> {
        let Layer { panels, state, reversed, .. } = &layers.down;
        let (state, stride) = (*state, fields * layers.filters.filters);
        let mut results = vec![A::Value::default(); rows * state];
        let mut before = vec![A::Value::default(); COLUMNS_AT_ONCE * state];
        let mut after = before.clone();
        let mut cells = vec![0f32; COLUMNS_AT_ONCE * state];
        for (results, columns) in
            results.chunks_mut(COLUMNS_AT_ONCE * state).zip(columns.chunks(COLUMNS_AT_ONCE * stride))
        {
            before.fill(A::Value::default());
            cells.fill(0.0);
            for field in 0..fields {
                let field = if *reversed { fields - 1 - field } else { field };
                let mut step = MemoryStep {
                    lines: columns.len() / stride,
                    input: &columns[field * layers.filters.filters..],
                    stride,
                    inputs: layers.filters.filters,
                    before: &before,
                    after: &mut after,
                    cells: &mut cells,
                };
                A::step(self.instructions, panels, &self.tables, &mut step);
                std::mem::swap(&mut before, &mut after);
            }
            results.copy_from_slice(&before[..results.len()]);
        }
        results
    }

    /// Runs a memory along all lines.
    fn along<A: Arithmetic>(&self, layer: &Layer<A>, values: &[A::Value], packing: &Packing) -> Vec<A::Value> {
        let Layer { panels, inputs, state, reversed } = layer;
        let (inputs, state) = (*inputs, *state);
        let lines = packing.lines_at(0);
        let mut results = vec![A::Value::default(); packing.rows() * state];
        let mut before = vec![A::Value::default(); lines * state];
        let mut cells = vec![0f32; lines * state];
        for step in 0..packing.steps() {
            let step = if *reversed { packing.steps() - 1 - step } else { step };
            let (first, lines) = (packing.row(step, 0), packing.lines_at(step));
            let after = &mut results[first * state..][..lines * state];
            let mut step = MemoryStep {
                lines,
                input: &values[first * inputs..],
                stride: inputs,
                inputs,
                before: &before,
                after,
                cells: &mut cells,
            };
            A::step(self.instructions, panels, &self.tables, &mut step);
            before[..lines * state].copy_from_slice(after);
        }
        results
    }

    fn probabilities<A: Arithmetic>(
        &self,
        layers: &Layers<A>,
        values: &[A::Value],
        packing: &Packing,
        lines: usize,
    ) -> Vec<Vec<f32>> {
        let (rows, width, codes) = (packing.rows(), layers.outputs.groups() * GROUP, self.shape.outputs);
        let mut sums = vec![0f32; rows * width];
        A::sums(self.instructions, &layers.outputs, values, rows, &mut sums);
        (0..lines)
            .map(|rank| {
                let mut line = Vec::with_capacity(packing.length(rank) * codes);
                for step in 0..packing.length(rank) {
                    let from = line.len();
                    line.extend_from_slice(&sums[packing.row(step, rank) * width..][..codes]);
                    self.tables.softmax(&mut line[from..]);
                }
                line
            })
            .collect()
    }
}

/// Where the values of a line at a step of time stand, the lines being sorted by falling length.
#[derive(Debug)]
struct Packing {
    lengths: Vec<usize>,
    /// First row of each step, and the number of rows at the end.
    first: Vec<usize>,
}

impl Packing {
    fn of(lengths: impl Iterator<Item = usize>) -> Self {
        let lengths: Vec<usize> = lengths.collect();
        let mut first = vec![0];
        let (mut row, mut lines) = (0, lengths.len());
        for step in 0..lengths.first().copied().unwrap_or(0) {
            while lines > 0 && lengths[lines - 1] <= step {
                lines -= 1;
            }
            row += lines;
            first.push(row);
        }
        Self { lengths, first }
    }

    fn steps(&self) -> usize {
        self.first.len() - 1
    }

    fn rows(&self) -> usize {
        self.first[self.steps()]
    }

    fn row(&self, step: usize, rank: usize) -> usize {
        self.first[step] + rank
    }

    fn lines_at(&self, step: usize) -> usize {
        if step < self.steps() { self.first[step + 1] - self.first[step] } else { 0 }
    }

    fn length(&self, rank: usize) -> usize {
        self.lengths[rank]
    }
}
