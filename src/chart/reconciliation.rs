//! Reconciliation: the sheets that were prepared against the sides that came out of the scanner.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BatchCounts, Sides};

/// What was prepared and what was found, in numbers. A sheet of charts is one side or two; separator sheets were fed besides
/// and are taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Sheets of charts that were counted before scanning; none where nobody counted.
    pub sheets_prepared: Option<u32>,
    /// Which sides were scanned; none where nobody said.
    pub sides: Option<Sides>,
    /// Sides found, blank ones and separator sheets included.
    pub sides_found: u64,
    /// Sides that are separator sheets, their blank backs aside.
    pub separators: u64,
    /// Sheets of paper that these are when both sides were scanned.
    pub separator_sheets: u64,
    /// Blank sides, which are hidden.
    pub blank: u64,
    /// Sides that could not be read.
    pub unreadable: u64,
    /// Files that could not be opened: the sides in them are not known.
    pub files_rejected: u64,
    /// Files and sides that are still to be opened or read.
    pub waiting: u64,
    /// Of these, the files.
    pub files_waiting: u64,
}

/// What the expected sheets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sheets {
    /// Nobody counted.
    NotCounted,
    /// Files are still to be opened or pages to be read: how many sheets there are is not known yet.
    NotYet,
    /// The pages can be the sides of so many sheets; nobody said whether one or both were scanned.
    Plausible,
    /// As many were found as were prepared.
    Agree,
    /// So many sheets, or a side of them, are missing; at least so many where nobody said which sides were scanned.
    Missing(u64),
    /// So many sheets, or a side of them, are too many; at least so many where nobody said which sides were scanned.
    TooMany(u64),
}

impl Reconciliation {
    /// Sets what was prepared against the counts of a batch.
    pub const fn of(sheets_prepared: Option<u32>, sides: Option<Sides>, counts: &BatchCounts) -> Self {
        Self {
            sheets_prepared,
            sides,
            sides_found: counts.pages,
            separators: counts.separators,
            separator_sheets: counts.separator_sheets,
            blank: counts.pages_blank,
            unreadable: counts.pages_failed + counts.pages_rejected,
            files_rejected: counts.files_rejected,
            waiting: counts.files_waiting + counts.pages_waiting,
            files_waiting: counts.files_waiting,
        }
    }

    /// Compares. That sheets are missing is told as soon as every file is open; anything else once every side was read, since
    /// a side may turn out to be a separator sheet.
    pub fn sheets(&self) -> Sheets {
        let Some(prepared) = self.sheets_prepared.map(u64::from) else { return Sheets::NotCounted };
        if self.files_waiting > 0 {
            return Sheets::NotYet;
        }
        // Where nobody said which sides were scanned, every page may be a sheet, or half a one.
        let most = self.charts(self.sides.unwrap_or(Sides::Simplex));
        let least = self.charts(self.sides.unwrap_or(Sides::Duplex));
        let [per_most, per_least] =
            [Sides::Simplex, Sides::Duplex].map(|sides| self.sides.unwrap_or(sides).of_a_sheet());
        if most < prepared * per_most {
            return Sheets::Missing((prepared * per_most - most).div_ceil(per_most));
        }
        if self.waiting > 0 {
            return Sheets::NotYet;
        }
        if least > prepared * per_least {
            return Sheets::TooMany((least - prepared * per_least).div_ceil(per_least));
        }
        if self.sides.is_some() { Sheets::Agree } else { Sheets::Plausible }
    }

    /// Returns the whole sheets of charts that were found, and the sides beyond them (one at most), separator sheets taken
    /// out; none where nobody said which sides were scanned.
    pub fn sheets_found(&self) -> Option<(u64, u64)> {
        self.sides.map(|sides| (self.charts(sides) / sides.of_a_sheet(), self.charts(sides) % sides.of_a_sheet()))
    }

