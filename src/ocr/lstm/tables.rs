//! The functions of a network as libtesseract computes them, to the last bit.
//!
//! Hyperbolic tangent and logistic function are tables of 4,096 values, 1/256 apart, with straight lines between them; a
//! polynomial would differ in the eighth bit of an activation on every hundredth line. Source: Tesseract, `lstm/functions.h`.

/// Entries of a table.
pub const ENTRIES: usize = 4096;
/// Steps of a table per unit.
pub const STEPS: f32 = 256.0;
/// Place from which the functions count as 1, and what larger places are cut to; a place that is no number goes there too.
pub const LAST: i32 = 4095;
/// What places are cut to before they become integers.
pub const FAR: f32 = 8192.0;
/// What the memory of a cell is cut to.
pub const MOST_MEMORY: f32 = 100.0;
/// Steps of the exponential's table per power of two.
pub const POWERS: usize = 32;
/// Coefficients of 2^(r/32) around 0, for the cube, the square and the first power of r.
pub const CUBIC: [f64; 3] = [1.693_835_925_092_021_2e-6, 2.345_980_978_950_700_4e-4, 2.166_084_939_661_313_4e-2];
/// Difference from the largest value below which a probability does not become smaller.
pub const LEAST_EXPONENT: f32 = -86.0;

/// A function's values for positive places; each entry holds the value and the way to the next one.
pub type Table = [[f32; 2]; ENTRIES];

/// The tables.
#[derive(Debug)]
pub struct Tables {
    /// Hyperbolic tangent.
    pub tanh: Box<Table>,
    /// Logistic function.
    pub logistic: Box<Table>,
    /// 2^(i/32) for i below 32.
    pub powers: [f64; POWERS],
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            tanh: table(f64::tanh),
            logistic: table(|place| 1.0 / (1.0 + (-place).exp())),
            powers: std::array::from_fn(|power| (power as f64 / POWERS as f64).exp2()),
        }
    }
}

fn table(function: impl Fn(f64) -> f64) -> Box<Table> {
    let value = |entry: usize| function(entry.min(ENTRIES - 1) as f64 / f64::from(STEPS)) as f32;
    let mut table = Box::new([[0.0; 2]; ENTRIES]);
    for (entry, pair) in table.iter_mut().enumerate() {
        *pair = [value(entry), value(entry + 1) - value(entry)];
    }
    table
}

/// Looks a positive place up.
#[inline(always)]
fn look_up(table: &Table, place: f32) -> f32 {
    let place = (place * STEPS).min(FAR);
    let entry = place as i32;
    if entry >= LAST {
        return 1.0;
    }
    let [value, rise] = table[entry.max(0) as usize & (ENTRIES - 1)];
    value + rise * (place - entry as f32)
}

impl Tables {
    /// Returns the hyperbolic tangent.
    #[inline(always)]
    pub fn tanh(&self, place: f32) -> f32 {
        let value = look_up(&self.tanh, place.abs());
        if place < 0.0 { -value } else { value }
    }

    /// Returns the logistic function.
    #[inline(always)]
    pub fn logistic(&self, place: f32) -> f32 {
        let value = look_up(&self.logistic, place.abs());
        if place < 0.0 { 1.0 - value } else { value }
    }

    /// Returns e to the power of a number between -86 and 0, rounded to the nearest float but for one case in millions: a
    /// table of 32 powers and a cubic in double precision, the scheme of the GNU C library.
    #[inline(always)]
    pub fn exp(&self, exponent: f32) -> f32 {
        let scaled = f64::from(exponent) * (std::f64::consts::LOG2_E * POWERS as f64);
        let whole = scaled.round_ties_even();
        let rest = scaled - whole;
        let whole = whole as i64;
        let power = self.powers[(whole & (POWERS as i64 - 1)) as usize];
        let power = f64::from_bits(power.to_bits().wrapping_add(((whole >> 5) << 52).cast_unsigned()));
        let [cube, square, first] = CUBIC;
        (((cube * rest + square) * (rest * rest) + (first * rest + 1.0)) * power) as f32
    }

    /// Turns sums into probabilities, in place. The sum runs from the first to the last, as its rounding matters.
    pub fn softmax(&self, values: &mut [f32]) {
        let largest = values.iter().copied().fold(f32::MIN, f32::max);
        for value in values.iter_mut() {
            *value = self.exp((*value - largest).clamp(LEAST_EXPONENT, 0.0));
        }
        let sum: f32 = values.iter().fold(0.0, |sum, value| sum + value);
        values.iter_mut().for_each(|value| *value /= sum);
    }
}

/// Rounds an activation of -1 to 1 to a byte's range, halves away from zero.
#[inline(always)]
pub fn quantised(activation: f32) -> i16 {
    let scaled = activation * 127.0;
    ((scaled + 0.5f32.copysign(scaled)) as i32).clamp(-127, 127) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_follow_the_functions() {
        let tables = Tables::default();
        for step in -4000..4000 {
            let place = step as f32 / 190.0;
            assert!((tables.tanh(place) - place.tanh()).abs() < 2e-6 + 1e-5 * (16.0 - place.abs()).abs());
            assert!((tables.logistic(place) - 1.0 / (1.0 + (-place).exp())).abs() < 2e-6);
            let exponent = -place.abs() * 4.0;
            assert!((tables.exp(exponent) / exponent.exp() - 1.0).abs() < 2e-7, "{exponent}");
        }
        assert_eq!((tables.tanh(f32::INFINITY), tables.tanh(f32::NEG_INFINITY), tables.tanh(0.0)), (1.0, -1.0, 0.0));
        assert_eq!(tables.tanh(f32::NAN), 1.0);
    }

    #[test]
    fn probabilities_sum_to_one_and_keep_their_order() {
        let mut values = [1.0, -300.0, 3.0, 2.5];
        Tables::default().softmax(&mut values);
        assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(values[2] > values[3] && values[3] > values[0] && values[0] > values[1]);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!([0.5 / 127.0, -0.5 / 127.0, 1.0, -1.0, 0.003].map(quantised), [1, -1, 127, -127, 0]);
    }
}
