//! Kernels for weights of bytes with AVX2: 8 outputs a register, half a group for two lines at once.
#![expect(unsafe_code, reason = "loads, stores and calls of functions that need AVX2")]

use std::arch::x86_64::*;

use super::super::convolution::{Filters, Patches};
use super::super::panels::{GROUP, IntegerPanels, LANES, PANELS};
use super::super::tables::{FAR, LAST, MOST_MEMORY, STEPS, Table, Tables};
use super::{MemoryStep, fields, of_field};

/// Outputs of a register.
const HALF: usize = LANES / 2;
/// Sums of half a group.
type Sums = [__m256i; PANELS];

entries!();

#[target_feature(enable = "avx2")]
#[inline]
fn load_integers(from: &[i32; HALF]) -> __m256i {
    // SAFETY: the array has the 32 bytes that are read.
    unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_pairs(from: &[i16; LANES]) -> __m256i {
    // SAFETY: the array has the 32 bytes that are read.
    unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(from: &[f32; HALF]) -> __m256 {
    // SAFETY: the array has the 32 bytes that are read.
    unsafe { _mm256_loadu_ps(from.as_ptr()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(into: &mut [f32; HALF], value: __m256) {
    // SAFETY: the array has the 32 bytes that are written.
    unsafe { _mm256_storeu_ps(into.as_mut_ptr(), value) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_quantised(into: &mut [i16; HALF], value: __m256) {
    let scaled = _mm256_mul_ps(value, _mm256_set1_ps(127.0));
    let sign = _mm256_and_ps(scaled, _mm256_set1_ps(-0.0));
    let whole = _mm256_cvttps_epi32(_mm256_add_ps(scaled, _mm256_or_ps(_mm256_set1_ps(0.5), sign)));
    let whole = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
    let whole = _mm_max_epi16(_mm_min_epi16(whole, _mm_set1_epi16(127)), _mm_set1_epi16(-127));
    // SAFETY: the array has the 16 bytes that are written.
    unsafe { _mm_storeu_si128(into.as_mut_ptr().cast(), whole) }
}

/// Looks 8 absolute places up; single loads for the same reason as with AVX-512.
#[target_feature(enable = "avx2")]
#[inline]
fn look_up(table: &Table, absolute: __m256) -> __m256 {
    let place = _mm256_min_ps(_mm256_mul_ps(absolute, _mm256_set1_ps(STEPS)), _mm256_set1_ps(FAR));
    let entry = _mm256_cvttps_epi32(place);
    let far = _mm256_castsi256_ps(_mm256_cmpgt_epi32(entry, _mm256_set1_epi32(LAST - 1)));
    let entry = _mm256_min_epi32(entry, _mm256_set1_epi32(LAST));
    let mut entries = [0i32; HALF];
    // SAFETY: the array has the 32 bytes that are written.
    unsafe { _mm256_storeu_si256(entries.as_mut_ptr().cast(), entry) };
    let two = |first: usize| {
        let [one, other] = [first, first + 1].map(|lane| &table[entries[lane] as usize & (table.len() - 1)]);
        // SAFETY: both entries have the 8 bytes that are read.
        unsafe { _mm_castpd_ps(_mm_loadh_pd(_mm_load_sd(one.as_ptr().cast()), other.as_ptr().cast())) }
    };
    // Arranged so that a shuffle inside of the halves leaves the lanes in order.
    let low = _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(two(0)), two(4));
    let high = _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(two(2)), two(6));
    let (value, rise) = (_mm256_shuffle_ps::<0x88>(low, high), _mm256_shuffle_ps::<0xdd>(low, high));
    let beyond = _mm256_sub_ps(place, _mm256_cvtepi32_ps(entry));
    let found = _mm256_add_ps(value, _mm256_mul_ps(rise, beyond));
    _mm256_blendv_ps(found, _mm256_set1_ps(1.0), far)
}

#[target_feature(enable = "avx2")]
#[inline]
fn tanh(tables: &Tables, place: __m256) -> __m256 {
    let sign = _mm256_set1_ps(-0.0);
    let below = _mm256_cmp_ps::<_CMP_LT_OQ>(place, _mm256_setzero_ps());
    let found = look_up(&tables.tanh, _mm256_andnot_ps(sign, place));
    _mm256_xor_ps(found, _mm256_and_ps(sign, below))
}

#[target_feature(enable = "avx2")]
#[inline]
fn logistic(tables: &Tables, place: __m256) -> __m256 {
    let below = _mm256_cmp_ps::<_CMP_LT_OQ>(place, _mm256_setzero_ps());
    let found = look_up(&tables.logistic, _mm256_andnot_ps(_mm256_set1_ps(-0.0), place));
    _mm256_blendv_ps(found, _mm256_sub_ps(_mm256_set1_ps(1.0), found), below)
}

#[target_feature(enable = "avx2")]
#[inline]
fn both(pair: [i16; 2]) -> __m256i {
    let [low, high] = pair.map(|value| u32::from(value.cast_unsigned()));
    _mm256_set1_epi32((low | high << 16).cast_signed())
}

/// Adds products of the inputs of `N` lines to their sums, for one half of each panel.
#[target_feature(enable = "avx2")]
#[inline]
fn add_products<const N: usize>(sums: &mut [Sums; N], inputs: [&[[i16; 2]]; N], weights: &[i16], half: usize) {
    let blocks = weights.as_chunks::<{ 2 * GROUP }>().0;
    let inputs = inputs.map(|input| &input[..blocks.len()]);
    for (pair, block) in blocks.iter().enumerate() {
        let panels = block.as_chunks::<LANES>().0;
        let weights = [0, 1, 2, 3].map(|panel: usize| load_pairs(&panels[2 * panel + half]));
        for (sums, input) in sums.iter_mut().zip(&inputs) {
            let both = both(input[pair]);
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(both, weights));
            }
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn bias(panels: &IntegerPanels, group: usize, half: usize) -> Sums {
    let bias = panels.bias[group * GROUP..][..GROUP].as_chunks::<HALF>().0;
    [0, 1, 2, 3].map(|panel: usize| load_integers(&bias[2 * panel + half]))
}

#[target_feature(enable = "avx2")]
#[inline]
fn scaled(panels: &IntegerPanels, group: usize, half: usize, sums: Sums) -> [__m256; PANELS] {
    let scale = panels.scale[group * GROUP..][..GROUP].as_chunks::<HALF>().0;
    [0, 1, 2, 3].map(|panel: usize| _mm256_mul_ps(_mm256_cvtepi32_ps(sums[panel]), load(&scale[2 * panel + half])))
}

#[target_feature(enable = "avx2")]
fn step_here(panels: &IntegerPanels, tables: &Tables, step: &mut MemoryStep<'_, i16>) {
    for (group, half) in (0..panels.groups).flat_map(|group| [(group, 0), (group, 1)]) {
        let mut line = 0;
        while line < step.lines {
            line += match step.lines - line {
                1 => step_lines::<1>(panels, tables, step, (group, half), line),
                _ => step_lines::<2>(panels, tables, step, (group, half), line),
            };
        }
    }
}

/// Runs `N` lines through half a group, and returns `N`.
#[target_feature(enable = "avx2")]
#[inline]
fn step_lines<const N: usize>(
    panels: &IntegerPanels,
    tables: &Tables,
    step: &mut MemoryStep<'_, i16>,
    (group, half): (usize, usize),
    first: usize,
) -> usize {
    let state = panels.groups * LANES;
    let weights = &panels.weights[group * panels.pairs * 2 * GROUP..][..panels.pairs * 2 * GROUP];
    let (of_input, of_state) = weights.split_at(step.inputs * GROUP);
    let mut sums = [bias(panels, group, half); N];
    let inputs: [_; N] =
        std::array::from_fn(|line| step.input[(first + line) * step.stride..][..step.inputs].as_chunks::<2>().0);
    add_products(&mut sums, inputs, of_input, half);
    let before: [_; N] = std::array::from_fn(|line| step.before[(first + line) * state..][..state].as_chunks::<2>().0);
    add_products(&mut sums, before, of_state, half);
    for (line, sums) in sums.into_iter().enumerate() {
        let [cell, input, forget, output] = scaled(panels, group, half, sums);
        let at = (first + line) * state + group * LANES + half * HALF;
        let Some(cells) = step.cells[at..].first_chunk_mut::<HALF>() else { continue };
        let kept = _mm256_mul_ps(load(cells), logistic(tables, forget));
        let memory = _mm256_add_ps(kept, _mm256_mul_ps(tanh(tables, cell), logistic(tables, input)));
        let memory = _mm256_min_ps(memory, _mm256_set1_ps(MOST_MEMORY));
        let memory = _mm256_max_ps(memory, _mm256_set1_ps(-MOST_MEMORY));
        store(cells, memory);
        let Some(after) = step.after[at..].first_chunk_mut::<HALF>() else { continue };
        store_quantised(after, _mm256_mul_ps(tanh(tables, memory), logistic(tables, output)));
    }
    N
}

#[target_feature(enable = "avx2")]
fn sums_here(panels: &IntegerPanels, input: &[i16], rows: usize, out: &mut [f32]) {
    for (group, half) in (0..panels.groups).flat_map(|group| [(group, 0), (group, 1)]) {
        let mut row = 0;
        while row < rows {
            row += match rows - row {
                1 => sums_rows::<1>(panels, input, out, (group, half), row),
                _ => sums_rows::<2>(panels, input, out, (group, half), row),
            };
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn sums_rows<const N: usize>(
    panels: &IntegerPanels,
    input: &[i16],
    out: &mut [f32],
    (group, half): (usize, usize),
    first: usize,
) -> usize {
    let (length, width) = (2 * panels.pairs, panels.groups * GROUP);
    let weights = &panels.weights[group * length * GROUP..][..length * GROUP];
    let mut sums = [bias(panels, group, half); N];
    let inputs: [_; N] = std::array::from_fn(|row| input[(first + row) * length..][..length].as_chunks::<2>().0);
    add_products(&mut sums, inputs, weights, half);
    for (row, sums) in sums.into_iter().enumerate() {
        let out = &mut out[(first + row) * width + group * GROUP..][..GROUP];
        let halves = out.as_chunks_mut::<HALF>().0.iter_mut().skip(half).step_by(2);
        for (out, sum) in halves.zip(scaled(panels, group, half, sums)) {
            store(out, sum);
        }
    }
    N
}

#[target_feature(enable = "avx2")]
fn convolve_here(
    filters: &Filters<i16, i32>,
    tables: &Tables,
    patches: &Patches<i16>,
    field: (usize, usize),
    out: &mut [i16],
) {
    let (across, down) = fields(patches, field);
    let (halves, panel) = (filters.filters / HALF, filters.patch * LANES);
    let out = out[..across * down * filters.filters].as_chunks_mut::<HALF>().0;
    for (index, out) in out.iter_mut().enumerate() {
        let (at, half) = (index / halves, index % halves);
        let weights = filters.weights[half / 2 * panel..][..panel].as_chunks::<LANES>().0;
        let mut largest = _mm256_set1_epi32(i32::MIN);
        for patch in of_field(patches, filters.patch, field, (at / down, at % down)) {
            let mut sum = _mm256_setzero_si256();
            for (pair, weights) in patch.as_chunks::<2>().0.iter().zip(weights.iter().skip(half % 2).step_by(2)) {
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(both(*pair), load_pairs(weights)));
            }
            largest = _mm256_max_epi32(largest, sum);
        }
        let (bias, scale) = (&filters.bias[half * HALF..], &filters.scale[half * HALF..]);
        if let (Some(bias), Some(scale)) = (bias.first_chunk(), scale.first_chunk()) {
            let sum = _mm256_cvtepi32_ps(_mm256_add_epi32(largest, load_integers(bias)));
            store_quantised(out, tanh(tables, _mm256_mul_ps(sum, load(scale))));
        }
    }
}
