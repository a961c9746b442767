//! The sampling plans of ISO 2859-1 / ANSI Z1.4: general inspection level II, normal inspection, single sampling.

use std::fmt;
use std::str::FromStr;

use crate::chart::Stringency;

/// Largest lot of each code letter but the last, from A on (table I, level II).
const LARGEST_LOT: [u32; 14] = [8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000];
/// Sample size of each code letter, from A on (table II-A).
const SAMPLE_SIZE: [u32; 15] = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1_250];
/// Acceptance numbers down a column of table II-A, from the third letter after the one that accepts 0.
const ACCEPTS: [u32; 8] = [1, 2, 3, 5, 7, 10, 14, 21];

/// How lots are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// There are no lots.
    Off,
    /// Every document is checked.
    All,
    /// A sample, by the acceptance quality limit.
    Limit(Limit),
}

/// An acceptance quality limit, in percent of documents with a major defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// 0.40; for tightened inspection at 0.65.
    P040,
    /// 0.65.
    P065,
    /// 1.0.
    P100,
    /// 1.5; for tightened inspection at 2.5.
    P150,
    /// 2.5.
    P250,
}

/// How many documents are drawn, and how many of them may have a major defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Documents to draw.
    pub size: u32,
    /// Documents with a major defect that are tolerated.
    pub accepts: u32,
}

/// A text that names no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be \"off\", \"all\", or an acceptance quality limit in percent: \"0.65\", \"1.0\" or \"2.5\"")]
pub struct PlanError;

impl Plan {
    /// Returns what is drawn of a lot of `lot` documents.
    pub fn sample(self, lot: u32, stringency: Stringency) -> Sample {
        let limit = match (self, stringency) {
            (Self::Off, _) => return Sample { size: 0, accepts: 0 },
            (Self::All, _) | (_, Stringency::All) => return Sample { size: lot, accepts: 0 },
            (Self::Limit(limit), Stringency::Normal) => limit,
            (Self::Limit(limit), Stringency::Tightened) => match limit.next_lower() {
                Some(lower) => lower,
                None => return Sample { size: lot, accepts: 0 },
            },
        };
        let Sample { size, accepts } = limit.table(lot);
        Sample { size: size.min(lot), accepts }
    }
}

impl Limit {
    /// Reads table II-A, its arrows followed. The columns are the same sequence, each begins one letter later than the one of
    /// the next higher limit.
    fn table(self, lot: u32) -> Sample {
        let letter = LARGEST_LOT.iter().position(|largest| lot <= *largest).unwrap_or(LARGEST_LOT.len());
        let zero = match self {
            Self::P040 => 6,
            Self::P065 => 5,
            Self::P100 => 4,
            Self::P150 => 3,
            Self::P250 => 2,
        };
        let of = |letter: usize, accepts: u32| Sample { size: SAMPLE_SIZE[letter.min(SAMPLE_SIZE.len() - 1)], accepts };
        match letter.checked_sub(zero) {
            // Arrows down to the letter that accepts 0, and up to it from the one that follows.
            None | Some(0 | 1) => of(zero, 0),
            // An arrow down from the second one.
            Some(2) => of(zero + 3, ACCEPTS[0]),
            Some(further) => {
                let step = (further - 3).min(ACCEPTS.len() - 1);
                of(zero + 3 + step, ACCEPTS[step])
            }
        }
    }

    const fn next_lower(self) -> Option<Self> {
        match self {
            Self::P040 => None,
            Self::P065 => Some(Self::P040),
            Self::P100 => Some(Self::P065),
            Self::P150 => Some(Self::P100),
            Self::P250 => Some(Self::P150),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::All => "all",
            Self::Limit(Limit::P040) => "0.40",
            Self::Limit(Limit::P065) => "0.65",
            Self::Limit(Limit::P100) => "1.0",
            Self::Limit(Limit::P150) => "1.5",
            Self::Limit(Limit::P250) => "2.5",
        })
    }
}

