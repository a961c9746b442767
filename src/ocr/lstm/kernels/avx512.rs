//! Kernels for weights of bytes with AVX-512: 16 outputs a register, a group of 64 for up to six lines at once.
//!
//! The same source is compiled twice: with VNNI the compiler makes one instruction of a multiplication and its addition.
#![expect(unsafe_code, reason = "loads, stores and calls of functions that need AVX-512")]

/// Kernels for one set of instructions.
macro_rules! kernels {
    ($module:ident, $features:literal) => {
        pub mod $module {
            use std::arch::x86_64::*;

            use super::super::super::convolution::{Filters, Patches};
            use super::super::super::panels::{GROUP, IntegerPanels, LANES, PANELS};
            use super::super::super::tables::{FAR, LAST, MOST_MEMORY, STEPS, Table, Tables};
            use super::super::{MemoryStep, fields, of_field};

            /// Lines, or rows, whose sums fit the registers.
            const AT_ONCE: usize = 6;
            /// Sums of a group.
            type Sums = [__m512i; PANELS];

            entries!();

            #[target_feature(enable = $features)]
            #[inline]
            fn load_integers(from: &[i32; LANES]) -> __m512i {
                // SAFETY: the array has the 64 bytes that are read.
                unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn load_pairs(from: &[i16; 2 * LANES]) -> __m512i {
                // SAFETY: the array has the 64 bytes that are read.
                unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn load(from: &[f32; LANES]) -> __m512 {
                // SAFETY: the array has the 64 bytes that are read.
                unsafe { _mm512_loadu_ps(from.as_ptr()) }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn store(into: &mut [f32; LANES], value: __m512) {
                // SAFETY: the array has the 64 bytes that are written.
                unsafe { _mm512_storeu_ps(into.as_mut_ptr(), value) }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn store_quantised(into: &mut [i16; LANES], value: __m512) {
                let scaled = _mm512_mul_ps(value, _mm512_set1_ps(127.0));
                let sign = _mm512_and_ps(scaled, _mm512_set1_ps(-0.0));
                let away = _mm512_add_ps(scaled, _mm512_or_ps(_mm512_set1_ps(0.5), sign));
                let whole = _mm512_cvttps_epi32(away);
                let whole = _mm512_min_epi32(whole, _mm512_set1_epi32(127));
                let whole = _mm512_max_epi32(whole, _mm512_set1_epi32(-127));
                // SAFETY: the array has the 32 bytes that are written.
                unsafe { _mm256_storeu_si256(into.as_mut_ptr().cast(), _mm512_cvtepi32_epi16(whole)) }
            }

            /// Looks 16 absolute places up. Single loads are faster than the gathering instruction where the processor's
            /// microcode guards against leaks through it.
            #[target_feature(enable = $features)]
            #[inline]
            fn look_up(table: &Table, absolute: __m512) -> __m512 {
                let place = _mm512_min_ps(_mm512_mul_ps(absolute, _mm512_set1_ps(STEPS)), _mm512_set1_ps(FAR));
                let entry = _mm512_cvttps_epi32(place);
                let far = _mm512_cmpge_epi32_mask(entry, _mm512_set1_epi32(LAST));
                let entry = _mm512_min_epi32(entry, _mm512_set1_epi32(LAST));
                let mut entries = [0i32; LANES];
                // SAFETY: the array has the 64 bytes that are written.
                unsafe { _mm512_storeu_si512(entries.as_mut_ptr().cast(), entry) };
                let two = |first: usize| {
                    let [one, other] =
                        [first, first + 1].map(|lane| &table[entries[lane] as usize & (table.len() - 1)]);
                    // SAFETY: both entries have the 8 bytes that are read.
                    unsafe { _mm_castpd_si128(_mm_loadh_pd(_mm_load_sd(one.as_ptr().cast()), other.as_ptr().cast())) }
                };
                let eight = |first: usize| {
                    let low = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(two(first)), two(first + 2));
                    let high = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(two(first + 4)), two(first + 6));
                    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
                };
                let (low, high) = (eight(0), eight(8));
                let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
                let odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
                let value = _mm512_castsi512_ps(_mm512_permutex2var_epi32(low, even, high));
                let rise = _mm512_castsi512_ps(_mm512_permutex2var_epi32(low, odd, high));
                let beyond = _mm512_sub_ps(place, _mm512_cvtepi32_ps(entry));
                let found = _mm512_add_ps(value, _mm512_mul_ps(rise, beyond));
                _mm512_mask_mov_ps(found, far, _mm512_set1_ps(1.0))
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn tanh(tables: &Tables, place: __m512) -> __m512 {
                let below = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(place, _mm512_setzero_ps());
                let found = look_up(&tables.tanh, _mm512_abs_ps(place));
                _mm512_mask_xor_ps(found, below, found, _mm512_set1_ps(-0.0))
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn logistic(tables: &Tables, place: __m512) -> __m512 {
                let below = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(place, _mm512_setzero_ps());
                let found = look_up(&tables.logistic, _mm512_abs_ps(place));
                _mm512_mask_sub_ps(found, below, _mm512_set1_ps(1.0), found)
            }

            /// Adds products of the inputs of `N` lines to their sums.
            #[target_feature(enable = $features)]
            #[inline]
            fn add_products<const N: usize>(sums: &mut [Sums; N], inputs: [&[[i16; 2]]; N], weights: &[i16]) {
                let blocks = weights.as_chunks::<{ 2 * GROUP }>().0;
                let inputs = inputs.map(|input| &input[..blocks.len()]);
                for (pair, block) in blocks.iter().enumerate() {
                    let panels = block.as_chunks::<{ 2 * LANES }>().0;
                    let weights = [0, 1, 2, 3].map(|panel: usize| load_pairs(&panels[panel]));
                    for (sums, input) in sums.iter_mut().zip(&inputs) {
                        let [low, high] = input[pair].map(|value| u32::from(value.cast_unsigned()));
                        let both = _mm512_set1_epi32((low | high << 16).cast_signed());
                        for (sum, weights) in sums.iter_mut().zip(weights) {
                            *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(both, weights));
                        }
                    }
                }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn bias(panels: &IntegerPanels, group: usize) -> Sums {
                let bias = panels.bias[group * GROUP..][..GROUP].as_chunks::<LANES>().0;
                [0, 1, 2, 3].map(|panel: usize| load_integers(&bias[panel]))
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn scaled(panels: &IntegerPanels, group: usize, sums: Sums) -> [__m512; PANELS] {
                let scale = panels.scale[group * GROUP..][..GROUP].as_chunks::<LANES>().0;
                [0, 1, 2, 3].map(|panel: usize| _mm512_mul_ps(_mm512_cvtepi32_ps(sums[panel]), load(&scale[panel])))
            }

            #[target_feature(enable = $features)]
            fn step_here(panels: &IntegerPanels, tables: &Tables, step: &mut MemoryStep<'_, i16>) {
                for group in 0..panels.groups {
                    let mut line = 0;
                    while line < step.lines {
                        line += match step.lines - line {
                            AT_ONCE.. => step_lines::<AT_ONCE>(panels, tables, step, group, line),
                            4 | 5 => step_lines::<4>(panels, tables, step, group, line),
                            2 | 3 => step_lines::<2>(panels, tables, step, group, line),
                            _ => step_lines::<1>(panels, tables, step, group, line),
                        };
                    }
                }
            }

            /// Runs `N` lines through a group, and returns `N`.
            #[target_feature(enable = $features)]
            #[inline]
            fn step_lines<const N: usize>(
                panels: &IntegerPanels,
                tables: &Tables,
                step: &mut MemoryStep<'_, i16>,
                group: usize,
                first: usize,
            ) -> usize {
                let state = panels.groups * LANES;
                let weights = &panels.weights[group * panels.pairs * 2 * GROUP..][..panels.pairs * 2 * GROUP];
                let (of_input, of_state) = weights.split_at(step.inputs * GROUP);
                let mut sums = [bias(panels, group); N];
                let inputs: [_; N] = std::array::from_fn(|line| {
                    step.input[(first + line) * step.stride..][..step.inputs].as_chunks::<2>().0
                });
                add_products(&mut sums, inputs, of_input);
                let before: [_; N] =
                    std::array::from_fn(|line| step.before[(first + line) * state..][..state].as_chunks::<2>().0);
                add_products(&mut sums, before, of_state);
                for (line, sums) in sums.into_iter().enumerate() {
                    let [cell, input, forget, output] = scaled(panels, group, sums);
                    let at = (first + line) * state + group * LANES;
                    let Some(cells) = step.cells[at..].first_chunk_mut::<LANES>() else { continue };
                    let kept = _mm512_mul_ps(load(cells), logistic(tables, forget));
                    let new = _mm512_mul_ps(tanh(tables, cell), logistic(tables, input));
                    let memory = _mm512_add_ps(kept, new);
                    let memory = _mm512_min_ps(memory, _mm512_set1_ps(MOST_MEMORY));
                    let memory = _mm512_max_ps(memory, _mm512_set1_ps(-MOST_MEMORY));
                    store(cells, memory);
                    let Some(after) = step.after[at..].first_chunk_mut::<LANES>() else { continue };
                    store_quantised(after, _mm512_mul_ps(tanh(tables, memory), logistic(tables, output)));
                }
                N
            }

            #[target_feature(enable = $features)]
            fn sums_here(panels: &IntegerPanels, input: &[i16], rows: usize, out: &mut [f32]) {
                for group in 0..panels.groups {
                    let mut row = 0;
                    while row < rows {
                        row += match rows - row {
                            AT_ONCE.. => sums_rows::<AT_ONCE>(panels, input, out, group, row),
                            _ => sums_rows::<1>(panels, input, out, group, row),
                        };
                    }
                }
            }

            #[target_feature(enable = $features)]
            #[inline]
            fn sums_rows<const N: usize>(
                panels: &IntegerPanels,
                input: &[i16],
                out: &mut [f32],
                group: usize,
                first: usize,
            ) -> usize {
                let (length, width) = (2 * panels.pairs, panels.groups * GROUP);
                let weights = &panels.weights[group * length * GROUP..][..length * GROUP];
                let mut sums = [bias(panels, group); N];
                let inputs: [_; N] =
                    std::array::from_fn(|row| input[(first + row) * length..][..length].as_chunks::<2>().0);
                add_products(&mut sums, inputs, weights);
                for (row, sums) in sums.into_iter().enumerate() {
                    let out = &mut out[(first + row) * width + group * GROUP..][..GROUP];
                    for (out, sum) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(scaled(panels, group, sums)) {
                        store(out, sum);
                    }
                }
                N
            }

            #[target_feature(enable = $features)]
            fn convolve_here(
                filters: &Filters<i16, i32>,
                tables: &Tables,
                patches: &Patches<i16>,
                field: (usize, usize),
                out: &mut [i16],
            ) {
                let (across, down) = fields(patches, field);
                let (groups, panel) = (filters.filters / LANES, filters.patch * LANES);
                let out = out[..across * down * filters.filters].as_chunks_mut::<LANES>().0;
                for (index, out) in out.iter_mut().enumerate() {
                    let (at, group) = (index / groups, index % groups);
                    let weights = filters.weights[group * panel..][..panel].as_chunks::<{ 2 * LANES }>().0;
                    let mut largest = _mm512_set1_epi32(i32::MIN);
                    for patch in of_field(patches, filters.patch, field, (at / down, at % down)) {
                        let mut sum = _mm512_setzero_si512();
                        for (pair, weights) in patch.as_chunks::<2>().0.iter().zip(weights) {
                            let [low, high] = pair.map(|value| u32::from(value.cast_unsigned()));
                            let both = _mm512_set1_epi32((low | high << 16).cast_signed());
                            sum = _mm512_add_epi32(sum, _mm512_madd_epi16(both, load_pairs(weights)));
                        }
                        largest = _mm512_max_epi32(largest, sum);
                    }
                    let (bias, scale) = (&filters.bias[group * LANES..], &filters.scale[group * LANES..]);
                    if let (Some(bias), Some(scale)) = (bias.first_chunk(), scale.first_chunk()) {
                        let sum = _mm512_cvtepi32_ps(_mm512_add_epi32(largest, load_integers(bias)));
                        store_quantised(out, tanh(tables, _mm512_mul_ps(sum, load(scale))));
                    }
                }
            }
        }
    };
}

kernels!(plain, "avx512f,avx512bw,avx512dq,avx512vl");
kernels!(vnni, "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni");
