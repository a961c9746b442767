//! What the convolution sees of a picture, and its weights.
//!
//! A patch is what lies around one pixel: columns from left to right, each from top to bottom, filled up to an even number.
//! Where it reaches beyond the picture stand random values, as when the network was trained: they come from a generator that
//! is seeded anew for every line, drawn in the order of pixels. Sources: Tesseract, `lstm/convolve.cpp`, `ccutil/helpers.h`.

use super::layers::{Values, Weights};
use super::panels::{LANES, padded};

/// Weights of a convolution. Filters stand in panels of [`LANES`].
#[derive(Debug, Clone, PartialEq)]
pub struct Filters<Weight, Sum> {
    /// Values of a patch, an even number.
    pub patch: usize,
    /// Filters, padding included.
    pub filters: usize,
    /// `[panel][pair of the patch][lane][2]`.
    pub weights: Vec<Weight>,
    /// One for each filter.
    pub bias: Vec<Sum>,
    /// What multiplies the sum of each filter.
    pub scale: Vec<f32>,
}

/// The patches of one line, row by row.
#[derive(Debug, Default)]
pub struct Patches<T> {
    /// Columns of the picture.
    pub width: usize,
    /// Rows of the picture.
    pub height: usize,
    /// `[row][column][value of the patch]`.
    pub values: Vec<T>,
}

/// Returns where the weight of one patch value of one filter stands.
const fn place(patch: usize, filter: usize, value: usize) -> usize {
    ((filter / LANES * (patch / 2) + value / 2) * LANES + filter % LANES) * 2 + value % 2
}

impl Filters<i16, i32> {
    /// Lays weights of bytes out.
    pub fn of_integers(weights: &Weights) -> Self {
        let mut filters = Self::empty(weights);
        let Values::Integer(values, scales) = &weights.values else { return filters };
        for (filter, row) in values.chunks_exact(weights.inputs + 1).enumerate() {
            filters.bias[filter] = i32::from(row[weights.inputs]) * 127;
            filters.scale[filter] = (scales[filter] / 127.0) as f32;
            for (value, weight) in row[..weights.inputs].iter().enumerate() {
                filters.weights[place(filters.patch, filter, value)] = i16::from(*weight);
            }
        }
        filters
    }
}

impl Filters<f32, f32> {
    /// Lays weights of floating-point numbers out.
    pub fn of_floats(weights: &Weights) -> Self {
        let mut filters = Self::empty(weights);
        let Values::Float(values) = &weights.values else { return filters };
        for (filter, row) in values.chunks_exact(weights.inputs + 1).enumerate() {
            filters.bias[filter] = row[weights.inputs];
            filters.scale[filter] = 1.0;
            for (value, weight) in row[..weights.inputs].iter().enumerate() {
                filters.weights[place(filters.patch, filter, value)] = *weight;
            }
        }
        filters
    }
}

impl<Weight: Copy + Default, Sum: Copy + Default> Filters<Weight, Sum> {
    fn empty(weights: &Weights) -> Self {
        let (patch, filters) = (weights.inputs.next_multiple_of(2), padded(weights.outputs));
        Self {
            patch,
            filters,
            weights: vec![Weight::default(); filters * patch],
            bias: vec![Sum::default(); filters],
            scale: vec![0.0; filters],
        }
    }
}

impl<T: Copy + Default> Patches<T> {
    /// Collects the patches of a picture of `width` columns; `patch` is their length, `reach` how far they go to each side,
    /// `of_byte` makes values of a pixel's and a random byte.
    pub fn fill(
        &mut self,
        pixels: &[i8],
        width: usize,
        reach: (usize, usize),
        patch: usize,
        seed: i32,
        of_byte: impl Fn(i8) -> T,
    ) {
        let height = pixels.len() / width.max(1);
        (self.width, self.height) = (width, height);
        self.values.clear();
        self.values.resize(width * height * patch, T::default());
        let (across, down) = (2 * reach.0 + 1, 2 * reach.1 + 1);
        let mut outside = Outside::seeded(seed);
        // Columns one behind the other, so that a column of a patch is a run.
        let mut columns = vec![T::default(); width * height];
        for (y, row) in pixels.chunks_exact(width.max(1)).enumerate() {
            for (x, pixel) in row.iter().enumerate() {
                columns[x * height + y] = of_byte(*pixel);
            }
        }
        for (y, row) in self.values.chunks_exact_mut((width * patch).max(1)).enumerate() {
            let inside_down = y >= reach.1 && y + reach.1 < height;
            for (x, values) in row.chunks_exact_mut(patch).enumerate() {
                if inside_down && x >= reach.0 && x + reach.0 < width {
                    let first = (x - reach.0) * height + y - reach.1;
                    for (column, into) in values.chunks_exact_mut(down).enumerate().take(across) {
                        into.copy_from_slice(&columns[first + column * height..][..down]);
                    }
                    continue;
                }
                for (place, value) in values.iter_mut().enumerate().take(across * down) {
                    let (right, below) = (x + place / down, y + place % down);
                    let inside = right >= reach.0 && below >= reach.1;
                    *value = if inside && right - reach.0 < width && below - reach.1 < height {
                        columns[(right - reach.0) * height + below - reach.1]
                    } else {
                        of_byte(outside.next())
                    };
                }
            }
        }
    }
}

/// The generator of values outside of a picture: Lehmer's with the multiplier 48,271 (`std::minstd_rand`).
struct Outside(u64);

impl Outside {
    const MODULUS: u64 = 2_147_483_647;

    fn seeded(seed: i32) -> Self {
        let seed = (i64::from(seed).wrapping_mul(0x1000_0001)).cast_unsigned() % Self::MODULUS;
        let mut outside = Self(seed.max(1));
        // The first draw is discarded.
        outside.next();
        outside
    }

    fn next(&mut self) -> i8 {
        self.0 = self.0 * 48_271 % Self::MODULUS;
        let drawn = 127.0 * 2.0 * self.0 as f64 / Self::MODULUS as f64 - 127.0;
        (drawn + 0.5f64.copysign(drawn)) as i8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_hold_their_neighbourhood_by_columns_and_the_same_values_outside_every_time() {
        let pixels: Vec<i8> = (0..5 * 4).collect();
        let mut patches = Patches::default();
        patches.fill(&pixels, 5, (1, 1), 10, 77, i16::from);
        let inner = &patches.values[(5 + 2) * 10..][..10];
        assert_eq!(inner, [1, 6, 11, 2, 7, 12, 3, 8, 13, 0]);
        let corner = &patches.values[..10];
        assert_eq!((corner[4], corner[5], corner[7], corner[8]), (0, 5, 1, 6));
        let first = patches.values.clone();
        patches.fill(&pixels, 5, (1, 1), 10, 77, i16::from);
        assert_eq!(first, patches.values);
        patches.fill(&pixels, 5, (1, 1), 10, 78, i16::from);
        assert_ne!(first, patches.values);
    }
}