    /// Returns the sides that are no separator sheets.
    const fn charts(&self, sides: Sides) -> u64 {
        self.sides_found.saturating_sub(match sides {
            Sides::Simplex => self.separators,
            Sides::Duplex => self.separator_sheets * 2,
        })
    }

    /// Returns the difference of the sides, and whether they are missing.
    fn difference(&self) -> Option<(u64, u64, bool)> {
        let (sides, prepared) = (self.sides?, u64::from(self.sheets_prepared?));
        let (found, wanted) = (self.charts(sides), prepared * sides.of_a_sheet());
        let apart = found.abs_diff(wanted);
        Some((apart / sides.of_a_sheet(), apart % sides.of_a_sheet(), found < wanted))
    }
}

impl fmt::Display for Reconciliation {
    /// Says it in a sentence: `212 sheets prepared, 211 found: 1 missing`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(prepared) = self.sheets_prepared else {
            return write!(f, "nobody counted the sheets before scanning; {} sides found", self.sides_found);
        };
        write!(f, "{prepared} {} prepared, ", plural(prepared.into(), "sheet"))?;
        let sheets = self.sheets();
        if sheets == Sheets::NotYet {
            return match (self.files_waiting, self.waiting) {
                (0, sides) => write!(f, "not compared yet, {sides} {} still to be read", plural(sides, "side")),
                (files, _) => write!(f, "not compared yet, {files} {} still to be opened", plural(files, "file")),
            };
        }
        let Some(((found, odd), (apart, apart_odd, missing))) = self.sheets_found().zip(self.difference()) else {
            write!(f, "{} sides found", self.sides_found)?;
            return match sheets {
                Sheets::Missing(missing) => write!(f, ": at least {missing} missing"),
                Sheets::TooMany(extra) => write!(f, ": at least {extra} too many"),
                _ => f.write_str(", which can be one or both of each; nobody said which were scanned"),
            };
        };
        write!(f, "{found}{} found", if odd > 0 { " and one side" } else { "" })?;
        let kind = if missing { "missing" } else { "too many" };
        match (apart, apart_odd) {
            (0, 0) => Ok(()),
            (sheets, 0) => write!(f, ": {sheets} {kind}"),
            (0, _) => write!(f, ": 1 side {kind}"),
            (sheets, _) => write!(f, ": {sheets} and one side {kind}"),
        }
    }
}

