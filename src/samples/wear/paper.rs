//! What paper and sensor do: fading, show-through, grain and specks.

use image::GrayImage;

use crate::samples::dice::Dice;

/// How the ink has faded.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::samples) struct Fade {
    /// Percent of the ink that is left, on average.
    ink: i32,
    /// Brightness of the paper.
    paper: i32,
}

impl Fade {
    /// Chooses a fading that leaves `low` to `high` percent of the ink.
    pub(super) fn choose(low: i32, high: i32, dice: &mut Dice) -> Self {
        Self { ink: dice.between(low, high), paper: dice.between(222, 246) }
    }
}

/// Points of the grid that the fading varies over, across and down.
const GRID: (usize, usize) = (6, 8);

/// Fades the ink, more in some places than in others.
pub(super) fn fade(plane: &mut GrayImage, fade: &Fade, dice: &mut Dice) {
    let mut left = [[0i32; GRID.0]; GRID.1];
    for row in &mut left {
        for point in row {
            *point = (fade.ink + dice.between(-10, 10)).clamp(12, 100) * 256 / 100;
        }
    }
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let place = |at: usize, length: usize, points: usize| {
        let scaled = at * (points - 1) * 256 / length;
        (scaled / 256, (scaled % 256) as i32)
    };
    let columns: Vec<(usize, i32)> = (0..width).map(|x| place(x, width, GRID.0)).collect();
    for (y, pixels) in plane.chunks_exact_mut(width).enumerate() {
        let (row, down) = place(y, height, GRID.1);
        let line: Vec<i32> =
            (0..GRID.0).map(|x| (left[row][x] * (256 - down) + left[row + 1][x] * down) >> 8).collect();
        for (pixel, &(column, right)) in pixels.iter_mut().zip(&columns) {
            let strength = (line[column] * (256 - right) + line[column + 1] * right) >> 8;
            let ink = ((255 - i32::from(*pixel)) * strength) >> 8;
            *pixel = (fade.paper - ink * fade.paper / 255).clamp(0, 255) as u8;
        }
    }
}

/// Lets the other side shine through, mirrored and soft.
pub(super) fn show_through(plane: &mut GrayImage, back: &GrayImage, strength: u8) {
    if plane.dimensions() != back.dimensions() {
        return;
    }
    let width = plane.width() as usize;
    for (front, back) in plane.chunks_exact_mut(width).zip(back.chunks_exact(width)) {
        for (x, pixel) in front.iter_mut().enumerate() {
            let at = width - 1 - x;
            let sum: u32 =
                [at.saturating_sub(2), at, (at + 2).min(width - 1)].iter().map(|&at| u32::from(255 - back[at])).sum();
            *pixel = pixel.saturating_sub((sum / 3 * u32::from(strength) / 255) as u8);
        }
    }
}

/// Adds the grain of a sensor: nearly normal, with a standard deviation of `deviation` grey levels.
pub(super) fn grain(plane: &mut GrayImage, deviation: u8, dice: &mut Dice) {
    let table = normal_table(i32::from(deviation));
    let mut bytes = vec![0; 1 << 16];
    for pixels in plane.chunks_mut(bytes.len()) {
        dice.fill(&mut bytes);
        for (pixel, byte) in pixels.iter_mut().zip(&bytes) {
            *pixel = (i32::from(*pixel) + table[usize::from(*byte)]).clamp(0, 255) as u8;
        }
    }
}

/// Strews black and white specks: dust, toner and drop-outs.
pub(super) fn specks(plane: &mut GrayImage, per_million: u32, dpi: u32, dice: &mut Dice) {
    let (width, height) = plane.dimensions();
    let count = u64::from(width) * u64::from(height) * u64::from(per_million) / 1_000_000;
    for _ in 0..count {
        let (x, y, side) = (dice.below(width), dice.below(height), 1 + dice.below((dpi / 100).max(1)));
        let tone = if dice.chance(60) { dice.below(90) } else { 255 - dice.below(20) } as u8;
        for row in y..(y + side).min(height) {
            for column in x..(x + side).min(width) {
                plane.get_pixel_mut(column, row).0 = [tone];
            }
        }
    }
}

/// Makes 256 equally likely offsets whose spread is `deviation`: the quantiles of a sum of four even draws.
fn normal_table(deviation: i32) -> [i32; 256] {
    let mut counts = [0u32; 61];
    for a in 0..16 {
        for b in 0..16 {
            for c in 0..16 {
                for d in 0..16 {
                    counts[a + b + c + d] += 1;
                }
            }
        }
    }
    let (mut value, mut below) = (0, counts[0]);
    std::array::from_fn(|index| {
        while below <= index as u32 * 256 + 128 {
            value += 1;
            below += counts[value];
        }
        // The sum has mean 30 and standard deviation 9.22.
        ((value as i32 - 30) * deviation * 100 + 461 * (value as i32 - 30).signum()) / 922
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grain_has_the_spread_it_is_asked_for() {
        for deviation in [2, 10, 20] {
            let table = normal_table(deviation);
            let mean = table.iter().sum::<i32>() as f64 / 256.0;
            let variance = table.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / 256.0;
            assert!(mean.abs() < 0.5, "{mean}");
            assert!((variance.sqrt() - f64::from(deviation)).abs() < 1.0, "{deviation}: {}", variance.sqrt());
        }
    }
}
