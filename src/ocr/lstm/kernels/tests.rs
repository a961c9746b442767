//! All kernels give the bits of the portable ones.

use super::super::layers::{Values, Weights};
use super::*;

/// A generator good enough for test data.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn byte(&mut self) -> i8 {
        ((self.next() % 255) as i32 - 127) as i8
    }

    fn weights(&mut self, outputs: usize, inputs: usize, integer: bool) -> Weights {
        let count = outputs * (inputs + 1);
        let values = if integer {
            let scales = (0..outputs).map(|_| 0.02 + self.next() as f64 / 1e11).collect();
            Values::Integer((0..count).map(|_| self.byte()).collect(), scales)
        } else {
            Values::Float((0..count).map(|_| f32::from(self.byte()) / 90.0).collect())
        };
        Weights { outputs, inputs, values }
    }
}

fn memory<A: Arithmetic>(
    with: Instructions,
    panels: &A::Panels,
    (inputs, state): (usize, usize),
    lines: usize,
    input: &[A::Value],
) -> (Vec<A::Value>, Vec<f32>) {
    let mut before = vec![A::Value::default(); lines * state];
    let mut after = before.clone();
    let mut cells = vec![0.0; lines * state];
    for _ in 0..5 {
        let mut step = MemoryStep {
            lines,
            input,
            stride: inputs + 16,
            inputs,
            before: &before,
            after: &mut after,
            cells: &mut cells,
        };
        A::step(with, panels, &Tables::default(), &mut step);
        std::mem::swap(&mut before, &mut after);
    }
    (before, cells)
}

#[test]
fn memories_agree() {
    for (lines, inputs, cells) in [(0, 16, 16), (1, 10, 7), (5, 48, 96), (13, 33, 40), (6, 16, 48)] {
        let mut draw = Draw(lines as u64 + 1);
        let (wide, state) = (super::super::panels::padded(inputs), super::super::panels::padded(cells));
        let input: Vec<i16> = (0..lines * (wide + 16)).map(|_| i16::from(draw.byte())).collect();
        let gates = [(); 4].map(|()| draw.weights(cells, inputs + cells, true));
        let panels = IntegerPanels::of_gates(&gates, inputs);
        let expected = memory::<Integers>(Instructions::Portable, &panels, (wide, state), lines, &input);
        for with in Instructions::available() {
            assert_eq!(memory::<Integers>(with, &panels, (wide, state), lines, &input), expected, "{with:?}");
        }
        let input: Vec<f32> = input.iter().map(|value| f32::from(*value) / 127.0).collect();
        let gates = [(); 4].map(|()| draw.weights(cells, inputs + cells, false));
        let panels = FloatPanels::of_gates(&gates, inputs);
        let expected = memory::<Floats>(Instructions::Portable, &panels, (wide, state), lines, &input);
        for with in Instructions::available() {
            assert_eq!(memory::<Floats>(with, &panels, (wide, state), lines, &input), expected, "{with:?}");
        }
    }
}

#[test]
fn full_layers_agree() {
    for (rows, inputs, outputs) in [(0, 16, 3), (1, 40, 111), (7, 192, 65), (20, 16, 64)] {
        let mut draw = Draw(rows as u64 + 7);
        let wide = super::super::panels::padded(inputs);
        let input: Vec<i16> = (0..rows * wide).map(|_| i16::from(draw.byte())).collect();
        let panels = IntegerPanels::of_layer(&draw.weights(outputs, inputs, true));
        let floats = FloatPanels::of_layer(&draw.weights(outputs, inputs, false));
        let reals: Vec<f32> = input.iter().map(|value| f32::from(*value) / 127.0).collect();
        let all = |with| {
            let mut sums = [vec![0f32; rows * panels.groups * 64], vec![0f32; rows * floats.groups * 64]];
            Integers::sums(with, &panels, &input, rows, &mut sums[0]);
            Floats::sums(with, &floats, &reals, rows, &mut sums[1]);
            sums
        };
        let expected = all(Instructions::Portable);
        for with in Instructions::available() {
            assert_eq!(all(with), expected, "{with:?}");
        }
    }
}

#[test]
fn convolutions_agree() {
    for (width, height, filters, field) in [(2, 9, 16, (3, 3)), (40, 36, 16, (3, 3)), (31, 20, 20, (2, 4))] {
        let mut draw = Draw(width as u64);
        let pixels: Vec<i8> = (0..width * height).map(|_| draw.byte()).collect();
        let integers = Filters::of_integers(&draw.weights(filters, 9, true));
        let floats = Filters::of_floats(&draw.weights(filters, 9, false));
        let (mut patches, mut reals) = (Patches::default(), Patches::default());
        patches.fill(&pixels, width, (1, 1), integers.patch, 5, i16::from);
        reals.fill(&pixels, width, (1, 1), floats.patch, 5, |byte| f32::from(byte) / 127.0);
        let length = (width / field.0) * (height / field.1) * integers.filters;
        let all = |with| {
            let (mut out, mut real) = (vec![0i16; length], vec![0f32; length]);
            Integers::convolve(with, &integers, &Tables::default(), &patches, field, &mut out);
            Floats::convolve(with, &floats, &Tables::default(), &reals, field, &mut real);
            (out, real)
        };
        let expected = all(Instructions::Portable);
        for with in Instructions::available() {
            assert_eq!(all(with), expected, "{with:?}");
        }
    }
}