fn plural(count: u64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(pages: u64, separators: u64) -> BatchCounts {
        BatchCounts { pages, separators, separator_sheets: separators, ..BatchCounts::default() }
    }

    fn said(prepared: u32, sides: Option<Sides>, counts: &BatchCounts) -> (Sheets, String) {
        let account = Reconciliation::of(Some(prepared), sides, counts);
        (account.sheets(), account.to_string())
    }

    #[test]
    fn prepared_sheets_are_compared_with_the_sides_found() {
        use Sheets::{Agree, Missing, Plausible, TooMany};
        use Sides::{Duplex, Simplex};
        for (prepared, sides, pages, separators, wanted, sentence) in [
            (212, Some(Simplex), 212, 0, Agree, "212 sheets prepared, 212 found"),
            (212, Some(Simplex), 211, 0, Missing(1), "212 sheets prepared, 211 found: 1 missing"),
            (212, Some(Simplex), 214, 0, TooMany(2), "212 sheets prepared, 214 found: 2 too many"),
            (212, Some(Simplex), 215, 3, Agree, "212 sheets prepared, 212 found"),
            (212, Some(Duplex), 424, 0, Agree, "212 sheets prepared, 212 found"),
            (212, Some(Duplex), 422, 0, Missing(1), "212 sheets prepared, 211 found: 1 missing"),
            (212, Some(Duplex), 423, 0, Missing(1), "212 sheets prepared, 211 and one side found: 1 side missing"),
            (
                212,
                Some(Duplex),
                421,
                0,
                Missing(2),
                "212 sheets prepared, 210 and one side found: 1 and one side missing",
            ),
            (212, Some(Duplex), 425, 0, TooMany(1), "212 sheets prepared, 212 and one side found: 1 side too many"),
            // The blank back of a separator sheet goes with its front.
            (212, Some(Duplex), 430, 3, Agree, "212 sheets prepared, 212 found"),
            (1, Some(Duplex), 0, 0, Missing(1), "1 sheet prepared, 0 found: 1 missing"),
            (212, None, 211, 0, Missing(1), "212 sheets prepared, 211 sides found: at least 1 missing"),
            (212, None, 425, 0, TooMany(1), "212 sheets prepared, 425 sides found: at least 1 too many"),
            (212, None, 430, 3, Plausible, ""),
            (212, None, 424, 0, Plausible, ""),
            (212, None, 212, 0, Plausible, ""),
        ] {
            let (sheets, text) = said(prepared, sides, &counts(pages, separators));
            assert_eq!(sheets, wanted, "{prepared} {sides:?} {pages} {separators}");
            assert!(sentence.is_empty() || text == sentence, "{text}");
        }
    }

    #[test]
    fn nothing_is_told_before_it_is_known() {
        let simplex = Some(Sides::Simplex);
        let unopened = BatchCounts { files_waiting: 1, ..counts(3, 0) };
        assert_eq!(said(14, simplex, &unopened).0, Sheets::NotYet);
        let unread = BatchCounts { pages_waiting: 2, ..counts(14, 0) };
        assert_eq!(
            said(14, simplex, &unread),
            (Sheets::NotYet, "14 sheets prepared, not compared yet, 2 sides still to be read".to_owned())
        );
        // What is missing stays missing, whatever the other sides turn out to be.
        assert_eq!(said(15, simplex, &unread).0, Sheets::Missing(1));
        let nobody = Reconciliation::of(None, simplex, &counts(3, 0));
        assert_eq!(nobody.sheets(), Sheets::NotCounted);
        assert!(nobody.to_string().contains("nobody counted"));
    }

    proptest! {
        /// Whatever is fed, the difference is what was lost or fed twice, and blanks never matter.
        #[test]
        fn the_difference_is_what_was_lost(
            prepared in 0_u32..2_000, fed in 0_u64..2_000, separators in 0_u64..50, blank in 0_u64..100, duplex: bool,
        ) {
            let sides = if duplex { Sides::Duplex } else { Sides::Simplex };
            let pages = (fed + separators) * sides.of_a_sheet();
            let account = BatchCounts { pages_blank: blank.min(pages), ..counts(pages, separators) };
            let found = Reconciliation::of(Some(prepared), Some(sides), &account);
            prop_assert_eq!(found.sheets_found(), Some((fed, 0)));
            let wanted = match fed.cmp(&u64::from(prepared)) {
                std::cmp::Ordering::Less => Sheets::Missing(u64::from(prepared) - fed),
                std::cmp::Ordering::Equal => Sheets::Agree,
                std::cmp::Ordering::Greater => Sheets::TooMany(fed - u64::from(prepared)),
            };
            prop_assert_eq!(found.sheets(), wanted);
            // What is said where nobody said which sides contradicts nothing that is so.
            let unknown = Reconciliation::of(Some(prepared), None, &account).sheets();
            match (unknown, wanted) {
                (Sheets::Missing(least), Sheets::Missing(missing)) => prop_assert!(least <= missing),
                (Sheets::TooMany(least), Sheets::TooMany(extra)) => prop_assert!(least <= extra),
                (unknown, _) => prop_assert_eq!(unknown, Sheets::Plausible),
            }
        }

        /// One side more or less is never taken for agreement.
        #[test]
        fn one_side_is_noticed(prepared in 1_u32..2_000, separators in 0_u64..50, lost: bool) {
            let whole = (u64::from(prepared) + separators) * 2;
            let pages = if lost { whole - 1 } else { whole + 1 };
            let (sheets, _) = said(prepared, Some(Sides::Duplex), &counts(pages, separators));
            prop_assert_eq!(sheets, if lost { Sheets::Missing(1) } else { Sheets::TooMany(1) });
        }
    }
}
