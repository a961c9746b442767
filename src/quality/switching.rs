//! How strictly the next lot is sampled, going by the lots before it (ISO 2859-1, switching rules).

use crate::chart::Stringency;

/// Lots that are looked back on under normal inspection.
const WINDOW: usize = 5;
/// Lots held back among them that tighten it.
const TIGHTENS: usize = 2;
/// Lots released one after the other that end tightened inspection.
const RELAXES: u32 = 5;
/// Lots held back under tightened inspection after which no sample is enough.
const STOPS: u32 = 5;

/// Returns how strictly the next lot is sampled. `accepted` says of each earlier lot whether it was released, the oldest first.
///
/// Two lots held back among at most five that follow each other tighten it; five released one after the other end that.
/// After five held back while tightened every document is checked, until five lots were released one after the other: then
/// it is tightened again. The standard stops inspection there and leaves open when it may go on.
pub fn stringency(accepted: impl IntoIterator<Item = bool>) -> Stringency {
    let mut now = Stringency::Normal;
    let mut recent: Vec<bool> = Vec::new();
    let (mut in_a_row, mut held_back) = (0, 0);
    for accepted in accepted {
        in_a_row = if accepted { in_a_row + 1 } else { 0 };
        let next = match now {
            Stringency::Normal => {
                recent.push(accepted);
                let window = &recent[recent.len().saturating_sub(WINDOW)..];
                let tightens = window.iter().filter(|accepted| !**accepted).count() >= TIGHTENS;
                if tightens { Stringency::Tightened } else { now }
            }
            Stringency::Tightened => {
                held_back += u32::from(!accepted);
                match (held_back >= STOPS, in_a_row >= RELAXES) {
                    (true, _) => Stringency::All,
                    (_, true) => Stringency::Normal,
                    _ => now,
                }
            }
            Stringency::All if in_a_row >= RELAXES => Stringency::Tightened,
            Stringency::All => now,
        };
        if next != now {
            recent.clear();
            (in_a_row, held_back) = (0, 0);
            now = next;
        }
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lots: &str) -> Stringency {
        stringency(lots.chars().map(|lot| lot == 'r'))
    }

    #[test]
    fn lots_held_back_tighten_and_lots_released_relax() {
        // r: released, h: held back.
        for (lots, expected) in [
            ("", Stringency::Normal),
            ("hrrrr", Stringency::Normal),
            ("hrrrh", Stringency::Tightened),
            ("hrrrrh", Stringency::Normal),
            ("hh", Stringency::Tightened),
            ("hhrrrr", Stringency::Tightened),
            ("hhrrrrr", Stringency::Normal),
            ("hhrrrrrh", Stringency::Normal),
            ("hhrrrrhrrrr", Stringency::Tightened),
            ("hhhrhrhrhr", Stringency::Tightened),
            ("hhhrhrhrhrh", Stringency::All),
            ("hhhhhhhrrrr", Stringency::All),
            ("hhhhhhhrrrrr", Stringency::Tightened),
            ("hhhhhhhrrrrrrrrrr", Stringency::Normal),
        ] {
            assert_eq!(after(lots), expected, "{lots}");
        }
    }
}