impl FromStr for Plan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        match text {
            "off" => Ok(Self::Off),
            "all" => Ok(Self::All),
            "0.65" => Ok(Self::Limit(Limit::P065)),
            "1.0" => Ok(Self::Limit(Limit::P100)),
            "2.5" => Ok(Self::Limit(Limit::P250)),
            _ => Err(PlanError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lots, then sample and acceptance number at 0.65, 1.0 and 2.5, as the standard's table has them.
    const GOLDEN: [(u32, [(u32, u32); 3]); 15] = [
        (8, [(20, 0), (13, 0), (5, 0)]),
        (15, [(20, 0), (13, 0), (5, 0)]),
        (25, [(20, 0), (13, 0), (5, 0)]),
        (50, [(20, 0), (13, 0), (5, 0)]),
        (90, [(20, 0), (13, 0), (20, 1)]),
        (150, [(20, 0), (13, 0), (20, 1)]),
        (280, [(20, 0), (50, 1), (32, 2)]),
        (500, [(80, 1), (50, 1), (50, 3)]),
        (1_200, [(80, 1), (80, 2), (80, 5)]),
        (3_200, [(125, 2), (125, 3), (125, 7)]),
        (10_000, [(200, 3), (200, 5), (200, 10)]),
        (35_000, [(315, 5), (315, 7), (315, 14)]),
        (150_000, [(500, 7), (500, 10), (500, 21)]),
        (500_000, [(800, 10), (800, 14), (500, 21)]),
        (500_001, [(1_250, 14), (1_250, 21), (500, 21)]),
    ];

    #[test]
    fn samples_are_those_of_the_standard() {
        for (lot, expected) in GOLDEN {
            for (limit, (size, accepts)) in [Limit::P065, Limit::P100, Limit::P250].into_iter().zip(expected) {
                let sample = limit.table(lot);
                assert_eq!((sample.size, sample.accepts), (size, accepts), "{limit:?}, lot of {lot}");
                let drawn = Plan::Limit(limit).sample(lot, Stringency::Normal);
                assert_eq!((drawn.size, drawn.accepts), (size.min(lot), accepts));
            }
        }
        // AQL 0.40 and 1.5, from the standard's own table.
        assert_eq!(Limit::P040.table(500), Sample { size: 32, accepts: 0 });
        assert_eq!(Limit::P040.table(1_200), Sample { size: 125, accepts: 1 });
        assert_eq!(Limit::P150.table(500), Sample { size: 50, accepts: 2 });
        assert_eq!(Limit::P150.table(150), Sample { size: 32, accepts: 1 });
    }

    /// The chance that a lot with so many defects is released.
    fn released(sample: Sample, defects: f64) -> f64 {
        let (mut term, mut sum) = ((1.0 - defects).powf(f64::from(sample.size)), 0.0);
        for found in 0..=sample.accepts.min(sample.size) {
            sum += term;
            term *= f64::from(sample.size - found) / f64::from(found + 1) * defects / (1.0 - defects);
        }
        sum
    }

    #[test]
    fn tightened_inspection_is_stricter_at_the_limit() {
        for (text, defects) in [("0.65", 0.0065), ("1.0", 0.01), ("2.5", 0.025)] {
            let plan: Plan = text.parse().unwrap();
            assert_eq!(plan.to_string(), text);
            for lot in (1..3_000).chain([9_999, 40_000, 200_000, 600_000]) {
                let [normal, tightened, all] =
                    [Stringency::Normal, Stringency::Tightened, Stringency::All].map(|how| plan.sample(lot, how));
                assert!(released(tightened, defects) <= released(normal, defects) + 1e-9, "{plan} {lot}");
                assert_eq!((all.size, all.accepts), (lot, 0));
            }
        }
        assert_eq!(Plan::Off.sample(500, Stringency::Normal).size, 0);
        assert!("0.4".parse::<Plan>().is_err() && "100%".parse::<Plan>().is_err());
    }
}
